"""Scenarios as tests look at them: what was done in each, and what its people did before."""

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from pipeline.simulator.records import NORMAL, Item
from pipeline.simulator.scenarios.staging import ATTACK, HARD_NEGATIVE, Performance, performances
from tests.simulator.plans import plan
from transforms.core.times import DAY, parse_time

OF_EACH = 12
"""So many of each kind are looked at."""


class Event(NamedTuple):
    time: int
    kind: str
    data: dict[str, Any]


class Played(NamedTuple):
    performance: Performance
    events: list[Event]
    before: list[Event]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    def data(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.of(kind)]

    @property
    def entities(self):
        return self.performance.entities


@cache
def played(name: str) -> tuple[Played, ...]:
    """Give all of one kind."""
    return tuple(one for one in everything() if one.performance.scenario == name)


@cache
def everything() -> tuple[Played, ...]:
    this = plan(50_000, duration=7 * DAY, seed=3, attacks=8 * OF_EACH, hard_negatives=8 * OF_EACH)
    return tuple(_played(one) for sort in (ATTACK, HARD_NEGATIVE) for one in performances(this, sort))


def _played(performance: Performance) -> Played:
    before = [item for item in performance.items if item.scenario == NORMAL]
    return Played(performance, _events(performance.parts), _events(before))


def _events(items: Iterable[Item]) -> list[Event]:
    """Order events by what they say themselves."""
    events = (
        Event(parse_time(item.time), item.type.removeprefix("com.acme."), json.loads(item.data)) for item in items
    )
    return sorted(events, key=lambda event: event.time)


LOGIN, PAYMENT, CHANGE = "account.login.v1", "payment.authorization.v1", "account.change.v1"


def values(found: Iterable[dict[str, Any]], name: str) -> Counter[Any]:
    """Count the values of a field; of a card, that of its token."""
    return Counter(data["card"]["fingerprint"] if name == "card" else data[name] for data in found)


def share(found, name, value):
    return sum(data[name] == value for data in found) / len(found)


def kilometres(one, other):
    """Measure a great circle by the haversine formula."""
    a, b = radians(one["lat"]), radians(other["lat"])
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other["lon"] - one["lon"]) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))
