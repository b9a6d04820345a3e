"""Fraud in the local store: evidence is united with what is held, and the alerts follow from the union."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

import apache_beam as beam

from pipeline.endpoints.sqlite import Home, StoreRows
from pipeline.endpoints.sqlite_access import Store
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import pack, unite, unpack
from transforms.core.fraud.flagging import ALERTED, Flagger, Found
from transforms.core.fraud.rules import FraudRules
from transforms.core.times import format_time
from transforms.flag_fraud import Flagged

OPEN, WITHDRAWN = "open", "withdrawn"
_UPDATE = "INSERT OR REPLACE INTO fraud_alerts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_WITHDRAW = "UPDATE fraud_alerts SET status = ?, superseded_by = ?, updated_at = ? WHERE alert_id = ?"
_GONE = (
    "SELECT alert_id, rule_id, entity_type, entity, window_start, window_end FROM fraud_alerts"
    " WHERE alert_id IN (SELECT alert_id FROM fraud_alert_slots WHERE slot = ?)"
)
_LEVEL = 1
"""Of compression: evidence shrinks to a third, and more costs more time than it saves room."""


def store_fraud_alerts(path: str, attempt: str, rules: FraudRules, fraud_from: int | None) -> beam.PTransform:
    """Join evidence into the store and keep the alerts that follow from all of it; the receipt counts slots."""
    join = partial(_join, rules=rules, fraud_from=fraud_from)
    return StoreRows(path, attempt, Home("fraud_alerts", join, _one, _size))


def _one(_: Flagged) -> int:
    return 1


def _size(flagged: Flagged) -> int:
    return len(flagged.evidence)


def _join(store: Store, batch: Sequence[Flagged], rules: FraudRules, fraud_from: int | None) -> None:
    flagger = Flagger(rules, fraud_from)
    for flagged in batch:
        join_slot(store, flagged, flagger)


def join_slot(store: Store, flagged: Flagged, flagger: Flagger) -> None:
    """Unite the evidence of a slot with what is held, and bring its alerts up to date."""
    slot, evidence, found = flagged
    row = store.execute("SELECT evidence FROM fraud_evidence WHERE slot = ?", (slot,)).fetchone()
    if row:
        held = zlib.decompress(row[0])
        union = unite([unpack(held), unpack(evidence)])
        evidence = pack(union)
        if evidence == held:
            return
        found = flagger.flag(union)
    store.execute("INSERT OR REPLACE INTO fraud_evidence VALUES (?, ?)", (slot, zlib.compress(evidence, _LEVEL)))
    _count(store, slot, found)
    _bring_up_to_date(store, slot, [one.alert for one in found if one.outcome == ALERTED])


def _count(store: Store, slot: int, found: Iterable[Found]) -> None:
    store.execute("DELETE FROM fraud_rule_counts WHERE slot = ?", (slot,))
    counts = Counter((one.alert.rule_id, one.outcome) for one in found)
    rows = [(slot, *key, number) for key, number in counts.items()]
    store.executemany("INSERT INTO fraud_rule_counts VALUES (?, ?, ?, ?)", rows)


def _bring_up_to_date(store: Store, slot: int, alerts: Sequence[Alert]) -> None:
    """Write the open alerts of a slot; what was open and is so no more is withdrawn, and says what took its place."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    current = {alert.alert_id: alert for alert in alerts}
    gone = [row for row in store.execute(_GONE, (slot,)).fetchall() if row[0] not in current]
    store.execute("DELETE FROM fraud_alert_slots WHERE slot = ?", (slot,))
    store.executemany("INSERT INTO fraud_alert_slots VALUES (?, ?)", [(slot, alert_id) for alert_id in current])
    for alert_id, *what in gone:
        if not store.execute("SELECT 1 FROM fraud_alert_slots WHERE alert_id = ?", (alert_id,)).fetchone():
            store.execute(_WITHDRAW, (WITHDRAWN, _successor(what, alerts), now, alert_id))
    for alert in alerts:
        if _is_news(store, alert):
            store.execute(_UPDATE, (*_row(alert), OPEN, "", now))


def _successor(what: Sequence[str], alerts: Iterable[Alert]) -> str:
    """Name the alert of the same rule and entity that overlaps most; empty where there is none."""
    rule_id, entity_type, entity, start, end = what
    overlaps = [
        (min(end, format_time(alert.window_end)), alert.alert_id)
        for alert in alerts
        if (alert.rule_id, alert.entity_type, alert.entity) == (rule_id, entity_type, entity)
        and format_time(alert.window_start) <= end
        and start <= format_time(alert.window_end)
    ]
    return max(overlaps)[1] if overlaps else ""


def _is_news(store: Store, alert: Alert) -> bool:
    """Tell whether a row is new or changes; of two slots that tell of one alert the one that saw more is believed."""
    query = "SELECT * FROM fraud_alerts WHERE alert_id = ?"
    held = store.execute(query, (alert.alert_id,)).fetchone()
    if not held or held[15] != OPEN:
        return True
    return bool(alert.evidence_seen >= held[14]) and tuple(held[:15]) != _row(alert)


def _row(alert: Alert) -> tuple[object, ...]:
    return (
        alert.alert_id,
        alert.pattern,
        alert.rule_id,
        alert.rule_version,
        alert.severity,
        alert.score,
        alert.entity_type,
        alert.entity,
        *map(format_time, (alert.window_start, alert.window_end, alert.first_event_time, alert.last_event_time)),
        json.dumps(list(alert.reasons), ensure_ascii=False),
        json.dumps(list(alert.event_ids), ensure_ascii=False),
        alert.evidence_seen,
    )
