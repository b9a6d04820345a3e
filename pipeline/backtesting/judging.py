"""Judging what a set of rules finds by the truth about a history. Times and delays are in microseconds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.backtesting.findings import Finding
from pipeline.backtesting.labels import Label
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.rules import Severity


class Judged(NamedTuple):
    """How good a rule is, or all of a set (``rule`` is empty).

    ``right`` are the alerts about an attack. ``delays`` has each attack found, by instance: from its first event to the
    first alert's deciding event. ``negatives`` has the hard negatives with an alert about no attack, by instance, and
    the greatest severity.
    """

    rule: str
    alerts: int
    right: int
    attacks: int
    delays: Mapping[str, int]
    negatives: Mapping[str, Severity]

    @property
    def precision(self) -> float | None:
        """Give the part of the alerts that is about an attack; None without alerts."""
        return self.right / self.alerts if self.alerts else None

    @property
    def recall(self) -> float | None:
        """Give the part of the attacks that is found; None without attacks."""
        return len(self.delays) / self.attacks if self.attacks else None

    @property
    def median_delay(self) -> int | None:
        """Give the lower median of the delays: one that occurs."""
        return sorted(self.delays.values())[(len(self.delays) - 1) // 2] if self.delays else None

    @property
    def longest_delay(self) -> int | None:
        """Give the longest delay."""
        return max(self.delays.values(), default=None)

    def negatives_of(self, severity: Severity) -> int:
        """Count the hard negatives whose gravest alert is of a severity."""
        return sum(found is severity for found in self.negatives.values())


class Truth:
    """Finds the labels that an alert is about.

    It is about a label at an overlapping time that names its entity, or one of the events that decided it.
    """

    def __init__(self, labels: Iterable[Label]) -> None:
        self.labels = list(labels)
        self._by_entity: dict[tuple[str, str], list[Label]] = defaultdict(list)
        self._by_event: dict[str, list[Label]] = defaultdict(list)
        for label in self.labels:
            for kind, names in label.entities.items():
                for name in names:
                    self._by_entity[kind, name].append(label)
            for _, event_id in label.events:
                self._by_event[event_id].append(label)

    def about(self, alert: Alert) -> list[Label]:
        """Give the attacks that an alert is about, else the hard negatives."""
        named = self._by_entity.get((alert.entity_type, alert.entity), [])
        told = [label for event_id in alert.event_ids for label in self._by_event.get(event_id, [])]
        found = {
            label.instance: label
            for label in (*named, *told)
            if label.first <= alert.last_event_time and alert.first_event_time <= label.last
        }
        attacks = [label for label in found.values() if label.is_attack]
        return attacks or list(found.values())

    def is_about_attack(self, alert: Alert) -> bool:
        """Tell whether an alert is about an attack."""
        return any(label.is_attack for label in self.about(alert))


def judge(rules: Iterable[str], findings: Iterable[Finding], truth: Truth) -> list[Judged]:
    """Judge rule by rule, in the order given, and at the end in all; only what is an alert counts."""
    about = [(one, truth.about(one.alert)) for one in findings if one.outcome == ALERTED]
    return [
        _judged(rule, [pair for pair in about if rule in ("", pair[0].alert.rule_id)], truth) for rule in (*rules, "")
    ]


def _judged(rule: str, about: Sequence[tuple[Finding, Sequence[Label]]], truth: Truth) -> Judged:
    right = 0
    delays: dict[str, int] = {}
    negatives: dict[str, Severity] = {}
    for finding, labels in about:
        right += any(label.is_attack for label in labels)
        for label in labels:
            if label.is_attack:
                delay = max(0, _known_at(finding) - label.first)
                delays[label.instance] = min(delay, delays.get(label.instance, delay))
            elif negatives.get(label.instance) is not Severity.HIGH:
                negatives[label.instance] = finding.alert.severity
    return Judged(rule, len(about), right, sum(label.is_attack for label in truth.labels), delays, negatives)


def _known_at(finding: Finding) -> int:
    return finding.alert.last_event_time if finding.known_at is None else finding.known_at
