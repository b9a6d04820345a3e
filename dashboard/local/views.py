"""Page views out of the local store: a span in numbers, over time, by page; and one page."""

import json
import sqlite3
import time
from contextlib import suppress

import numpy as np

from dashboard.local.behind import ONE_PAGE, RATE, SERIES, TOP_PAGES, VISITOR_SETS
from dashboard.local.spans import MOST_STEPS, TREND_STEPS, VISITORS_MINUTES, Windows, fold, seconds, step, windows
from dashboard.records import EventRate, Now, PageSeries, Series, TopPage
from dashboard.store import Span
from transforms.core.times import DAY, MINUTE, format_time, parse_duration

_ONE_TREND = "SELECT window_start, views FROM page_views WHERE url = ? AND window_start >= ? AND window_start < ?"
_ONE_SUM = "SELECT coalesce(sum(views), 0) FROM page_views WHERE url = ? AND window_start >= ? AND window_start < ?"


def newest_window(store: sqlite3.Connection) -> str:
    """Give the start of the newest window, "" where there is none; one dated later than tomorrow is not believed."""
    tomorrow = format_time(time.time_ns() // 1000 + DAY)
    (newest,) = store.execute(
        "SELECT max(window_start) FROM page_views WHERE window_start <= ?", (tomorrow,)
    ).fetchone()
    return newest or ""


def window_width(store: sqlite3.Connection) -> int:
    """Give the width of the store's windows, in microseconds."""
    row = store.execute("SELECT value FROM settings WHERE name = 'options'").fetchone()
    with suppress(ValueError, KeyError, TypeError):
        return parse_duration(json.loads(row[0])["--window_duration"])
    return MINUTE


def windows_of(store: sqlite3.Connection, span: Span) -> Windows:
    """Find the windows that a span looks at; without any page views, those before the epoch."""
    newest = newest_window(store) or "1970-01-01T00:00:00Z"
    return windows(newest, span.until, span.hours, window_width(store))


def read_now(store: sqlite3.Connection, span: Span) -> Now:
    """Read page views of a span."""
    found = windows_of(store, span)
    values = found.values() | {"contains": span.contains}
    pages = store.execute(TOP_PAGES, values).fetchall()
    views, bot_views, urls = (pages[0][name] for name in ("all_views", "all_bot_views", "urls")) if pages else (0, 0, 0)
    rate = {row[0]: row[1] for row in store.execute(RATE, values) if row[1]}
    return Now(
        newest=newest_window(store),
        start=values["start"],
        end=values["end"],
        contains=span.contains,
        views=views,
        bot_views=bot_views,
        urls=urls,
        visitors=_visitors(store, values),
        visitors_minutes=max(VISITORS_MINUTES, found.width // MINUTE),
        rate=EventRate(VISITORS_MINUTES, rate),
        series=_series(store.execute(SERIES, values).fetchall(), found),
        pages=[_top_page(store, row, found) for row in pages],
    )


def read_page(store: sqlite3.Connection, url: str, span: Span) -> PageSeries:
    """Read one page over a span."""
    found = windows_of(store, span)
    values = found.values() | {"url": url}
    rows = store.execute(ONE_PAGE, values).fetchall()
    width = step(found, MOST_STEPS)
    visitors = fold(((row[0], row[3]) for row in rows), found, width)
    return PageSeries(url, values["start"], values["end"], _series(rows, found), visitors)


def _series(rows: list[sqlite3.Row], span: Windows) -> Series:
    width = step(span, MOST_STEPS)
    views, bots = (fold(((row[0], row[place]) for row in rows), span, width) for place in (1, 2))
    return Series(format_time(span.start), seconds(width), views, bots)


def _top_page(store: sqlite3.Connection, row: sqlite3.Row, span: Windows) -> TopPage:
    here, before = span.values(), span.hours_before.values()
    rows = store.execute(_ONE_TREND, (row["url"], here["start"], here["end"]))
    trend = fold(rows, span, step(span, TREND_STEPS))
    (earlier,) = store.execute(_ONE_SUM, (row["url"], before["start"], before["end"])).fetchone()
    return TopPage(row["url"], row["views"], row["bot_views"], earlier, trend)


def _visitors(store: sqlite3.Connection, values: dict[str, str]) -> int:
    """Count distinct visitors over all pages: the size of the union of their sets."""
    packed = b"".join(row[0] for row in store.execute(VISITOR_SETS, values))
    return int(np.unique(np.frombuffer(packed, dtype="<u8")).size)
