"""The table fraud_alerts: its open rows follow from what the rules found and from the reviews, and changes are told."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.endpoints.sqlite_access import Store
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.reviews import Review, suppressing
from transforms.core.identity import stable_id
from transforms.core.times import format_time, parse_time

Key = tuple[str, str, str]
"""Rule, type of entity, entity."""
Row = dict[str, Any]
OPEN, WITHDRAWN = "open", "withdrawn"
OPENED, RAISED, MOVED = "opened", "raised", "moved"
ALERT_EVENT = "fraud.alert.v1"
_OF_KEY = "WHERE rule_id = ? AND entity_type = ? AND entity = ?"
_COLUMNS = (
    *("alert_id", "pattern", "rule_id", "rule_version", "severity", "score", "entity_type", "entity"),
    *("window_start", "window_end", "first_event_time", "last_event_time", "reasons", "event_ids", "evidence_seen"),
)
_UPDATED = ("status", "superseded_by", "updated_at")


def encoded(alert: Alert) -> str:
    """Write an alert as the columns of its row, but those that the store adds."""
    times = {name: format_time(getattr(alert, name)) for name in _COLUMNS[8:12]}
    lists = {name: json.dumps(list(getattr(alert, name)), ensure_ascii=False) for name in ("reasons", "event_ids")}
    return json.dumps(alert._asdict() | times | lists, ensure_ascii=False)


def settle(store: Store, keys: Iterable[Key]) -> None:
    """Bring the rows of some rules and entities up to date.

    What is open and follows from nothing any more is withdrawn, and says what took its place.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for key in sorted(keys):
        held = {row["alert_id"]: row for row in _held(store, key)}
        following = {row["alert_id"]: row for row in _following(store, key)}
        for alert_id, row in held.items():
            if row["status"] == OPEN and alert_id not in following:
                _withdraw(store, row, following.values(), now)
        for alert_id, row in following.items():
            _open(store, held.get(alert_id), row, now)


def _held(store: Store, key: Key) -> Iterator[Row]:
    names = (*_COLUMNS, *_UPDATED)
    for row in store.execute(f"SELECT {', '.join(names)} FROM fraud_alerts {_OF_KEY}", key).fetchall():  # noqa: S608
        yield dict(zip(names, row, strict=True))


def _following(store: Store, key: Key) -> Iterator[Row]:
    """Give the alerts that must be open; of one that two slots tell of, the one that saw more is believed."""
    reviews = [_review(row) for row in store.execute(f"SELECT * FROM reviews {_OF_KEY}", key).fetchall()]  # noqa: S608
    query = f"SELECT alert, suppressed_by FROM fraud_found {_OF_KEY} AND outcome = ? ORDER BY evidence_seen"  # noqa: S608
    mark = "UPDATE fraud_found SET suppressed_by = ? WHERE alert_id = ?"
    for text, marked in store.execute(query, (*key, ALERTED)).fetchall():
        alert: Row = json.loads(text)
        review = suppressing(alert["alert_id"], parse_time(alert["first_event_time"]), reviews)
        by = review.review_id if review else ""
        if by != marked:
            store.execute(mark, (by, alert["alert_id"]))
        if not review:
            yield alert


def _review(row: Sequence[str]) -> Review:
    review_id, alert_id, rule_id, entity_type, entity, _, verdict, reviewer, note, decided_at = row
    decided = parse_time(decided_at)
    return Review(review_id, alert_id, rule_id, entity_type, entity, verdict, reviewer, note, decided)


def _withdraw(store: Store, row: Row, following: Iterable[Row], now: str) -> None:
    """Withdraw an alert; the one of the same rule and entity that overlaps longest takes its place, if one does."""
    overlapping = [
        (min(row["window_end"], other["window_end"]), other["alert_id"])
        for other in following
        if other["window_start"] <= row["window_end"] and row["window_start"] <= other["window_end"]
    ]
    by = max(overlapping)[1] if overlapping else ""
    change = "UPDATE fraud_alerts SET status = ?, superseded_by = ?, updated_at = ? WHERE alert_id = ?"
    store.execute(change, (WITHDRAWN, by, now, row["alert_id"]))
    _tell(store, MOVED if by else WITHDRAWN, row | {"status": WITHDRAWN, "superseded_by": by, "updated_at": now})


def _open(store: Store, held: Row | None, alert: Row, now: str) -> None:
    row = {name: alert[name] for name in _COLUMNS} | {"status": OPEN, "superseded_by": "", "updated_at": now}
    if held and held["status"] != OPEN:
        held = None
    if held and held == row | {"updated_at": held["updated_at"]}:
        return
    marks = ", ".join(f":{name}" for name in (*_COLUMNS, *_UPDATED))
    store.execute(f"INSERT OR REPLACE INTO fraud_alerts VALUES ({marks})", row)  # noqa: S608  names of our own
    if not held:
        _tell(store, OPENED, row)
    elif row["score"] > held["score"]:
        _tell(store, RAISED, row)


def _tell(store: Store, change: str, row: Mapping[str, Any]) -> None:
    """Put a change into the outbox; a repeat has the same id, and is no second one."""
    event_id = stable_id(row["alert_id"], change, str(row["evidence_seen"]))
    data = {"change": change} | dict(row) | {name: json.loads(row[name]) for name in ("reasons", "event_ids")}
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "//millrace",
        "type": ALERT_EVENT,
        "subject": row["alert_id"],
        "time": row["updated_at"],
        "datacontenttype": "application/json",
        "data": data,
    }
    text = json.dumps(event, ensure_ascii=False)
    store.execute("INSERT OR IGNORE INTO fraud_outbox (event_id, event) VALUES (?, ?)", (event_id, text))
