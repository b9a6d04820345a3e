"""Pub/Sub as input: one transform that hides how a runner reads it."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.io.gcp.pubsub import PubsubMessage, ReadFromPubSub

from pipeline.endpoints.pubsub_pull import ORDERING_KEY, PullMessages
from transforms.core.records import Message


class PullSubscription(beam.PTransform):
    """Read a subscription as Messages, on any portable runner: see PullMessages.

    Args:
        subscription: its full path.
        max_unwritten: bytes that may be pulled while a home of results is stalled.
        is_late: as of PullMessages.
    """

    def __init__(self, subscription: str, max_unwritten: int, *, is_late: bool = False) -> None:
        super().__init__()
        self._subscription = subscription
        self._pull = PullMessages(max_unwritten, is_late=is_late)

    def expand(self, root: beam.pvalue.PBegin) -> beam.PCollection[Message]:
        """Pull from one place: a subscription is not split, and more of them would not be faster."""
        return (
            root
            | "Subscription" >> beam.Create([self._subscription], reshuffle=False)
            | "Pull" >> beam.ParDo(self._pull).with_output_types(Message)
        )


class ReadNatively(beam.PTransform):
    """Read a subscription or a topic as Messages with the runner's own source, as on Dataflow.

    Args:
        subscription: its full path; empty for a topic.
        topic: its full path.
        id_attribute: the attribute by which the service drops repeats; none if empty.
        timestamp_attribute: the attribute that the watermark follows; the publish time if empty.
    """

    def __init__(self, subscription: str, topic: str, id_attribute: str, timestamp_attribute: str) -> None:
        super().__init__()
        self._read = ReadFromPubSub(
            topic=topic or None,
            subscription=subscription or None,
            id_label=id_attribute or None,
            with_attributes=True,
            timestamp_attribute=timestamp_attribute or None,
        )

    def expand(self, root: beam.pvalue.PBegin) -> beam.PCollection[Message]:
        """Read, and take what Beam hands over as Messages."""
        return root | "Read" >> self._read | "Take" >> beam.ParDo(_Take()).with_output_types(Message)


class _Take(beam.DoFn):
    def process(self, message: PubsubMessage) -> Iterator[Message]:
        yield message_of(message)


def message_of(message: Any) -> Message:
    """Take a message of Pub/Sub as Beam hands it over."""
    attributes = dict(message.attributes or {})
    if message.ordering_key:
        attributes.setdefault(ORDERING_KEY, message.ordering_key)
    published = message.publish_time
    micros = None if published is None else published.seconds * 1_000_000 + published.nanosecond // 1000
    return Message(message.data or b"", attributes, message.message_id or "", micros)
