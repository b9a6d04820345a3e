"""The SQL behind every number: what the page shows is what is run here, and what a person may paste."""

import re
import sqlite3
from typing import NamedTuple

ROWS = 200


class Question(NamedTuple):
    """The SQL of a number, and that of the rows that it is made of."""

    title: str
    sql: str
    rows_sql: str


IN_SPAN = "window_start >= :start AND window_start < :end AND instr(url, :contains)"
"""Of page_views; an empty text is contained in every URL."""
_VIEWS = (
    "SELECT sum(views) AS views, sum(bot_views) AS bot_views, count(DISTINCT url) AS urls"  # noqa: S608
    f" FROM page_views WHERE {IN_SPAN}"
)
SERIES = f"SELECT window_start, sum(views), sum(bot_views) FROM page_views WHERE {IN_SPAN} GROUP BY 1"  # noqa: S608
TOP_PAGES = (
    "SELECT url, views, bot_views, count(*) OVER () AS urls, sum(views) OVER () AS all_views,"  # noqa: S608
    " sum(bot_views) OVER () AS all_bot_views FROM"
    f" (SELECT url, sum(views) AS views, sum(bot_views) AS bot_views FROM page_views WHERE {IN_SPAN} GROUP BY url)"
    " ORDER BY views DESC, url LIMIT 20"
)
"""With the numbers of the whole span beside them: one walk over its rows."""
ONE_PAGE = (
    "SELECT window_start, views, bot_views, visitors FROM page_views"
    " WHERE url = :url AND window_start >= :start AND window_start < :end ORDER BY window_start DESC"
)
VISITOR_SETS = (
    "SELECT visitor_set FROM page_views JOIN page_view_sets USING (url, window_start, window_end)"
    " WHERE window_start >= :visitors_from AND window_start < :end AND instr(url, :contains) LIMIT 100000"
)
_VISITORS = (
    "SELECT url, window_start, visitors FROM page_views WHERE window_start >= :visitors_from AND window_start < :end"
    " AND instr(url, :contains) ORDER BY visitors DESC"
)
RATE = (
    "SELECT event_type, sum(counted + duplicate) AS events FROM ledger"
    " WHERE minute >= :rate_from AND minute < :end GROUP BY event_type ORDER BY 2 DESC"
)
_RATE_ROWS = (
    "SELECT minute, event_type, run, counted, duplicate FROM ledger"
    " WHERE minute >= :rate_from AND minute < :end ORDER BY minute DESC, event_type"
)
_PAGE_ROWS = (
    f"SELECT window_start, url, views, bot_views, visitors, updated_at FROM page_views WHERE {IN_SPAN}"  # noqa: S608
    " ORDER BY window_start DESC, views DESC"
)
LEDGER = (
    "SELECT run, sum(received) AS received, sum(counted) AS counted, sum(duplicate) AS duplicate,"
    " sum(masked) AS masked, min(nullif(minute, '')) AS first_minute, max(minute) AS last_minute"
    " FROM ledger GROUP BY run"
)
REJECTED = (
    "SELECT run, reason.key AS reason, sum(reason.value) AS rejected FROM ledger, json_each(ledger.rejected) AS reason"
    " GROUP BY run, reason.key"
)
_BY_REASON = (
    "SELECT reason.key AS reason, sum(reason.value) AS rejected FROM ledger, json_each(ledger.rejected) AS reason"
    " GROUP BY 1 ORDER BY 2 DESC"
)
_ALL_LETTERS = (
    "SELECT timestamp, stage, reason, error_message, event_type, message_id, position FROM dead_letters"
    " ORDER BY reason, dead_letter_id"
)
_LETTERS = (
    "SELECT timestamp, stage, reason, error_message, coalesce(payload_string, hex(payload_bytes)) AS payload,"
    " message_id, position FROM dead_letters WHERE reason = :reason ORDER BY dead_letter_id"
)
_ALERTS = (
    "SELECT rule_id, severity, score, status, window_start, window_end, evidence_seen, reasons, event_ids, alert_id"
    " FROM fraud_alerts WHERE entity_type = :entity_type AND entity = :entity ORDER BY score DESC, alert_id"
)
_CASES = (
    "SELECT entity_type, entity, max(score) AS score, count(*) AS alerts FROM fraud_alerts"
    " WHERE status = 'open' GROUP BY entity_type, entity ORDER BY score DESC, entity"
)

QUESTIONS = {
    "views": Question("Page views", _VIEWS, _PAGE_ROWS),
    "series": Question("Page views over time", SERIES, _PAGE_ROWS),
    "pages": Question("Top pages", TOP_PAGES, _PAGE_ROWS),
    "page": Question(
        "One page",
        "SELECT sum(views) AS views FROM page_views"
        " WHERE url = :url AND window_start >= :start AND window_start < :end",
        ONE_PAGE,
    ),
    "visitors": Question("Visitors", VISITOR_SETS, _VISITORS),
    "rate": Question("Event rate", RATE, _RATE_ROWS),
    "ledger": Question("The ledger", LEDGER, "SELECT * FROM ledger ORDER BY run, minute, event_type"),
    "rejected": Question("Rejects by reason", _BY_REASON, _ALL_LETTERS),
    "rejects": Question(
        "Rejects",
        "SELECT sum(reason.value) AS rejected FROM ledger, json_each(ledger.rejected) AS reason"
        " WHERE reason.key = :reason",
        _LETTERS,
    ),
    "freshness": Question(
        "Freshness",
        "SELECT max(window_end) AS newest_window_end, max(updated_at) AS last_stored FROM page_views",
        "SELECT window_start, window_end, url, views, updated_at FROM page_views ORDER BY window_start DESC",
    ),
    "cases": Question(
        "Cases",
        "SELECT count(DISTINCT entity_type || '|' || entity) AS cases FROM fraud_alerts WHERE status = 'open'",
        _CASES,
    ),
    "case": Question(
        "One case",
        "SELECT max(score) AS score FROM fraud_alerts WHERE status = 'open' AND entity_type = :entity_type"
        " AND entity = :entity",
        _ALERTS,
    ),
    "quality": Question(
        "Rules by their verdicts", "SELECT * FROM fraud_rule_quality", "SELECT * FROM reviews ORDER BY decided_at DESC"
    ),
}


def pasteable(sql: str, values: dict[str, str]) -> str:
    """Write the values into the SQL, as literals."""

    def literal(match: re.Match[str]) -> str:
        value = values.get(match[1])
        return match[0] if value is None else "'" + value.replace("'", "''") + "'"

    return re.sub(r"(?<!\w):([a-z_]+)", literal, sql)


def rows_of(
    store: sqlite3.Connection, sql: str, values: dict[str, str]
) -> tuple[list[str], list[list[str | int | float | None]]]:
    """Give the columns and at most ``ROWS`` rows; bytes are shown in hex, long texts cut."""
    found = store.execute(f"{sql} LIMIT {ROWS}", values)
    columns = [column[0] for column in found.description]
    return columns, [[_cell(value) for value in row] for row in found]


def _cell(value: str | float | bytes | None) -> str | int | float | None:
    if isinstance(value, bytes):
        return value[:100].hex()
    if isinstance(value, str):
        return value if len(value) <= 500 else value[:500] + " ..."  # noqa: PLR2004 - enough to recognise it
    return value
