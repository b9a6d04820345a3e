"""Rowing: from events as columns of numbers to facts as rows of evidence, whole columns at a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.core.fraud.demands import is_evaluated, strands_of
from transforms.core.fraud.evidence import ROW, Rows
from transforms.core.fraud.facts import WHOLE, Fact, strand, width_of
from transforms.core.fraud.rules import ENTITY_TYPES, FraudRules
from transforms.core.sets import U64
from transforms.core.times import HOUR, MINUTE

Columns = NDArray[np.void]
"""Events of one contract: a column for each type of entity, its hash or 0 where there is none; ``time``, ``event``, the
hash of its identity, ``id``, its number among the ids; and more that the contract knows of."""
COMMON = (*((kind, "<u8") for kind in ENTITY_TYPES), ("time", "<i8"), ("event", "<u8"), ("id", "<u4"))
_LOW = np.uint64((1 << 32) - 1)
_HIGH = np.uint64(32)
_ODD = np.uint64(0x9E3779B97F4A7C15)

Wanted = Mapping[str, Mapping[Fact, Sequence[int]]]
"""The strands of each fact that is asked for, by type of entity."""


class Said(NamedTuple):
    """What events say: which of them say it, and the value, ``a`` and ``b`` of the fact of each event."""

    who: NDArray[np.bool_]
    value: U64
    a: NDArray[Any] | int = 0
    b: NDArray[Any] | int = 0


def wanted_by(rules: FraudRules) -> Wanted:
    """Say which strands a set of rules asks for."""
    evaluated = [rule for rule in rules.rules if is_evaluated(rule)]
    numbers = {number for rule in evaluated for kind in rule.entities for number in strands_of(rule, kind)}
    found: dict[str, dict[Fact, list[int]]] = {kind: {} for kind in ENTITY_TYPES}
    for kind in ENTITY_TYPES:
        for fact in Fact:
            if both := sorted({strand(kind, fact, width) for width in (MINUTE, HOUR)} & numbers):
                found[kind][fact] = both
    return found


def rows_of(events: Columns, said: Mapping[Fact, Said], wanted: Wanted) -> Iterable[Rows]:
    """Give the facts that are wanted of what events say."""
    for kind, facts in wanted.items():
        if not (known := events[kind] != 0).any():
            continue
        for fact, strands in facts.items():
            if fact in said and len(chosen := np.flatnonzero(said[fact].who & known)):
                for number in strands:
                    yield _rows(events, kind, number, said[fact], chosen)


def _rows(events: Columns, kind: str, number: int, said: Said, chosen: NDArray[np.intp]) -> Rows:
    rows = np.empty(len(chosen), ROW)
    for name in ("time", "event", "id"):
        rows[name] = events[name][chosen]
    rows["entity"] = events[kind][chosen]
    rows["strand"] = number
    rows["bucket"] = rows["time"] - rows["time"] % width_of(number)
    rows["value"] = said.value[chosen]
    for name, column in (("a", said.a), ("b", said.b)):
        rows[name] = column if isinstance(column, int) else column[chosen]
    return rows


def early(events: Columns) -> U64:
    """Give the values that keep the earliest events of a minute: its microseconds fit into 32 bits."""
    within: U64 = (events["time"] % MINUTE).astype(np.uint64)
    return within << _HIGH | events["event"] & _LOW


def late(events: Columns) -> U64:
    """Give the values that keep the latest events of a minute."""
    return np.uint64(WHOLE) - early(events)


def mixed(one: U64, other: U64) -> U64:
    """Hash pairs of hashes."""
    both: U64 = (one * _ODD) ^ (other << _HIGH | other >> _HIGH)
    return both * _ODD
