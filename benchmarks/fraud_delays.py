"""How soon an attack was found: the earliest moment at which what had happened until then was enough for an alert.

The pipeline's alerts follow from all events. Here those about an attack's entities are judged again as of earlier
moments, by the same pure functions; what is known of an entity depends on no event of another.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.fraud_labels import Entity, Instance, Owners, Told
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import unite, unpack
from transforms.core.fraud.flagging import ALERTED, Flagger
from transforms.core.fraud.gathering import CHANGE, PAYMENT, Gatherer
from transforms.core.fraud.pseudonyms import entity_name
from transforms.core.fraud.rules import FraudRules
from transforms.core.records import Event
from transforms.core.times import SECOND


class Delay(NamedTuple):
    """From the first event of an attack to the first alert: ``events`` are the attack's by then, both ends included."""

    seconds: float
    events: int
    rules: tuple[str, ...]


def entities_of(event: Event) -> list[Entity]:
    """Give the entities of a payment, login or change, as docs/fraud.md has them."""
    data = event.data
    account = [("account", data["account_id"])] if data.get("account_id") else []
    if event.type == CHANGE:
        return account
    found = [*account, ("ip", data["ip"])]
    if event.type == PAYMENT:
        card, merchant = data["card"], data["merchant_id"]
        device = [("device", data["device_id"])] if data.get("device_id") else []
        joined = entity_name(card["fingerprint"], merchant), entity_name(merchant, card["bin"])
        found += [*device, ("card", card["fingerprint"]), *zip(("card|merchant", "merchant|bin"), joined, strict=True)]
    return found


class Histories:
    """What happened to some entities, each event once.

    Args:
        events: admitted events, in any order.
        wanted: the entities that will be asked for.
    """

    def __init__(self, events: Iterable[Event], wanted: Collection[Entity]) -> None:
        self._of: dict[Entity, dict[str, Event]] = {}
        for event in events:
            for entity in entities_of(event):
                if entity in wanted:
                    self._of.setdefault(entity, {})[event.id] = event

    def about(self, entities: Iterable[Entity]) -> list[Event]:
        """Give the events of some entities by time."""
        found: dict[str, Event] = {}
        for entity in entities:
            found |= self._of.get(entity, {})
        return sorted(found.values(), key=lambda event: (event.time, event.id))


class Replay:
    """Judges histories as of earlier moments.

    Args:
        rules: as the pipeline had them.
        owners: who owns which alert.
    """

    def __init__(self, rules: FraudRules, owners: Owners) -> None:
        self._rules = rules
        self._owners = owners
        self._flagger = Flagger(rules)

    def delay(self, instance: Instance, events: Sequence[Event]) -> Delay | None:
        """Say when an instance was found, of the events of its entities by time; None if these do not tell."""
        moments = sorted({event.time for event in events if event.time >= instance.first})
        fired: dict[int, tuple[str, ...]] = {}

        def fires(number: int) -> bool:
            until = [event for event in events if event.time <= moments[number]]
            fired[number] = self._rules_that_find(instance, until)
            return bool(fired[number])

        number = earliest(len(moments), fires)
        if number is None:
            return None
        seen = sum(event.time <= moments[number] and event.id in instance.events for event in events)
        return Delay((moments[number] - instance.first) / SECOND, seen, fired[number])

    def _rules_that_find(self, instance: Instance, events: Iterable[Event]) -> tuple[str, ...]:
        gatherer = Gatherer(self._rules)
        gatherer.add(events)
        evidence = unite(unpack(packed) for _, packed in gatherer.flush())
        alerts = [one.alert for one in self._flagger.flag(evidence) if one.outcome == ALERTED]
        return tuple(sorted({alert.rule_id for alert in alerts if self._owners.owner(told(alert)) is instance}))


def told(alert: Alert) -> Told:
    """Give an alert of the core as it is told."""
    entity = alert.entity_type, alert.entity
    start, end = alert.window_start, alert.window_end
    return Told(alert.rule_id, str(alert.severity), entity, start, end, tuple(alert.event_ids))


def earliest(count: int, fires: Callable[[int], bool]) -> int | None:
    """Give the first of ``count`` moments from which on something fires.

    It looks at 1, 2, 4, ... moments, and between the last two of these by halves. Where something fires for a while,
    and no more, and then again, it may give the second time: a delay is never told too short.
    """
    before, number = -1, 0
    while number < count and not fires(number):
        before, number = number, 2 * number + 1
    if number >= count:
        if before >= count - 1 or not fires(count - 1):
            return None
        number = count - 1
    while number - before > 1:
        middle = (before + number) // 2
        before, number = (before, middle) if fires(middle) else (middle, number)
    return number


def delays(
    replay: Replay, histories: Histories, found: Mapping[Instance, Collection[Entity]]
) -> dict[str, Delay | None]:
    """Say of each instance, with the entities that its alerts are about, how soon it was found."""
    return {one.name: replay.delay(one, histories.about({*one.entities, *about})) for one, about in found.items()}
