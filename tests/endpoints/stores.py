"""Rows for a local store, and reading them back as sets."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.endpoints.sqlite_schema import prepare
from transforms.core.records import LedgerRow, PageViews, Reject

MINUTE = 60_000_000


class Sets(NamedTuple):
    """What a row of page_views stands for."""

    views: frozenset[int] = frozenset()
    bots: frozenset[int] = frozenset()
    visitors: frozenset[int] = frozenset()

    def __or__(self, other: "Sets") -> "Sets":
        return Sets(self.views | other.views, self.bots | other.bots, self.visitors | other.visitors)


def make_store(folder: Path) -> str:
    return prepare(str(folder), {})[0]


def pack(values: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in sorted(set(values)))


def unpack(packed: bytes) -> list[int]:
    return [int.from_bytes(packed[at : at + 8], "little") for at in range(0, len(packed), 8)]


def row(url: str, minute: int, sets: Sets) -> PageViews:
    views, bots, visitors = map(len, sets)
    view_set, bot_set, visitor_set = map(pack, sets)
    window = minute * MINUTE, (minute + 1) * MINUTE
    return PageViews(url, *window, views, bots, visitors, view_set, bot_set, visitor_set)


def reject(position: str = "0", text: str = "not JSON", publish_time: int | None = None) -> Reject:
    return Reject("parse", "not_json", text, b"\xff{", "m1", position, 0, publish_time)


def ledger_row(minute: int | None, received: int, counted: int, duplicate: int, rejected: dict[str, int]) -> LedgerRow:
    return LedgerRow("run", "web.page_view.v1", minute, received, counted, duplicate, rejected, 0)


def select(path: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def held_sets(path: str) -> dict[tuple[str, int], Sets]:
    """Read the sets, and check that page_views holds their sizes and that they are in ascending order."""
    query = (
        "SELECT url, CAST(strftime('%s', window_start) AS INTEGER) / 60, view_set, bot_set, visitor_set,"
        " views, bot_views, visitors FROM page_view_sets JOIN page_views USING (url, window_start, window_end)"
    )
    held: dict[tuple[str, int], Sets] = {}
    with closing(sqlite3.connect(path)) as connection:
        for url, minute, *packed, views, bots, visitors in connection.execute(query):
            lists = [unpack(one) for one in packed]
            assert [len(values) for values in lists] == [views, bots, visitors]
            assert all(values == sorted(set(values)) for values in lists)
            held[url, minute] = Sets(*map(frozenset, lists))
        assert connection.execute("SELECT count(*) FROM page_views").fetchone() == (len(held),)
    return held
