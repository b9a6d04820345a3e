"""Removing old results from the local store."""

import time
from contextlib import closing
from typing import NamedTuple

from pipeline.endpoints.sqlite_access import Store, connect, in_transaction
from pipeline.endpoints.sqlite_forgetting import forget
from transforms.core.times import DAY, format_time, parse_time

_FIRST = parse_time("0001-01-01T00:00:00Z")
_TABLES = (("page_views", "window_end"), ("page_view_sets", "window_end"), ("dead_letters", "timestamp"))


class Pruned(NamedTuple):
    """How many rows were removed."""

    page_views: int = 0
    dead_letters: int = 0
    fraud_alerts: int = 0


def prune(path: str, retention: int) -> Pruned:
    """Remove windows, dead letters and alerts older than the newest in the store less ``retention``, in microseconds.

    Time is that of the data, never the clock's: an old history that is replayed keeps its last hours, as a live one
    does. Each table has its own newest, since a dead letter's time is that of publishing, which in a replay is today;
    dead letters without one stay. The ledger stays, so that the account of what was removed can still be read. Run
    again, nothing more is removed. A row dated later than tomorrow makes no other row old: one event with a broken
    clock must not empty the store.

    Raises:
        StoreError: the store cannot be written; nothing is removed then.
    """
    with closing(connect(path)) as store:
        return in_transaction(store, lambda store: _pruned(store, retention))


def _pruned(store: Store, retention: int) -> Pruned:
    views, _, letters = (_prune(store, *table, retention) for table in _TABLES)
    return Pruned(views, letters, forget(store, retention))


def _prune(store: Store, table: str, column: str, retention: int) -> int:
    tomorrow = format_time(time.time_ns() // 1000 + DAY)
    newest_believed = f"SELECT max({column}) FROM {table} WHERE {column} <= ?"  # noqa: S608  names of our own
    (newest,) = store.execute(newest_believed, (tomorrow,)).fetchone()
    if not newest:
        return 0
    oldest = format_time(max(parse_time(newest) - retention, _FIRST))
    removal = f"DELETE FROM {table} WHERE {column} < ? AND {column} <> ''"  # noqa: S608
    return store.execute(removal, (oldest,)).rowcount
