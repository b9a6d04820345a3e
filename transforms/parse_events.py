"""ParseEvents: from the raw bytes of events to their envelopes."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from transforms.core.mapping import FieldMapping
from transforms.core.parsing import Parser
from transforms.core.records import ParsedEvents, RawEvents, Rejects
from transforms.metrics import count_rejects
from transforms.outputs import REJECTS


class ParsedMessages(NamedTuple):
    """The outputs: parsed events, and what is no event."""

    events: beam.PCollection[ParsedEvents]
    rejects: beam.PCollection[Rejects]


class ParseEvents(beam.PTransform):
    """Parse CloudEvents (structured and binary), plain JSON under a mapping, and access-log lines.

    Works under any windowing; outputs keep the message's timestamp.

    Args:
        mapping: how plain JSON is read; None takes CloudEvents and access logs only.
        log_source: the source of access-log events, to tell apart hosts whose logs begin alike.
    """

    def __init__(self, mapping: FieldMapping | None = None, log_source: str = "") -> None:
        super().__init__()
        self._mapping = mapping
        self._log_source = log_source

    @no_annotations  # a NamedTuple of collections; each is typed by the DoFn
    def expand(self, events: beam.PCollection[RawEvents]) -> ParsedMessages:
        """Parse each batch."""
        outputs = events | beam.ParDo(_Parse(self._mapping, self._log_source)).with_outputs(REJECTS, main="events")
        return ParsedMessages(outputs.events, outputs[REJECTS])


class _Parse(beam.DoFn):
    def __init__(self, mapping: FieldMapping | None, log_source: str) -> None:
        self._arguments = mapping, log_source

    def setup(self) -> None:
        self._parser = Parser(*self._arguments)

    def process(self, batch: RawEvents) -> Iterator[ParsedEvents | TaggedOutput[Literal["rejects"], Rejects]]:
        parsed, rejects = self._parser.parse(batch)
        if parsed.events:
            yield parsed
        if rejects:
            count_rejects(rejects)
            yield TaggedOutput(REJECTS, tuple(rejects))
