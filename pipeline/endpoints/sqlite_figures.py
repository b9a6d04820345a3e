"""Reading the local store: the figures that a summary is made of."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

import numpy as np

from pipeline.endpoints.sqlite_access import connect, in_transaction, patiently
from transforms.core.contracts import PAGE_VIEW
from transforms.core.fraud.flagging import SHADOWED, SUPPRESSED
from transforms.core.ledger import Account, account
from transforms.core.records import LedgerRow

TOP_PAGES = 10
TOP_ALERTS = 5
ABANDONED_SECONDS = 7 * 24 * 3600
"""After this time the receipts of an attempt that never came to its end are dropped."""


class Page(NamedTuple):
    """A URL over all windows of the store."""

    url: str
    views: int
    bot_views: int


class Example(NamedTuple):
    """One reject of a reason."""

    error_message: str
    message_id: str
    position: str
    payload: str


class TopAlert(NamedTuple):
    """An open alert; ``reason`` is the first of its reasons in words."""

    score: int
    severity: str
    rule_id: str
    entity_type: str
    entity: str
    reason: str


class RuleQuality(NamedTuple):
    """The open alerts of a rule and the verdicts on its alerts; ``precision`` is None where none was decided."""

    rule_id: str
    alerts: int
    confirmed: int
    false_positives: int
    precision: float | None


class FraudFigures(NamedTuple):
    """The alerts that the store holds, of all its runs, and what a list or a rule's state kept from being one.

    ``rules`` are those with a verdict.
    """

    open: int = 0
    high: int = 0
    suppressed: int = 0
    shadowed: int = 0
    top: tuple[TopAlert, ...] = ()
    rules: tuple[RuleQuality, ...] = ()


class Figures(NamedTuple):
    """What a run left: its account, what it handed over, and what the store holds now, of all its runs."""

    account: Account
    counted_views: int
    written_views: int
    written_rejects: int
    rows: int
    urls: int
    first_window: str
    last_window: str
    top_pages: list[Page]
    examples: dict[str, Example]
    other_runs: int
    fraud: FraudFigures = FraudFigures()

    @property
    def adds_up(self) -> bool:
        """Tell whether every event is accounted for, and every result and reject reached the store."""
        return (
            self.account.adds_up
            and self.written_views == self.counted_views
            and self.written_rejects >= self.account.refused
        )


def read_figures(path: str, run: str, attempt: str) -> Figures:
    """Read the figures of a run, with the receipts of one attempt at it.

    Raises:
        StoreError: the store cannot be read.
    """
    with closing(connect(path)) as store:
        return patiently(store, lambda: _read(store, run, attempt))


def read_account(path: str, run: str) -> Account:
    """Read the account of a run alone.

    Raises:
        StoreError: the store cannot be read.
    """
    with closing(connect(path)) as store:
        return account(patiently(store, lambda: _ledger(store, run)))


def _read(store: sqlite3.Connection, run: str, attempt: str) -> Figures:
    rows = _ledger(store, run)
    total = account(rows)
    receipts = dict(store.execute("SELECT home, written FROM receipts WHERE attempt = ?", (attempt,)))
    written = store.execute("SELECT ids FROM rejects_written WHERE attempt = ?", (attempt,))
    written_rejects = np.unique(np.frombuffer(b"".join(ids for (ids,) in written), dtype="<u8")).size
    rows_held, urls, first, last = store.execute(
        "SELECT count(*), count(DISTINCT url), min(window_start), max(window_end) FROM page_views"
    ).fetchone()
    (others,) = store.execute("SELECT count(DISTINCT run) FROM ledger WHERE run <> ?", (run,)).fetchone()
    return Figures(
        total,
        sum(row.counted for row in rows if row.event_type == PAGE_VIEW),
        receipts.get("page_views", 0),
        written_rejects,
        rows_held,
        urls,
        first or "",
        last or "",
        _top_pages(store),
        _examples(store, total.rejected),
        others,
        _fraud(store),
    )


def _fraud(store: sqlite3.Connection) -> FraudFigures:
    opened, high = store.execute(
        "SELECT count(*), coalesce(sum(severity = 'high'), 0) FROM fraud_alerts WHERE status = 'open'"
    ).fetchone()
    query = "SELECT iif(suppressed_by <> '', ?, outcome), count(DISTINCT alert_id) FROM fraud_found GROUP BY 1"
    outcomes = dict(store.execute(query, (SUPPRESSED,)))
    top = store.execute(
        "SELECT score, severity, rule_id, entity_type, entity, reasons FROM fraud_alerts WHERE status = 'open'"
        " ORDER BY score DESC, window_start DESC, alert_id LIMIT ?",
        (TOP_ALERTS,),
    )
    alerts = tuple(
        TopAlert(score, severity, rule_id, entity_type, entity, json.loads(reasons)[0]["text"])
        for score, severity, rule_id, entity_type, entity, reasons in top
    )
    judged = store.execute(
        "SELECT rule_id, alerts, confirmed_fraud, false_positive, precision FROM fraud_rule_quality"
        " WHERE confirmed_fraud + false_positive + inconclusive > 0 ORDER BY rule_id"
    )
    rules = tuple(RuleQuality(*row) for row in judged)
    return FraudFigures(opened, high, outcomes.get(SUPPRESSED, 0), outcomes.get(SHADOWED, 0), alerts, rules)


def new_attempt() -> str:
    """Name an attempt at a run, so that names sort by time."""
    return _attempt_at(time.time()) + secrets.token_hex(8)


def _attempt_at(seconds: float) -> str:
    return f"{int(seconds):012d}-"


def forget_receipts(path: str, attempt: str) -> None:
    """Drop the receipts of an attempt, which has been judged by them, and of those that crashed long ago."""
    with closing(connect(path)) as store:
        in_transaction(store, lambda store: _forget(store, attempt))


def _forget(store: sqlite3.Connection, attempt: str) -> None:
    dropped = attempt, _attempt_at(time.time() - ABANDONED_SECONDS)
    store.execute("DELETE FROM receipts WHERE attempt = ? OR attempt < ?", dropped)
    store.execute("DELETE FROM rejects_written WHERE attempt = ? OR attempt < ?", dropped)


def _ledger(store: sqlite3.Connection, run: str) -> list[LedgerRow]:
    query = "SELECT event_type, received, counted, duplicate, rejected, masked FROM ledger WHERE run = ?"
    return [
        LedgerRow(run, kind, None, received, counted, duplicate, json.loads(rejected), masked)
        for kind, received, counted, duplicate, rejected, masked in store.execute(query, (run,))
    ]


def _top_pages(store: sqlite3.Connection) -> list[Page]:
    query = "SELECT url, sum(views) AS n, sum(bot_views) FROM page_views GROUP BY url ORDER BY n DESC, url LIMIT ?"
    return [Page(*row) for row in store.execute(query, (TOP_PAGES,))]


def _examples(store: sqlite3.Connection, reasons: Iterable[str]) -> dict[str, Example]:
    query = (
        "SELECT error_message, message_id, position, coalesce(payload_string, hex(payload_bytes))"
        " FROM dead_letters WHERE reason = ? ORDER BY dead_letter_id LIMIT 1"
    )
    found = {reason: store.execute(query, (reason,)).fetchone() for reason in reasons}
    return {reason: Example(*row) for reason, row in found.items() if row}
