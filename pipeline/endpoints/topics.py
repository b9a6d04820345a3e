"""Topics of Pub/Sub as homes: changes of alerts, and dead letters."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue
from google.pubsub_v1.types import PubsubMessage

from pipeline.endpoints.cloud_errors import Home, open_client
from pipeline.endpoints.pubsub_client import publisher
from transforms.core.dead_letter_messages import OutMessage, message_of
from transforms.core.fraud.settling import Change
from transforms.core.records import Rejects
from transforms.windows import in_global_window

REQUEST_MESSAGES = 1_000
REQUEST_BYTES = 9_500_000
REQUEST_SECONDS = 30.0
_CLOUD_EVENT = "application/cloudevents+json"


class PublishTo(beam.PTransform):
    """Publish messages to a topic, in requests of many.

    Input under any windowing. A retried bundle publishes again: each message bears the id of what it tells of.

    Args:
        topic: projects/P/topics/T
        messages_of: makes the messages of an element.
        is_live: whether the run is; it then waits for ever for a topic that is away.
    """

    def __init__(self, topic: str, messages_of: Callable[[Any], Iterable[OutMessage]], *, is_live: bool) -> None:
        super().__init__()
        self._topic = topic
        self._publish = _Publish(topic, messages_of, is_live=is_live)

    def expand(self, elements: beam.PCollection[Any]) -> beam.PCollection[tuple[str, int]]:
        """Publish in batches; gives how many messages were published, in parts."""
        return in_global_window(elements) | "Publish" >> beam.ParDo(self._publish).with_output_types(tuple[str, int])


def alert_messages(change: Change) -> Iterator[OutMessage]:
    """Write a change of an alert as a CloudEvent; attributes say enough to filter subscriptions by."""
    row = change.row
    told = {"change": change.change, "severity": row.severity, "rule_id": row.rule_id, "entity_type": row.entity_type}
    yield OutMessage(change.event().encode(), {"content-type": _CLOUD_EVENT} | told)


def dead_letter_messages(rejects: Rejects) -> Iterator[OutMessage]:
    """Write the rejects of a message."""
    return map(message_of, rejects)


class _Publish(beam.DoFn):
    """Holds messages up to the size of a request, or the end of the bundle."""

    def __init__(self, topic: str, messages_of: Callable[[Any], Iterable[OutMessage]], *, is_live: bool) -> None:
        self._topic = topic
        self._messages_of = messages_of
        self._home = Home(f"Pub/Sub {topic}", is_live)

    def start_bundle(self) -> None:
        self._batch: list[OutMessage] = []
        self._bytes = 0
        self._written = 0

    def process(self, element: Any) -> Iterable[tuple[str, int]]:
        for message in self._messages_of(element):
            if len(self._batch) >= REQUEST_MESSAGES or self._bytes + message.size > REQUEST_BYTES:
                self._flush()
            self._batch.append(message)
            self._bytes += message.size
        return ()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._flush()
        yield WindowedValue((self._topic, self._written), GlobalWindow().max_timestamp(), (GlobalWindow(),))

    def _flush(self) -> None:
        batch, self._batch, self._bytes = self._batch, [], 0
        if not batch:
            return
        messages = [PubsubMessage(data=message.data, attributes=dict(message.attributes)) for message in batch]
        client = open_client("Pub/Sub", publisher)
        self._home.write(
            lambda: client.publish(topic=self._topic, messages=messages, retry=None, timeout=REQUEST_SECONDS)
        )
        self._written += len(batch)
