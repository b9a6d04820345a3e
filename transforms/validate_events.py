"""ValidateEvents: contract and time policy; what passes is admitted."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from transforms.contracts import bundled_contracts
from transforms.core.contracts import Contracts
from transforms.core.records import EventBatch, ParsedEvents, Rejects
from transforms.core.validation import TimePolicy, Validator
from transforms.metrics import ADMITTED, count_rejects
from transforms.outputs import REJECTS


class ValidatedEvents(NamedTuple):
    """The outputs: batches of admitted events, and what was refused."""

    batches: beam.PCollection[EventBatch]
    rejects: beam.PCollection[Rejects]


class ValidateEvents(beam.PTransform):
    """Admit events whose data keeps its contract and whose time is within the policy.

    Works under any windowing; outputs keep the message's timestamp. All violations of an event are in its reject.

    Args:
        contracts: name to JSON Schema text; the bundled contracts by default.
        policy: how far an event's time may be from its publish time.
    """

    def __init__(
        self,
        contracts: Mapping[str, str] | None = None,
        policy: TimePolicy = TimePolicy(),  # noqa: B008 - immutable
    ) -> None:
        super().__init__()
        self._contracts = dict(bundled_contracts() if contracts is None else contracts)
        self._policy = policy

    @no_annotations  # a NamedTuple of collections; each is typed by the DoFn
    def expand(self, events: beam.PCollection[ParsedEvents]) -> ValidatedEvents:
        """Judge each batch."""
        outputs = events | beam.ParDo(_Validate(self._contracts, self._policy)).with_outputs(REJECTS, main="batches")
        return ValidatedEvents(outputs.batches, outputs[REJECTS])


class _Validate(beam.DoFn):
    def __init__(self, contracts: dict[str, str], policy: TimePolicy) -> None:
        self._contracts = contracts
        self._policy = policy

    def setup(self) -> None:
        self._validator = Validator(Contracts(self._contracts), self._policy)

    def process(self, batch: ParsedEvents) -> Iterator[EventBatch | TaggedOutput[Literal["rejects"], Rejects]]:
        admitted, rejects = self._validator.admit(batch)
        if admitted.events:
            ADMITTED.inc(len(admitted.events))
            yield admitted
        if rejects:
            count_rejects(rejects)
            yield TaggedOutput(REJECTS, tuple(rejects))
