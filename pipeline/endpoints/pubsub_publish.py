"""Publishing to a topic from a command, in batches."""

from collections.abc import Mapping
from typing import Any, Self

from google.api_core.exceptions import GoogleAPICallError
from google.cloud.pubsub_v1 import PublisherClient
from google.cloud.pubsub_v1.types import BatchSettings, LimitExceededBehavior, PublisherOptions, PublishFlowControl

from pipeline.endpoints.pubsub_client import in_words
from pipeline.errors import StoreError

_BATCHES = BatchSettings(max_messages=500, max_bytes=4 << 20, max_latency=0.02)
_FLOW = PublishFlowControl(
    message_limit=20_000, byte_limit=64 << 20, limit_exceeded_behavior=LimitExceededBehavior.BLOCK
)


class Publisher:
    """Publishes while a ``with`` runs; at its end all is published.

    Raises:
        StoreError: a message could not be published.
    """

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._client = PublisherClient(_BATCHES, PublisherOptions(flow_control=_FLOW))
        self._failed: list[BaseException] = []

    def publish(self, data: bytes, attributes: Mapping[str, str]) -> None:
        """Publish a message, sooner or later; wait while too many are on their way."""
        self._tell()
        self._client.publish(self._topic, data, **attributes).add_done_callback(self._note)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop()
        self._tell()

    def _note(self, future: Any) -> None:
        if error := future.exception():
            self._failed.append(error)

    def _tell(self) -> None:
        if self._failed:
            error = self._failed[0]
            why = in_words(error) if isinstance(error, GoogleAPICallError) else str(error)
            raise StoreError(f"cannot publish to {self._topic}: {why}") from error
