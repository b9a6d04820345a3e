"""Comparing what two sets of rules find in one history. Times are in microseconds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.backtesting.findings import Finding, alerts, overlaps, place
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import SHADOWED, SUPPRESSED
from transforms.core.fraud.rules import Severity
from transforms.core.times import DAY


class Read(NamedTuple):
    """What was read: admitted payments, logins and changes, repeats included.

    ``first`` and ``last`` are their times, 0 where there are none; ``refused`` counts messages and events of any type.
    """

    events: int = 0
    first: int = 0
    last: int = 0
    refused: int = 0

    @property
    def days(self) -> float:
        """Give the days from the first event to the last, at least one."""
        return max(1.0, (self.last - self.first) / DAY)


class Counts(NamedTuple):
    """How much one set of rules finds: alerts, those of them that are urgent, and what is no alert."""

    alerts: int = 0
    high: int = 0
    suppressed: int = 0
    shadowed: int = 0


class Compared(NamedTuple):
    """A rule under both sets, or all rules (``rule`` is empty).

    Gained are alerts without one of the old rules of the same rule and entity at an overlapping time; lost are those
    of the old rules without a new one. The best scores come first.
    """

    rule: str
    new: Counts
    old: Counts
    gained: Sequence[Alert]
    lost: Sequence[Alert]


def unite(parts: Iterable[Read]) -> Read:
    """Add up what was read."""
    parts = list(parts)
    dated = [part for part in parts if part.events]
    return Read(
        sum(part.events for part in parts),
        min((part.first for part in dated), default=0),
        max((part.last for part in dated), default=0),
        sum(part.refused for part in parts),
    )


def compare(rules: Iterable[str], new: Sequence[Finding], old: Sequence[Finding]) -> list[Compared]:
    """Compare rule by rule, in the order given, and at the end in all."""
    gained, lost = (sorted(without(*pair), key=_by_score) for pair in ((new, old), (old, new)))
    return [
        Compared(
            rule,
            _counts(rule, new),
            _counts(rule, old),
            [alert for alert in gained if rule in ("", alert.rule_id)],
            [alert for alert in lost if rule in ("", alert.rule_id)],
        )
        for rule in (*rules, "")
    ]


def without(these: Iterable[Finding], those: Iterable[Finding]) -> Iterator[Alert]:
    """Give the alerts of these that have no counterpart among those of the others.

    Not by id: a threshold decides where an episode begins, and so the id too.
    """
    others: dict[tuple[str, str, str], list[Alert]] = defaultdict(list)
    for alert in alerts(those):
        others[_subject(alert)].append(alert)
    for alert in alerts(these):
        if not any(overlaps(alert, other) for other in others[_subject(alert)]):
            yield alert


def _subject(alert: Alert) -> tuple[str, str, str]:
    return alert.rule_id, alert.entity_type, alert.entity


def _counts(rule: str, findings: Iterable[Finding]) -> Counts:
    mine = [finding for finding in findings if rule in ("", finding.alert.rule_id)]
    outcomes = Counter(finding.outcome for finding in mine)
    high = sum(alert.severity is Severity.HIGH for alert in alerts(mine))
    return Counts(len(alerts(mine)), high, outcomes[SUPPRESSED], outcomes[SHADOWED])


def _by_score(alert: Alert) -> tuple[int, tuple[int, str, str, str]]:
    return -alert.score, place(alert)
