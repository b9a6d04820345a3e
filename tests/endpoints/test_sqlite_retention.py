"""Removing old results: by the time of the data, never by the clock."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.endpoints.sqlite_access import connect, in_transaction
from pipeline.endpoints.sqlite_joins import join_dead_letters, join_page_views
from pipeline.endpoints.sqlite_retention import Pruned, prune
from pipeline.errors import StoreError
from tests.endpoints.stores import MINUTE, Sets, held_sets, make_store, reject, row, select
from tests.pipeline.runs import page_view, run

HOUR = 60 * MINUTE
YEAR_2015 = 45 * 365 * 24 * 60  # about, in minutes since 1970
ONE = Sets(frozenset({1}))


@pytest.fixture
def path(tmp_path):
    return make_store(tmp_path)


def fill(path: str, minutes: list[int], published: list[int | None]) -> None:
    rows = [row("/a", minute, ONE) for minute in minutes]
    letters = [reject(str(number), publish_time=time) for number, time in enumerate(published)]
    with closing(connect(path)) as store:
        in_transaction(store, lambda store: join_page_views(store, rows))
        in_transaction(store, lambda store: join_dead_letters(store, letters, "attempt"))


def test_windows_older_than_the_newest_less_the_retention_go(path):
    fill(path, [YEAR_2015 + minute for minute in (0, 59, 60, 61, 120)], [])
    assert prune(path, HOUR) == Pruned(page_views=2)
    assert [minute - YEAR_2015 for _, minute in held_sets(path)] == [60, 61, 120]
    assert select(path, "SELECT count(*) FROM page_view_sets") == [(3,)]
    assert prune(path, HOUR) == Pruned()


def test_dead_letters_go_by_their_own_newest_and_stay_without_a_time(path):
    today = 50 * 365 * 24 * HOUR
    fill(path, [YEAR_2015], [None, today - 2 * HOUR, today - HOUR, today])
    assert prune(path, HOUR) == Pruned(dead_letters=1)
    assert select(path, "SELECT position FROM dead_letters ORDER BY 1") == [("0",), ("2",), ("3",)]
    assert len(held_sets(path)) == 1


def test_an_empty_store_and_the_first_years(path):
    assert prune(path, HOUR) == Pruned()
    first = -(1969 * 365 + 477) * 24 * 60  # the first minute of the year 1
    fill(path, [first], [None])
    assert prune(path, 3650 * 24 * HOUR) == Pruned()
    assert select(path, "SELECT window_start FROM page_views") == [("0001-01-01T00:00:00Z",)]


@settings(max_examples=40, deadline=None)
@given(minutes=st.sets(st.integers(-10_000, 10_000), min_size=1, max_size=20), retention=st.integers(0, 3000))
def test_what_stays(tmp_path_factory, minutes, retention):
    path = make_store(tmp_path_factory.mktemp("store"))
    fill(path, sorted(minutes), [])
    pruned = prune(path, retention * MINUTE)
    kept = {minute for minute in minutes if minute >= max(minutes) - retention}
    assert {minute for _, minute in held_sets(path)} == kept
    assert pruned.page_views == len(minutes) - len(kept)


def test_nothing_is_removed_where_the_store_cannot_be_written(path, monkeypatch):
    monkeypatch.setattr("pipeline.endpoints.sqlite_access.BUSY_SECONDS", 0.01)
    monkeypatch.setattr("pipeline.endpoints.sqlite_access.BUSY_ATTEMPTS", 2)
    fill(path, [0, 600], [])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            prune(path, HOUR)
    assert len(held_sets(path)) == 2


def test_a_run_with_retention(tmp_path, capsys):
    """A replayed history of 2015 keeps its last hour, and a rerun the same."""
    events = tmp_path / "events.jsonl"
    minutes = [0, 30, 59, 60, 61, 120]
    events.write_text("".join(page_view(m, "/a", m, "2015-05-17") + "\n" for m in minutes) + "not json\n")
    options = ["--input", events, "--output", tmp_path / "out", "--max_reject_ratio", "0.5"]
    windows = "SELECT substr(window_start, 12, 5) FROM page_views"
    store = str(tmp_path / "out" / "millrace.db")
    assert "Removed" not in run(capsys, *options).out
    assert len(select(store, windows)) == 6
    for _ in range(2):
        seen = run(capsys, *options, "--retention", "1h")
        assert seen.status == 0
        assert select(store, windows) == [("01:00",), ("01:01",), ("02:00",)]
        assert select(store, "SELECT count(*) FROM dead_letters") == [(1,)]
        assert select(store, "SELECT sum(counted) FROM ledger") == [(6,)]
        assert "  Removed  3 rows of page_views, 0 dead letters, 0 alerts (--retention)\n" in seen.out


def test_a_row_from_the_far_future_makes_no_other_old(path):
    far = 7000 * 365 * 24 * 60
    fill(path, [YEAR_2015, far], [])
    assert prune(path, HOUR) == Pruned()
    assert len(held_sets(path)) == 2
