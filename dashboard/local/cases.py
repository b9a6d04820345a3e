"""Cases out of the local store: the queue, and everything about one of them."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dashboard.case_records import AlertReason, Case, CaseAction, CaseAlert, CaseDetail, Queue, Verdict
from dashboard.casework import CLAIMED, CLOSED, OPEN, State, state
from dashboard.local.evidence import find_evidence
from dashboard.local.views import newest_window
from dashboard.store import QueueFilter, UnknownCaseError

QUEUE_SHOWN = 200
MOST_ALERTS = 20_000
"""That are put together to cases: those without a verdict before others, by score."""
_OPEN = (
    "WITH verdicts AS (SELECT alert_id, verdict, row_number() OVER"
    " (PARTITION BY alert_id ORDER BY decided_at DESC, review_id DESC) AS place FROM reviews)"
    " SELECT fraud_alerts.*, coalesce(verdicts.verdict, '') AS verdict FROM fraud_alerts"
    " LEFT JOIN verdicts ON verdicts.alert_id = fraud_alerts.alert_id AND place = 1"
)
_WAITING = (
    f"{_OPEN} WHERE status = 'open' ORDER BY verdicts.verdict IS NOT NULL, score DESC, first_event_time,"
    f" fraud_alerts.alert_id LIMIT {MOST_ALERTS}"
)
_OF_ENTITY = (
    f"{_OPEN} WHERE entity_type = ? AND entity = ? ORDER BY status, score DESC, fraud_alerts.alert_id LIMIT 500"
)
_ACTIONS = "SELECT case_key, action, reviewer FROM case_actions ORDER BY case_key, expected_version"
_TRAIL = (
    "SELECT action_id, action, case_actions.reviewer, case_actions.note, at, expected_version,"
    " coalesce((SELECT verdict FROM reviews WHERE review_id > printf('%06d-%s-', expected_version, action_id)"
    " AND review_id < printf('%06d-%s.', expected_version, action_id) LIMIT 1), '') AS verdict"
    " FROM case_actions WHERE case_key = ? ORDER BY expected_version"
)
_VERDICTS = (
    "SELECT review_id, alert_id, rule_id, verdict, reviewer, note, decided_at FROM reviews"
    " WHERE entity_type = ? AND entity = ? ORDER BY decided_at DESC, review_id LIMIT 500"
)


def case_key(entity_type: str, entity: str) -> str:
    """Name a case, as ``reviews.case_key`` does."""
    return f"{entity_type}|{entity}"


def read_queue(store: sqlite3.Connection, wanted: QueueFilter) -> Queue:
    """Read the cases that pass a filter, in order; at most MOST_ALERTS alerts are looked at."""
    cases = all_cases(store)
    passing = [case for case in cases if _passes(case, wanted)]
    if wanted.order == "oldest":
        passing.sort(key=lambda case: case.first_event_time)
    elif wanted.order == "newest":
        passing.sort(key=lambda case: case.last_event_time, reverse=True)
    counts = Counter(case.status for case in cases)
    numbers = {status: counts[status] for status in (OPEN, CLAIMED, CLOSED)}
    return Queue(passing[:QUEUE_SHOWN], len(passing), numbers, newest_window(store))


def all_cases(store: sqlite3.Connection) -> list[Case]:
    """Give every case, by score and then by age."""
    alerts: dict[tuple[str, str], list[sqlite3.Row]] = defaultdict(list)
    for row in store.execute(_WAITING):
        alerts[row["entity_type"], row["entity"]].append(row)
    actions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, action, reviewer in store.execute(_ACTIONS):
        actions[key].append((action, reviewer))
    cases = [_case(*entity, rows, actions[case_key(*entity)]) for entity, rows in alerts.items()]
    return sorted(cases, key=lambda case: (-case.score, case.first_event_time, case.entity))


def _case(entity_type: str, entity: str, rows: list[sqlite3.Row], actions: list[tuple[str, str]]) -> Case:
    """Put open alerts together; the score is that of what waits, as long as something does."""
    unjudged = [row for row in rows if not row["verdict"]]
    found, weighty = state(actions, len(unjudged)), max(unjudged or rows, key=lambda row: int(row["score"]))
    verdicts = {row["verdict"] for row in rows}
    return Case(
        entity_type,
        entity,
        *found,
        score=weighty["score"],
        severity=weighty["severity"],
        patterns=_distinct(row["pattern"] for row in rows),
        rules=_distinct(row["rule_id"] for row in rows),
        alerts=len(rows),
        unjudged=len(unjudged),
        first_event_time=min(row["first_event_time"] for row in rows),
        last_event_time=max(row["last_event_time"] for row in rows),
        reason=json.loads(weighty["reasons"])[0]["text"],
        verdict=verdicts.pop() if len(verdicts) == 1 else "",
    )


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _passes(case: Case, wanted: QueueFilter) -> bool:
    statuses = {"": True, "all": True, "waiting": case.status != CLOSED}
    return (
        statuses.get(wanted.status, case.status == wanted.status)
        and wanted.pattern in ("", *case.patterns)
        and wanted.severity in ("", case.severity)
        and wanted.text.lower() in f"{case.entity_type} {case.entity} {' '.join(case.rules)}".lower()
    )


def read_case(store: sqlite3.Connection, archive: Path, entity_type: str, entity: str) -> CaseDetail:
    """Read everything about a case.

    Raises:
        UnknownCaseError: the entity never had an alert.
    """
    rows = store.execute(_OF_ENTITY, (entity_type, entity)).fetchall()
    if not rows:
        raise UnknownCaseError
    trail = [CaseAction(*row) for row in store.execute(_TRAIL, (case_key(entity_type, entity),))]
    opened = [row for row in rows if row["status"] == "open"]
    case = _case(entity_type, entity, opened or rows, [(line.action, line.reviewer) for line in trail])
    if not opened:
        case = _withdrawn(case)
    evidence, note = find_evidence(archive, opened, named=_names_people(store))
    return CaseDetail(
        case,
        [_alert(row) for row in opened],
        [_alert(row) for row in rows if row["status"] != "open"],
        evidence,
        note,
        [Verdict(*row) for row in store.execute(_VERDICTS, (entity_type, entity))],
        trail,
    )


def _withdrawn(case: Case) -> Case:
    """Show a case whose alerts were all withdrawn as closed: there is nothing to judge."""
    values = {**case.__dict__, "status": CLOSED, "claimed_by": "", "unjudged": 0}
    return Case(**values)


def _names_people(store: sqlite3.Connection) -> bool:
    """Tell whether alerts bear names as they are: where a key hides them, the timeline hides them too."""
    row = store.execute("SELECT value FROM settings WHERE name = 'options'").fetchone()
    return bool(row) and json.loads(row[0]).get("--pii_key_file", "none") == "none"


def _alert(row: sqlite3.Row) -> CaseAlert:
    reasons = [
        AlertReason(one["measure"], one["observed"], one["threshold"], one["text"])
        for one in json.loads(row["reasons"])
    ]
    names = (
        *("alert_id", "rule_id", "rule_version", "pattern", "severity", "score", "window_start", "window_end"),
        *("first_event_time", "last_event_time", "status", "superseded_by", "evidence_seen", "verdict"),
    )
    values: dict[str, Any] = {name: row[name] for name in names}
    return CaseAlert(**values, reasons=reasons, event_ids=json.loads(row["event_ids"]))


def state_of(store: sqlite3.Connection, entity_type: str, entity: str) -> tuple[State, str]:
    """Give where a case stands, and who acted last on it, in words.

    Raises:
        UnknownCaseError: the entity never had an alert.
    """
    rows = store.execute(_OF_ENTITY, (entity_type, entity)).fetchall()
    if not rows:
        raise UnknownCaseError
    trail = store.execute(_TRAIL, (case_key(entity_type, entity),)).fetchall()
    unjudged = sum(row["status"] == "open" and not row["verdict"] for row in rows)
    found = state([(line["action"], line["reviewer"]) for line in trail], unjudged)
    last = trail[-1] if trail else None
    return found, f"{last['reviewer']} did '{last['action']}' at {last['at']}" if last else "the case has changed"
