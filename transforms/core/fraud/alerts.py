"""Alerts: one row per episode of a rule and entity, with score, reasons and evidence."""

from collections.abc import Mapping, Sequence
from math import log2
from typing import NamedTuple

from transforms.core.fraud.demands import NORMAL
from transforms.core.fraud.episodes import Episode
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.fraud.reasons import Reason, reasons
from transforms.core.fraud.rules import FraudRules, Rule, RuleKind, Severity
from transforms.core.fraud.seen import NAMED, Seen
from transforms.core.identity import stable_id

SHARED_BY = 10
"""Accounts with normal behaviour that make an IP a shared one."""
_REVIEW, _HIGH, _MOST = 50, 75, 100
_DOUBLING = 25


class Alert(NamedTuple):
    """A row of fraud_alerts but status, superseded_by and updated_at, which the store adds. Times in microseconds."""

    alert_id: str
    pattern: str
    rule_id: str
    rule_version: str
    severity: Severity
    score: int
    entity_type: str
    entity: str
    window_start: int
    window_end: int
    first_event_time: int
    last_event_time: int
    reasons: Sequence[Reason]
    event_ids: Sequence[str]
    evidence_seen: int


class Lists(NamedTuple):
    """The lists of a rules file: (entity type, entity) to the time until which an entry holds, None for ever."""

    allowed: Mapping[tuple[str, str], int | None]
    blocked: Mapping[tuple[str, str], int | None]

    @classmethod
    def of(cls, rules: FraudRules, pseudonyms: Pseudonyms) -> "Lists":
        """Take the lists out of a rules file, with the names that alerts have."""
        allowed, blocked = (
            {(one.entity_type, pseudonyms.entity(one.entity_type, one.entity)): one.until for one in entries}
            for entries in (rules.allow, rules.block)
        )
        return cls(allowed, blocked)


def holds(entries: Mapping[tuple[str, str], int | None], alert: Alert) -> bool:
    """Tell whether an entity is on a list at the time of the alert's first event."""
    key = alert.entity_type, alert.entity
    until = entries.get(key)
    return key in entries and (until is None or alert.first_event_time < until)


def alert_of(rules: FraudRules, rule: Rule, seen: Seen, episode: Episode, entity: tuple[str, str]) -> Alert | None:
    """Make the alert of an episode; ``entity`` is not that of the evidence where an IP's tells of an account.

    There is none where an IP is a shared one and its bad things alone are too few.
    """
    peak = episode.peak
    severity = _severity(rule, episode)
    if entity[0] == "ip":
        is_shared = _is_shared(rule, seen, episode)
        has_few_bad = rule.kind is RuleKind.MEASURE and episode.most_bad < rule.review
        if is_shared and has_few_bad:
            return None
        if is_shared or has_few_bad:
            severity = Severity.REVIEW
    return Alert(
        alert_id=stable_id(rule.id, *entity, str(episode.start)),
        pattern=rule.pattern,
        rule_id=rule.id,
        rule_version=rules.version,
        severity=severity,
        score=score(peak.ratio, severity),
        entity_type=entity[0],
        entity=entity[1],
        window_start=episode.start,
        window_end=episode.end,
        first_event_time=episode.first,
        last_event_time=episode.last,
        reasons=reasons(rule, entity[0], peak),
        event_ids=list(dict.fromkeys(one.id for one in peak.deciding))[:NAMED],
        evidence_seen=seen.facts_between(episode.start, episode.end),
    )


def score(ratio: float, severity: Severity) -> int:
    """Give a score from 0 to 100: 50 at the threshold, 25 more with each doubling.

    It is held below 75 for a review and at 75 or above for what is urgent, so that a queue by score has these first.
    """
    raw = _REVIEW + _DOUBLING * log2(max(ratio, 1))
    low, high = (_HIGH, _MOST) if severity is Severity.HIGH else (_REVIEW, _HIGH - 1)
    return round(min(max(raw, low), high))


def _severity(rule: Rule, episode: Episode) -> Severity:
    if rule.high is None:
        return rule.severity
    if rule.kind is RuleKind.CHAIN:
        return Severity.HIGH if episode.most_bad else Severity.REVIEW
    threshold = 100 * rule.high if rule.kind is RuleKind.SHARE else rule.high
    return Severity.HIGH if episode.peak.observed >= threshold else Severity.REVIEW


def _is_shared(rule: Rule, seen: Seen, episode: Episode) -> bool:
    """Tell whether many accounts behaved normally at an IP meanwhile, and more than did not."""
    normal = {one.value for fact in NORMAL for one in seen.facts(fact) if episode.start <= one.time < episode.end}
    if rule.kind is RuleKind.SUCCESS_WHILE:
        normal -= {one.value for one in episode.peak.deciding}
    return len(normal) >= max(SHARED_BY, episode.peak.bad)
