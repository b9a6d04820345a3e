"""Alerts beside labels: which alert belongs to which of the scenarios that were played."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from transforms.core.times import parse_time

ATTACK, HARD_NEGATIVE = "attack", "hard_negative"
Entity = tuple[str, str]
"""The type of an entity, and its name."""


class Instance(NamedTuple):
    """A scenario as it was played; ``events`` are the ids of those that belong to it. Times in microseconds."""

    name: str
    scenario: str
    label: str
    entities: frozenset[Entity]
    first: int
    last: int
    events: frozenset[str]


class Told(NamedTuple):
    """An alert as it is told; ``event_ids`` are those that decided it, the weightiest first, at most 50."""

    rule_id: str
    severity: str
    entity: Entity
    start: int
    end: int
    event_ids: tuple[str, ...]


def read_labels(lines: Iterable[str | bytes]) -> list[Instance]:
    """Read what ``pipeline.simulate --fraud_labels`` wrote."""
    return [_instance(json.loads(line)) for line in lines]


def _instance(label: Mapping[str, Any]) -> Instance:
    return Instance(
        label["instance"],
        label["scenario"],
        label["label"],
        frozenset((kind, name) for kind, names in label["entities"].items() for name in names),
        parse_time(label["first_event_time"]),
        parse_time(label["last_event_time"]),
        frozenset(event_id for _, event_id in label["events"]),
    )


class Owners:
    """Says to whom an alert belongs.

    That is the instance that has most of the deciding events. Where no instance has any, it is one that is about
    the alert's entity and overlaps it in time. Of several the first attack takes it, by name.

    Args:
        instances: all that were played in one history.

    Raises:
        ValueError: two instances have an event in common; alerts name ids alone, so that nobody could tell.
    """

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._instances = sorted(instances, key=lambda one: (one.label != ATTACK, one.name))
        self._of_event = {event: one for one in self._instances for event in one.events}
        if len(self._of_event) < sum(len(one.events) for one in self._instances):
            raise ValueError("two instances have an event in common")

    def shares(self, told: Told) -> Counter[Instance | None]:
        """Count the deciding events by instance; None has those that belong to none."""
        return Counter(self._of_event.get(event) for event in told.event_ids)

    def owner(self, told: Told) -> Instance | None:
        """Give the instance that an alert belongs to, if any."""
        shares = self.shares(told)
        if owned := [one for one in self._instances if one in shares]:
            return max(owned, key=lambda one: shares[one])
        about = (one for one in self._instances if told.entity in one.entities)
        return next((one for one in about if told.start <= one.last and one.first < told.end), None)
