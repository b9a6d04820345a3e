"""Fraud in the local store: evidence is united with what is held, and the alerts follow from the union."""

import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

import apache_beam as beam

from pipeline.endpoints.sqlite import Home, StoreRows
from pipeline.endpoints.sqlite_access import Store
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import Evidence, by_slot, gained, of_entities, pack, unite, unpack
from transforms.core.fraud.flagging import ALERTED, Flagger, Found
from transforms.core.fraud.rules import FraudRules
from transforms.core.times import format_time
from transforms.flag_fraud import Flagged

OPEN, WITHDRAWN = "open", "withdrawn"
SLOTS = 64
"""Parts of the entities; each part's evidence is one value."""
_UPDATE = "INSERT OR REPLACE INTO fraud_alerts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_WITHDRAW = "UPDATE fraud_alerts SET status = ?, superseded_by = ?, updated_at = ? WHERE alert_id = ?"
_DESCRIBED = "SELECT rule_id, entity_type, entity, window_start, window_end FROM fraud_alerts WHERE alert_id = ?"
_STILL_FOUND = "SELECT 1 FROM fraud_found WHERE alert_id = ? AND outcome = ?"
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
        for slot, evidence in by_slot(unpack(flagged.evidence), SLOTS):
            _join_slot(store, slot, evidence, flagger, flagged)


def _join_slot(store: Store, slot: int, evidence: Evidence, flagger: Flagger, flagged: Flagged) -> None:
    """Unite the evidence of a slot with what is held, and judge those again that something new is known about."""
    row = store.execute("SELECT evidence FROM fraud_evidence WHERE slot = ?", (slot,)).fetchone()
    if row:
        held = unpack(zlib.decompress(row[0]))
        evidence = unite([held, evidence])
        judged = set(gained(held, evidence))
        found = flagger.flag(of_entities(evidence, sorted(judged)))
    else:
        judged = set(evidence.rows["entity"].tolist())
        found = [one for one in flagged.found if one.source in judged]
    if judged:
        packed = zlib.compress(pack(evidence), _LEVEL)
        store.execute("INSERT OR REPLACE INTO fraud_evidence VALUES (?, ?)", (slot, packed))
        _bring_up_to_date(store, slot, judged, found)


def _bring_up_to_date(store: Store, slot: int, judged: Collection[int], found: Sequence[Found]) -> None:
    """Write what was found of some entities.

    What was an open alert of theirs and is so no more is withdrawn, and says what took its place.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sources = {str(source) for source in judged}
    rows = store.execute("SELECT source, alert_id, outcome FROM fraud_found WHERE slot = ?", (slot,)).fetchall()
    before = [(source, alert_id, outcome) for source, alert_id, outcome in rows if source in sources]
    gone = "DELETE FROM fraud_found WHERE slot = ? AND source = ? AND alert_id = ?"
    store.executemany(gone, [(slot, source, alert_id) for source, alert_id, _ in before])
    store.executemany(
        "INSERT INTO fraud_found VALUES (?, ?, ?, ?, ?)",
        [(slot, str(one.source), one.alert.alert_id, one.alert.rule_id, one.outcome) for one in found],
    )
    alerts = [one.alert for one in found if one.outcome == ALERTED]
    for alert_id in {alert_id for _, alert_id, outcome in before if outcome == ALERTED}:
        if not store.execute(_STILL_FOUND, (alert_id, ALERTED)).fetchone():
            what = store.execute(_DESCRIBED, (alert_id,)).fetchone()
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
