"""The table fraud_alerts: its open rows follow from what the rules found and from the reviews, and changes are told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from pipeline.endpoints.sqlite_access import Store
from transforms.core.fraud import settling
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.reviews import Review, suppressing
from transforms.core.fraud.settling import AlertRow
from transforms.core.times import parse_time

Key = tuple[str, str, str]
"""Rule, type of entity, entity."""
_OF_KEY = "WHERE rule_id = ? AND entity_type = ? AND entity = ?"
_HELD = f"SELECT {', '.join(AlertRow._fields)} FROM fraud_alerts {_OF_KEY}"  # noqa: S608 - names of our own
_KEEP = f"INSERT OR REPLACE INTO fraud_alerts VALUES ({', '.join('?' * len(AlertRow._fields))})"  # noqa: S608 - marks


def encoded(alert: Alert) -> str:
    """Write an alert as the columns of its row."""
    return json.dumps(AlertRow.of(alert)._asdict(), ensure_ascii=False)


def settle(store: Store, keys: Iterable[Key]) -> None:
    """Bring the rows of some rules and entities up to date, and put what is to be told into the outbox."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for key in sorted(keys):
        held = [AlertRow(*row) for row in store.execute(_HELD, key).fetchall()]
        settled = settling.settle(held, list(_following(store, key)), now)
        store.executemany(_KEEP, settled.rows)
        told = [(change.event_id, change.event()) for change in settled.changes]
        store.executemany("INSERT OR IGNORE INTO fraud_outbox (event_id, event) VALUES (?, ?)", told)


def _following(store: Store, key: Key) -> Iterator[AlertRow]:
    """Give the alerts that must be open; of one that two slots tell of, the one that saw more comes last."""
    reviews = [_review(row) for row in store.execute(f"SELECT * FROM reviews {_OF_KEY}", key).fetchall()]  # noqa: S608
    query = f"SELECT alert, suppressed_by FROM fraud_found {_OF_KEY} AND outcome = ? ORDER BY evidence_seen"  # noqa: S608
    mark = "UPDATE fraud_found SET suppressed_by = ? WHERE alert_id = ?"
    for text, marked in store.execute(query, (*key, ALERTED)).fetchall():
        alert = AlertRow(**json.loads(text))
        review = suppressing(alert.alert_id, parse_time(alert.first_event_time), reviews)
        by = review.review_id if review else ""
        if by != marked:
            store.execute(mark, (by, alert.alert_id))
        if not review:
            yield alert


def _review(row: Sequence[str]) -> Review:
    review_id, alert_id, rule_id, entity_type, entity, _, verdict, reviewer, note, decided_at = row
    decided = parse_time(decided_at)
    return Review(review_id, alert_id, rule_id, entity_type, entity, verdict, reviewer, note, decided)
