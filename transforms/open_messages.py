"""OpenMessages: decompress messages and split them into the raw bytes of events."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.typehints.decorators import no_annotations

import transforms.coders  # noqa: F401 - registers the coders of batches
from transforms.core.ledger import Received
from transforms.core.opening import Opener
from transforms.core.records import Message, RawEvents, Rejects
from transforms.core.splitting import Bounds
from transforms.metrics import RECEIVED, count_rejects
from transforms.outputs import REJECTS


class OpenedMessages(NamedTuple):
    """The outputs: raw events, what could not be opened, and the places of both as the ledger counts them."""

    events: beam.PCollection[RawEvents]
    rejects: beam.PCollection[Rejects]
    received: beam.PCollection[Received]


class OpenMessages(beam.PTransform):
    """Open Messages: gzip, JSON arrays, newline-delimited events, push envelopes, blocks of files, rows of the archive.

    Works under any windowing; outputs keep the message's timestamp. Input that cannot be opened within ``bounds``
    becomes a reject; a retry makes the same outputs. Card numbers are masked here, so that no later step sees one.

    Args:
        bounds: what a message may cost.
        seed: keys the hashes that tell one delivery from another; the same for all steps of a pipeline.
        unmasked: dotted paths of the fields that plain JSON has its ids and times in; None where none is taken.
    """

    def __init__(
        self,
        bounds: Bounds = Bounds(),  # noqa: B008 - immutable
        seed: int = 0,
        unmasked: Iterable[str] | None = None,
    ) -> None:
        super().__init__()
        self._open = _Open(bounds, seed, None if unmasked is None else tuple(unmasked))

    @no_annotations  # a NamedTuple of collections; each is typed by the DoFn
    def expand(self, messages: beam.PCollection[Message]) -> OpenedMessages:
        """Open each message."""
        outputs = messages | beam.ParDo(self._open).with_outputs(REJECTS, _Open.RECEIVED, main="events")
        return OpenedMessages(outputs.events, outputs[REJECTS], outputs[_Open.RECEIVED])


class _Open(beam.DoFn):
    RECEIVED = "received"

    def __init__(self, bounds: Bounds, seed: int, unmasked: tuple[str, ...] | None) -> None:
        self._arguments = bounds, seed, unmasked

    def setup(self) -> None:
        self._opener = Opener(*self._arguments)

    def process(
        self, message: Message
    ) -> Iterator[RawEvents | TaggedOutput[Literal["rejects"], Rejects] | TaggedOutput[Literal["received"], Received]]:
        opened = self._opener.open(message)
        yield from opened.batches
        if opened.rejects:
            count_rejects(opened.rejects)
            yield TaggedOutput(REJECTS, tuple(opened.rejects))
        if opened.received:
            RECEIVED.inc(len(opened.received))
            yield TaggedOutput(self.RECEIVED, Received(message.publish_time, opened.received))
