"""Alerts and labels made by hand; times are minutes of one morning."""

from typing import Any

from pipeline.backtesting.findings import Finding
from pipeline.backtesting.labels import Label
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.rules import Severity
from transforms.core.times import MINUTE, parse_time

MORNING = parse_time("2026-09-17T09:00:00Z")


def at(minute: int) -> int:
    return MORNING + minute * MINUTE


def alert(start: int, end: int, rule: str = "r", entity: str = "192.0.2.7", **others: Any) -> Alert:
    """An alert whose first and last event are at the edges of its window."""
    made = Alert(
        alert_id=f"{rule} {entity} {start}",
        pattern="card_testing",
        rule_id=rule,
        rule_version="1",
        severity=Severity.REVIEW,
        score=50,
        entity_type="ip",
        entity=entity,
        window_start=at(start),
        window_end=at(end),
        first_event_time=at(start),
        last_event_time=at(end),
        reasons=[{"measure": "cards", "observed": 6.0, "threshold": 5.0, "text": "6 different cards"}],
        event_ids=[],
        evidence_seen=6,
    )
    return made._replace(**others)


def finding(start: int, end: int, *, outcome: str = ALERTED, known: int | None = None, **others: Any) -> Finding:
    return Finding(alert(start, end, **others), outcome, None if known is None else at(known))


def label(instance: str, first: int, last: int, is_attack: bool = True, ip: str = "", *events: str) -> Label:
    pairs = [("//shop", event) for event in events]
    return Label(instance, "burst", is_attack, {"ip": [ip]} if ip else {}, at(first), at(last), pairs)
