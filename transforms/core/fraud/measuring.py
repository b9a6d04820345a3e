"""Rules of the kinds ``measure`` and ``share``: numbers of distinct things in windows that slide by a bucket."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from transforms.core.fraud.demands import OF_MEASURE, counts_all
from transforms.core.fraud.facts import WHOLE, Fact
from transforms.core.fraud.rules import MOST, Rule, RuleKind
from transforms.core.fraud.seen import NAMED, Firing, Seen, Sighting
from transforms.core.times import HOUR

_HOME_HOURS = range(-24, 2)
_bucket, _time = attrgetter("bucket"), attrgetter("time")


class _Thing(NamedTuple):
    """A sighting of something; ``weight`` is how many things it stands for where a cap left some of them out."""

    sighting: Sighting
    is_bad: bool
    weight: float


def _weightiest(thing: _Thing) -> tuple[bool, int, int]:
    return not thing.is_bad, thing.sighting.time, thing.sighting.event


class _Window:
    """Distinct things in a window that slides forward."""

    def __init__(self, *, counts_all: bool) -> None:
        self._counts_all = counts_all
        self._things: deque[_Thing] = deque()
        self._all: Counter[int] = Counter()
        self._bad: Counter[int] = Counter()
        self._heavy: dict[int, float] = {}

    def slide(self, start: int, things: Sequence[_Thing]) -> None:
        """Take things in, and let those before ``start`` go."""
        held = self._things
        for thing in things:
            self._change(thing, 1)
        while held and held[0].sighting.bucket < start:
            self._change(held.popleft(), -1)
        held.extend(things)

    def _change(self, thing: _Thing, by: int) -> None:
        value = thing.sighting.value
        if thing.weight > 1:
            self._heavy[value] = thing.weight
        for counter in (self._all, self._bad) if thing.is_bad else (self._all,):
            counter[value] += by
            if not counter[value]:
                del counter[value]

    @property
    def counted(self) -> int:
        return len(self._all if self._counts_all else self._bad)

    @property
    def bad(self) -> int:
        return len(self._bad)

    @property
    def share(self) -> float:
        if not self._heavy:
            return len(self._bad) / len(self._all) if self._all else 0
        everything = sum(self._heavy.get(value, 1) for value in self._all)
        return sum(self._heavy.get(value, 1) for value in self._bad) / everything

    @property
    def deciding(self) -> list[Sighting]:
        """Give what is counted, the bad things first, as many as an alert names."""
        return [thing.sighting for thing in nsmallest(NAMED, self._that_count, key=_weightiest)]

    @property
    def times(self) -> tuple[int, int]:
        """Give the times of the first and the last that is counted."""
        times = [thing.sighting.time for thing in self._that_count]
        return min(times), max(times)

    @property
    def _that_count(self) -> Iterator[_Thing]:
        return (thing for thing in self._things if thing.is_bad or self._counts_all)


def measured(rule: Rule, seen: Seen) -> Iterator[Firing]:
    """Give the windows in which a rule of these kinds fires, in order."""
    window = _Window(counts_all=counts_all(rule))
    for bucket, group in groupby(sorted(_things(rule, seen), key=lambda thing: _bucket(thing.sighting)), _of_bucket):
        things = list(group)
        start = bucket - rule.window
        window.slide(start, things)
        if not (counts_all(rule) or any(thing.is_bad for thing in things)):
            continue
        if (firing := _judged(rule, window, start, bucket + rule.bucket)) is not None:
            yield firing


def _of_bucket(thing: _Thing) -> int:
    return thing.sighting.bucket


def _judged(rule: Rule, window: _Window, start: int, end: int) -> Firing | None:
    counted, share = window.counted, window.share
    if rule.kind is RuleKind.SHARE:
        if counted < rule.at_least or share < rule.review:
            return None
        detail = ("bad", window.bad), ("of", counted)
        times = window.times
        return Firing(start, end, 100 * share, share / rule.review, window.bad, window.deciding, *times, detail)
    if counted < rule.review or share < rule.min_share:
        return None
    shown = (("share", 100 * share),)
    return Firing(start, end, counted, counted / rule.review, window.bad, window.deciding, *window.times, shown)


def _things(rule: Rule, seen: Seen) -> Iterator[_Thing]:
    """Give what a rule's measure is about; failures of accounts at home are none of it."""
    bad, *others = OF_MEASURE[rule.measure]
    at_home = _Homes(seen) if bad is Fact.ACCOUNT_FAILED else None
    for fact in (bad, *others):
        for _, group in groupby(seen.facts(fact, rule.bucket), _bucket):
            sightings = list(group)
            weight = _weight(sightings)
            for sighting in sightings:
                if at_home is None or fact is not bad or not at_home.is_at_home(sighting):
                    yield _Thing(sighting, fact is bad, weight)


def _weight(sightings: Sequence[Sighting]) -> float:
    """Say how many distinct things a kept one stands for.

    Hashes are spread evenly: where a cap left the k smallest of them, about k / greatest things were there (the k
    minimum values of Bar-Yossef et al., Counting distinct elements in a data stream, 2002).
    """
    values = {sighting.value for sighting in sightings}
    return 1 if len(values) < MOST else max(1, (MOST - 1) / MOST * WHOLE / (max(values) + 1))


class _Homes:
    """Which accounts are at home at an IP, and in which hours they succeeded there."""

    def __init__(self, seen: Seen) -> None:
        self._hours: dict[int, set[int]] = {}
        for sighting in seen.facts(Fact.ACCOUNT_OK):
            self._hours.setdefault(sighting.value, set()).add(sighting.time // HOUR)

    def is_at_home(self, sighting: Sighting) -> bool:
        hours = self._hours.get(sighting.value, ())
        return bool(hours) and any(sighting.bucket // HOUR + ahead in hours for ahead in _HOME_HOURS)
