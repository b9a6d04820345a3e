"""Settling alerts: which rows change, and what is told, when what is held meets what follows from evidence."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.reviews import Review, suppressing
from transforms.core.identity import stable_id
from transforms.core.times import format_time, parse_time

OPEN, WITHDRAWN = "open", "withdrawn"
OPENED, RAISED, MOVED = "opened", "raised", "moved"
ALERT_EVENT = "fraud.alert.v1"
_TIMES = ("window_start", "window_end", "first_event_time", "last_event_time")
_LISTS = ("reasons", "event_ids")


class AlertRow(NamedTuple):
    """A row of fraud_alerts, as homes show it: times are ISO 8601 UTC, ``reasons`` and ``event_ids`` JSON."""

    alert_id: str
    pattern: str
    rule_id: str
    rule_version: str
    severity: str
    score: int
    entity_type: str
    entity: str
    window_start: str
    window_end: str
    first_event_time: str
    last_event_time: str
    reasons: str
    event_ids: str
    evidence_seen: int
    status: str = OPEN
    superseded_by: str = ""
    updated_at: str = ""

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Write an alert as a row that is open; who keeps it says when."""
        times = {name: format_time(getattr(alert, name)) for name in _TIMES}
        lists = {name: json.dumps(list(getattr(alert, name)), ensure_ascii=False) for name in _LISTS}
        return cls(**alert._asdict() | times | lists | {"severity": str(alert.severity)})


class Change(NamedTuple):
    """What is told of an alert: opened, raised (a greater score), moved (another took its place) or withdrawn."""

    change: str
    row: AlertRow

    @property
    def event_id(self) -> str:
        """Give the id of the event; a repeat has the same."""
        return stable_id(self.row.alert_id, self.change, str(self.row.evidence_seen))

    def event(self) -> str:
        """Write it as a CloudEvent."""
        lists = {name: json.loads(getattr(self.row, name)) for name in _LISTS}
        event = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": "//millrace",
            "type": ALERT_EVENT,
            "subject": self.row.alert_id,
            "time": self.row.updated_at,
            "datacontenttype": "application/json",
            "data": {"change": self.change} | self.row._asdict() | lists,
        }
        return json.dumps(event, ensure_ascii=False)


class Settled(NamedTuple):
    """Rows to be written, each in place of one of its alert, and what is told."""

    rows: list[AlertRow]
    changes: list[Change]


def settle(held: Iterable[AlertRow], following: Iterable[AlertRow], now: str) -> Settled:
    """Bring the rows of one rule and entity up to date.

    What is open and follows from nothing any more is withdrawn, and says what took its place.

    Args:
        held: the rows that are there, open and withdrawn.
        following: the alerts that must be open; of several of one id the last is believed.
        now: the time that changed rows bear.
    """
    settled = Settled([], [])
    by_id = {row.alert_id: row for row in held}
    wanted = {row.alert_id: row._replace(updated_at=now) for row in following}
    for alert_id, row in by_id.items():
        if row.status == OPEN and alert_id not in wanted:
            by = _in_place_of(row, wanted.values())
            gone = row._replace(status=WITHDRAWN, superseded_by=by, updated_at=now)
            settled.rows.append(gone)
            settled.changes.append(Change(MOVED if by else WITHDRAWN, gone))
    for alert_id, row in wanted.items():
        before = by_id.get(alert_id)
        if before is None or before.status != OPEN:
            settled.rows.append(row)
            settled.changes.append(Change(OPENED, row))
        elif before != row._replace(updated_at=before.updated_at):
            settled.rows.append(row)
            if row.score > before.score:
                settled.changes.append(Change(RAISED, row))
    return settled


def _in_place_of(row: AlertRow, following: Iterable[AlertRow]) -> str:
    """Find the alert of the same rule and entity that overlaps longest; empty if none does."""
    overlapping = [
        (min(row.window_end, other.window_end), other.alert_id)
        for other in following
        if other.window_start <= row.window_end and row.window_start <= other.window_end
    ]
    return max(overlapping)[1] if overlapping else ""


def unsuppressed(rows: Iterable[AlertRow], reviews: Iterable[Review]) -> Iterator[AlertRow]:
    """Give the alerts of one rule and entity that no review keeps quiet; those that saw more evidence last."""
    reviews = list(reviews)
    for row in sorted(rows, key=lambda row: row.evidence_seen):
        if not suppressing(row.alert_id, parse_time(row.first_event_time), reviews):
            yield row
