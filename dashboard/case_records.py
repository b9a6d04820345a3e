"""What the API answers with about cases. Times are ISO 8601 in UTC, "" where there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """The open alerts of one entity, as the queue shows them. ``status`` is open, claimed or closed."""

    entity_type: str
    entity: str
    status: str
    claimed_by: str
    version: int
    score: int
    severity: str
    patterns: list[str]
    rules: list[str]
    alerts: int
    unjudged: int
    first_event_time: str
    last_event_time: str
    reason: str
    verdict: str


@dataclass(frozen=True)
class Queue:
    """Cases in order; ``in_all`` says how many there are, ``counts`` by status."""

    cases: list[Case]
    in_all: int
    counts: dict[str, int]
    now: str


@dataclass(frozen=True)
class AlertReason:
    """What was observed against which threshold, and in words."""

    measure: str
    observed: float
    threshold: float
    text: str


@dataclass(frozen=True)
class CaseAlert:
    """An alert of a case: one episode of one rule."""

    alert_id: str
    rule_id: str
    rule_version: str
    pattern: str
    severity: str
    score: int
    window_start: str
    window_end: str
    first_event_time: str
    last_event_time: str
    status: str
    superseded_by: str
    evidence_seen: int
    reasons: list[AlertReason]
    event_ids: list[str]
    verdict: str


@dataclass(frozen=True)
class Evidence:
    """An event behind an alert, out of the archive; ``facts`` are its telling fields, ``decides`` for which rules."""

    event_id: str
    time: str
    type: str
    outcome: str
    facts: dict[str, str]
    decides: list[str]


@dataclass(frozen=True)
class Verdict:
    """A review as it is stored."""

    review_id: str
    alert_id: str
    rule_id: str
    verdict: str
    reviewer: str
    note: str
    decided_at: str


@dataclass(frozen=True)
class CaseAction:
    """A line of a case's audit trail; ``verdict`` is that of a close."""

    action_id: str
    action: str
    reviewer: str
    note: str
    at: str
    expected_version: int
    verdict: str


@dataclass(frozen=True)
class CaseDetail:
    """Everything about a case. ``evidence_note`` says why there is no timeline of events, where there is none."""

    case: Case
    alerts: list[CaseAlert]
    earlier_alerts: list[CaseAlert]
    evidence: list[Evidence]
    evidence_note: str
    verdicts: list[Verdict]
    actions: list[CaseAction]


@dataclass(frozen=True)
class RuleQuality:
    """How good a rule is by its verdicts; ``precision`` is None before the first verdict."""

    rule_id: str
    alerts: int
    confirmed_fraud: int
    false_positive: int
    inconclusive: int
    precision: float | None


@dataclass(frozen=True)
class Quality:
    """Rules by their verdicts, and the queue's age: seconds of event time since a waiting case's first event."""

    rules: list[RuleQuality]
    waiting: int
    median_age_seconds: int
    oldest_age_seconds: int
