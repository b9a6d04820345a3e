"""Recording what reviewers do: an action and its verdicts in one transaction, then a line each in ``reviews.jsonl``."""

import json
import sqlite3
import time
from pathlib import Path

from dashboard.casework import CLOSE, check
from dashboard.local.cases import case_key, state_of
from dashboard.local.reading import LOCKED
from dashboard.store import ConflictError, Decision, StoreTroubleError, UnknownCaseError
from pipeline.endpoints.review_log import write_review_log
from pipeline.endpoints.sqlite_access import Store
from pipeline.endpoints.sqlite_reviews import join_reviews
from transforms.core.fraud.reviews import REVIEW, Review
from transforms.core.times import SECOND, format_time

LOCK_SECONDS = 8.0
"""How long a decision waits for its turn between the transactions of a run at work."""
SOURCE = "//millrace/dashboard"
_BUSY = StoreTroubleError(
    LOCKED,
    "The store is kept locked by another program; nothing was recorded.",
    "Press the same key again in a moment.",
)


def record(path: Path, decision: Decision) -> None:
    """Record an action on a case; the same action again changes nothing.

    Raises:
        ConflictError: somebody else acted first, or the case is in no state for it; nothing is recorded then.
        UnknownCaseError: there is no such case.
        StoreTroubleError: the store cannot be written; nothing is recorded then.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    store = None
    try:
        store = sqlite3.connect(address, uri=True, timeout=LOCK_SECONDS, isolation_level=None, factory=Store)
        store.execute("PRAGMA synchronous = FULL")  # a verdict is not to be lost by a crash of the machine
        store.execute("BEGIN IMMEDIATE")
        _join(store, decision, time.time_ns() // 1000 // SECOND * SECOND)
        store.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise _BUSY from error
        raise StoreTroubleError("broken", f"{path} cannot be written: {error}.", "Look at the disk.") from error
    finally:
        if store is not None:
            store.close()  # what was not committed is rolled back
    write_review_log(str(path))


def _join(store: Store, decision: Decision, now: int) -> None:
    known = store.execute("SELECT case_key FROM case_actions WHERE action_id = ?", (decision.action_id,)).fetchone()
    key = case_key(decision.entity_type, decision.entity)
    if known:
        if known[0] != key:
            raise ConflictError("This action was recorded for another case.")
        return
    store.row_factory = sqlite3.Row
    found, last = state_of(store, decision.entity_type, decision.entity)
    check(decision, found, last)
    reviews = _reviews(store, decision, now)
    store.row_factory = None
    row = (decision.action_id, key, decision.action, decision.reviewer, decision.note, format_time(now), found.version)
    store.execute("INSERT INTO case_actions VALUES (?,?,?,?,?,?,?)", row)
    join_reviews(store, reviews)
    events = [(review.review_id, _event(review)) for review in reviews]
    store.executemany("INSERT INTO review_outbox (event_id, event) VALUES (?, ?)", events)


def _reviews(store: Store, decision: Decision, now: int) -> list[Review]:
    """Make a verdict on each alert that the reviewer saw."""
    query = "SELECT alert_id, rule_id FROM fraud_alerts WHERE status = 'open' AND entity_type = ? AND entity = ?"
    rules = dict(tuple(row) for row in store.execute(query, (decision.entity_type, decision.entity)))
    if not rules:
        raise UnknownCaseError
    if decision.action != CLOSE:
        return []
    if gone := [alert for alert in decision.alert_ids if alert not in rules]:
        raise ConflictError(f"{len(gone)} of the alerts were withdrawn meanwhile. Look at the case again.")
    entity = decision.entity_type, decision.entity
    words = decision.verdict, decision.reviewer, decision.note
    # Of two verdicts within a second the greater id counts as the later one (transforms.core.fraud.reviews).
    act = f"{decision.expected_version:06d}-{decision.action_id}"
    return [
        Review(f"{act}-{alert}", alert, rules[alert], *entity, *words, now)
        for alert in dict.fromkeys(decision.alert_ids)
    ]


def _event(review: Review) -> str:
    """Write a review as a CloudEvent, as the pipeline reads it."""
    decided_at = format_time(review.decided_at)
    event = {
        "specversion": "1.0",
        "id": review.review_id,
        "source": SOURCE,
        "type": REVIEW,
        "subject": review.alert_id,
        "time": decided_at,
        "datacontenttype": "application/json",
        "data": {**review._asdict(), "decided_at": decided_at},
    }
    return json.dumps(event, ensure_ascii=False)
