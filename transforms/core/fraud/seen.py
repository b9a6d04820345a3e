"""What was seen of one entity: its facts by strand, ready for the rules."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from transforms.core.fraud.evidence import Evidence
from transforms.core.fraud.facts import Fact, strand
from transforms.core.times import MINUTE

NAMED = 50
"""Events that an alert names."""


class Sighting(NamedTuple):
    """A fact of one strand; as in evidence.ROW, with the event's id."""

    bucket: int
    value: int
    time: int
    event: int
    a: int
    b: int
    id: str


class InOrder:
    """Sightings by time; a look into a stretch of time costs little however many there are."""

    def __init__(self, events: Mapping[tuple[int, int], Sighting]) -> None:
        self.all = [events[key] for key in sorted(events)]
        self._times = [one.time for one in self.all]

    def count(self, start: int, end: int) -> int:
        """Count those with start <= time < end."""
        return bisect_left(self._times, end) - bisect_left(self._times, start)

    def between(self, start: int, end: int) -> list[Sighting]:
        """Give those with start <= time < end."""
        return self.all[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def earliest(self, start: int, end: int) -> Sighting | None:
        """Give the first of those with start <= time < end."""
        index = bisect_left(self._times, start)
        return self.all[index] if index < len(self.all) and self._times[index] < end else None

    def grouped(self, key: Callable[[Sighting], int]) -> "dict[int, InOrder]":
        """Part them by a key."""
        groups: dict[int, dict[tuple[int, int], Sighting]] = {}
        for one in self.all:
            groups.setdefault(key(one), {})[one.time, one.event] = one
        return {name: InOrder(group) for name, group in groups.items()}

    def where(self, holds: Callable[[Sighting], bool]) -> "InOrder":
        """Keep some."""
        return InOrder({(one.time, one.event): one for one in self.all if holds(one)})


class Seen:
    """The evidence of one entity.

    Args:
        entity_type: its type.
        entity: its name.
        evidence: its facts alone.
        names: names of accounts by their hash.
    """

    def __init__(self, entity_type: str, entity: str, evidence: Evidence) -> None:
        self.entity_type = entity_type
        self.entity = entity
        self.names = evidence.names
        self._ids = evidence.ids
        self._rows = evidence.rows
        self._by_strand: dict[int, list[Sighting]] = {}

    def facts(self, fact: Fact, width: int = MINUTE) -> list[Sighting]:
        """Give the facts of a strand, by bucket and value."""
        number = strand(self.entity_type, fact, width)
        if number not in self._by_strand:
            rows = self._rows[self._rows["strand"] == number]
            self._by_strand[number] = [
                Sighting(bucket, value, time, event, a, b, self._ids[index])
                for _, _, bucket, value, time, event, a, b, index in rows.tolist()
            ]
        return self._by_strand[number]

    def in_order(self, *facts: Fact) -> "InOrder":
        """Give the facts of several strands by time, each event once."""
        return InOrder({(fact.time, fact.event): fact for kind in facts for fact in self.facts(kind)})

    def facts_between(self, start: int, end: int) -> int:
        """Count the facts in a stretch of time: a number that only grows."""
        times = self._rows["time"]
        return int(np.count_nonzero((times >= start) & (times < end)))


class Firing(NamedTuple):
    """A window in which a rule fires.

    ``observed`` is what the rule's kind says; ``ratio`` how many times the threshold it is; ``bad`` the number of
    bad things, which a shared IP is judged by; ``deciding`` are facts that decided, the weightiest first; ``first`` and
    ``last`` are the times of the first and last of all that did. ``detail`` gives more numbers for the reasons.
    """

    start: int
    end: int
    observed: float
    ratio: float
    bad: int
    deciding: Sequence[Sighting]
    first: int
    last: int
    detail: tuple[tuple[str, float | str], ...] = ()


def ordered_firing(
    observed: float, ratio: float, deciding: Sequence[Sighting], detail: tuple[tuple[str, float | str], ...] = ()
) -> Firing:
    """Make the window of facts that decided by their order: from the minute of the first to the end of the last's."""
    times = [one.time for one in deciding]
    first, last = min(times), max(times)
    return Firing(*window_of(first, last), observed, ratio, 1, deciding, first, last, detail)


def window_of(first: int, last: int) -> tuple[int, int]:
    """Give the window from the minute of one time to the end of the minute of another."""
    return first - first % MINUTE, last - last % MINUTE + MINUTE
