"""Figures of an evaluation, counted from alerts and their owners."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.fraud_delays import Delay
from benchmarks.fraud_labels import ATTACK, HARD_NEGATIVE, Entity, Instance, Told

PER = 100_000
"""False cases are told per so many events."""
ORDINARY = "ordinary traffic"
Owned = Sequence[tuple[Told, Instance | None]]


class Outcome(NamedTuple):
    """What came of one history.

    ``counted`` are its distinct payments, logins and changes; ``delays`` are by instance that was found; ``mixed``
    is how many alerts were decided by events of more than one instance.
    """

    seed: int
    counted: int
    instances: Sequence[Instance]
    owned: Owned
    delays: Mapping[str, Delay | None]
    mixed: int


class Attacks(NamedTuple):
    """Attacks of one scenario; ``rules`` says how many of them each rule found."""

    scenario: str
    played: int
    found: int
    delays: Sequence[Delay]
    rules: Mapping[str, int]


class Negatives(NamedTuple):
    """Hard negatives of one scenario: how many had an alert, and their alerts by severity and by rule."""

    scenario: str
    played: int
    alerted: int
    severities: Mapping[str, int]
    rules: Mapping[str, int]


class Cases(NamedTuple):
    """Cases, which are entities with alerts; a false one has none that belongs to an attack."""

    true: int
    false: int
    ordinary: int
    """Of the false ones, those of ordinary traffic alone."""

    @property
    def precision(self) -> float:
        """Give the share of true cases; 1 where there are none at all."""
        everything = self.true + self.false
        return self.true / everything if everything else 1.0


def attacks(outcomes: Sequence[Outcome]) -> list[Attacks]:
    """Count attacks by scenario."""
    return [_attacks(scenario, outcomes) for scenario in _scenarios(outcomes, ATTACK)]


def _attacks(scenario: str, outcomes: Iterable[Outcome]) -> Attacks:
    played, rules = 0, Counter[str]()
    found: list[Delay | None] = []
    for outcome in outcomes:
        played += sum(one.scenario == scenario for one in outcome.instances)
        owned = {(owner.name, alert.rule_id) for alert, owner in outcome.owned if owner and owner.scenario == scenario}
        rules.update(rule for _, rule in owned)
        found += (outcome.delays.get(name) for name in sorted({name for name, _ in owned}))
    return Attacks(scenario, played, len(found), [delay for delay in found if delay], rules)


def negatives(outcomes: Sequence[Outcome]) -> list[Negatives]:
    """Count hard negatives by scenario."""
    return [_negatives(scenario, outcomes) for scenario in _scenarios(outcomes, HARD_NEGATIVE)]


def _negatives(scenario: str, outcomes: Iterable[Outcome]) -> Negatives:
    played, alerted = 0, 0
    alerts: list[Told] = []
    for outcome in outcomes:
        played += sum(one.scenario == scenario for one in outcome.instances)
        owned = [(alert, owner) for alert, owner in outcome.owned if owner and owner.scenario == scenario]
        alerted += len({owner.name for _, owner in owned})
        alerts += (alert for alert, _ in owned)
    severities, rules = Counter(one.severity for one in alerts), Counter(one.rule_id for one in alerts)
    return Negatives(scenario, played, alerted, severities, rules)


def cases(outcomes: Iterable[Outcome]) -> Cases:
    """Count cases; one entity in two histories is two."""
    true = false = ordinary = 0
    for outcome in outcomes:
        labels: dict[Entity, set[str]] = {}
        for alert, owner in outcome.owned:
            labels.setdefault(alert.entity, set()).add(owner.label if owner else ORDINARY)
        true += sum(ATTACK in found for found in labels.values())
        false += sum(ATTACK not in found for found in labels.values())
        ordinary += sum(found == {ORDINARY} for found in labels.values())
    return Cases(true, false, ordinary)


def by_rule(outcomes: Iterable[Outcome]) -> dict[str, Counter[str]]:
    """Count alerts by rule: those of attacks, of hard negatives, and of ordinary traffic."""
    found: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for alert, owner in outcome.owned:
            found.setdefault(alert.rule_id, Counter())[owner.label if owner else ORDINARY] += 1
    return dict(sorted(found.items()))


def missed(outcomes: Iterable[Outcome]) -> list[Instance]:
    """Give the attacks that no alert belongs to."""
    return [
        one
        for outcome in outcomes
        for one in outcome.instances
        if one.label == ATTACK and all(owner is not one for _, owner in outcome.owned)
    ]


def false_alerts(outcomes: Iterable[Outcome]) -> list[tuple[Told, Instance | None]]:
    """Give the alerts that belong to no attack."""
    return [
        (alert, owner)
        for outcome in outcomes
        for alert, owner in outcome.owned
        if owner is None or owner.label != ATTACK
    ]


def middle_and_most(values: Sequence[float]) -> tuple[float, float] | None:
    """Give the median and the greatest."""
    return (median(values), max(values)) if values else None


def _scenarios(outcomes: Iterable[Outcome], label: str) -> list[str]:
    return sorted({one.scenario for outcome in outcomes for one in outcome.instances if one.label == label})
