"""Takes messages through the rules of opening, parsing and validation, without Beam."""

from typing import NamedTuple

from transforms.contracts import bundled_contracts
from transforms.core.contracts import Contracts
from transforms.core.mapping import FieldMapping
from transforms.core.opening import Opener
from transforms.core.parsing import Parser
from transforms.core.records import Event, Message, Reject
from transforms.core.splitting import Bounds
from transforms.core.validation import TimePolicy, Validator

CONTRACTS = Contracts(bundled_contracts())


class Admitted(NamedTuple):
    events: list[Event]
    rejects: list[Reject]
    received: list[int]

    @property
    def reasons(self) -> list[str]:
        return [str(reject.reason) for reject in self.rejects]

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.events]


def admit(message: Message, bounds: Bounds = Bounds(), mapping: FieldMapping | None = None, seed: int = 7) -> Admitted:  # noqa: B008 - immutable
    opened = Opener(bounds, seed, mapping.identifying if mapping else None).open(message)
    parser, validator = Parser(mapping), Validator(CONTRACTS, TimePolicy())
    events: list[Event] = []
    rejects = list(opened.rejects)
    for batch in opened.batches:
        parsed, refused = parser.parse(batch)
        admitted, invalid = validator.admit(parsed)
        events += admitted.events
        rejects += [*refused, *invalid]
    return Admitted(events, rejects, opened.received)
