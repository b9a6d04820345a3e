"""Joins into the local store: unions, however they are ordered, repeated, grouped and interleaved."""

import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.endpoints import sqlite_access
from pipeline.endpoints.sqlite_access import connect, in_transaction
from pipeline.endpoints.sqlite_figures import forget_receipts, new_attempt
from pipeline.endpoints.sqlite_joins import join_dead_letters, join_ledger, join_page_views, unite, write_receipt
from pipeline.errors import StoreError
from tests.endpoints.stores import Sets, held_sets, ledger_row, make_store, pack, reject, row, select
from transforms.core.records import PageViews

VALUES = st.frozensets(st.integers(0, 30) | st.integers(0, 2**64 - 1), max_size=8)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["/a", "/b", "/\N{SNOWMAN}"]), st.integers(0, 2), st.builds(Sets, VALUES, VALUES, VALUES)
    ),
    max_size=12,
)
Rows = list[tuple[str, int, Sets]]


@pytest.fixture
def path(tmp_path):
    return make_store(tmp_path)


def join(path: str, rows: Iterable[PageViews]) -> None:
    batch = list(rows)
    with closing(connect(path)) as store:
        in_transaction(store, lambda store: join_page_views(store, batch))


def united(rows: Rows) -> dict[tuple[str, int], Sets]:
    held: dict[tuple[str, int], Sets] = {}
    for url, minute, sets in rows:
        held[url, minute] = held.get((url, minute), Sets()) | sets
    return held


@settings(deadline=None)
@given(VALUES, VALUES)
def test_packed_sets_unite_like_sets(held, new):
    assert unite(pack(held), pack(new)) == pack(held | new)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_a_store_is_the_union_of_all_rows_in_any_order_and_grouping(rows: Rows, order: random.Random, batch: int):
    shuffled = [*rows, *(row for row in rows if order.random() < 0.5)]
    order.shuffle(shuffled)
    with tempfile.TemporaryDirectory() as folder:
        path = make_store(Path(folder))
        for start in range(0, len(shuffled), batch):
            join(path, (row(*one) for one in shuffled[start : start + batch]))
        assert held_sets(path) == united(rows)


def test_many_threads_join_into_one_store(path):
    chance = random.Random(7)
    rows = [
        (
            f"/{chance.randrange(5)}",
            chance.randrange(3),
            Sets(*(frozenset(chance.choices(range(500), k=20)) for _ in "vbw")),
        )
        for _ in range(320)
    ]

    def write(mine: Rows) -> None:
        for start in range(0, len(mine), 4):
            join(path, (row(*one) for one in mine[start : start + 4]))

    threads = [threading.Thread(target=write, args=(rows[part::8],)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert held_sets(path) == united(rows)


def test_a_row_that_did_not_grow_is_not_written(path):
    join(path, [row("/a", 1, Sets(frozenset({1, 2}), frozenset(), frozenset({9}))), row("/b", 1, Sets(frozenset({1})))])
    with closing(connect(path)) as store:
        store.execute("UPDATE page_views SET updated_at = 'before'")
    join(path, [row("/a", 1, Sets(frozenset({2}))), row("/b", 1, Sets(frozenset({3}))), row("/a", 1, Sets())])
    assert select(path, "SELECT url, updated_at = 'before' FROM page_views ORDER BY url") == [("/a", 1), ("/b", 0)]


def test_a_batch_may_hold_a_row_twice(path):
    join(
        path,
        [row("/a", 1, Sets(frozenset({1}))), row("/a", 1, Sets(frozenset({2}))), row("/a", 1, Sets(frozenset({1})))],
    )
    assert held_sets(path) == {("/a", 1): Sets(frozenset({1, 2}))}


def test_the_last_window_of_all_time_ends_in_its_last_second(path):
    last = 4_223_371_679  # the last minute of the year 9999, counted from 1970
    join(path, [row("/a", last, Sets(frozenset({1})))])
    assert select(path, "SELECT window_start, window_end FROM page_views") == [
        ("9999-12-31T23:59:00Z", "9999-12-31T23:59:59Z")
    ]


def test_dead_letters_written_twice_are_one_row_which_stays_as_it_was(path):
    for text in ("the first", "the second"):
        letters = [reject("0", text), reject("8", text), reject("8", text)]
        with closing(connect(path)) as store:
            in_transaction(store, lambda store: join_dead_letters(store, letters, "attempt"))  # noqa: B023  run at once
    letters_held = select(
        path, "SELECT position, error_message, payload_string, payload_bytes FROM dead_letters ORDER BY 1"
    )
    assert letters_held == [("0", "the first", None, b"\xff{"), ("8", "the first", None, b"\xff{")]


def test_the_ledger_keeps_the_greatest_of_each_column(path):
    rows = [
        ledger_row(0, 9, 3, 0, {"not_json": 2, "too_late": 1}),
        ledger_row(0, 4, 5, 1, {"not_json": 3, "bad_time": 1}),
        ledger_row(None, 7, 0, 0, {}),
    ]
    for _ in range(2):
        with closing(connect(path)) as store:
            in_transaction(store, lambda store: join_ledger(store, rows))
    assert select(path, "SELECT minute, received, counted, duplicate, rejected FROM ledger ORDER BY 1") == [
        ("", 7, 0, 0, "{}"),
        ("1970-01-01T00:00:00Z", 9, 5, 1, '{"bad_time": 1, "not_json": 3, "too_late": 1}'),
    ]


def test_receipts_of_an_attempt_are_dropped_and_those_that_crashed_long_ago(path, monkeypatch):
    now = time.time()
    attempts = {}
    for name, age in (("crashed", 8 * 86_400), ("running", 3600), ("ended", 0)):
        monkeypatch.setattr("time.time", lambda age=age: now - age)
        attempts[name] = new_attempt()
        with closing(connect(path)) as store:
            write_receipt(store, attempts[name], "page_views", 7)
            join_dead_letters(store, [reject()], attempts[name])
    forget_receipts(path, attempts["ended"])
    for table in ("receipts", "rejects_written"):
        assert select(path, f"SELECT attempt FROM {table}") == [(attempts["running"],)]  # noqa: S608
    assert len(select(path, "SELECT * FROM dead_letters")) == 1


# Transactions


def interrupted_join(error: BaseException) -> object:
    def join(store: sqlite3.Connection) -> None:
        join_page_views(store, [row("/a", 1, Sets(frozenset({1})))])
        join_dead_letters(store, [reject()], "attempt")
        raise error

    return join


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), sqlite3.IntegrityError("a bug")])
def test_a_join_is_written_whole_or_not_at_all(path, error):
    with closing(connect(path)) as store:
        with pytest.raises(type(error)):
            in_transaction(store, interrupted_join(error))  # type: ignore[arg-type]
        assert select(path, "SELECT * FROM page_views") == select(path, "SELECT * FROM dead_letters") == []
        # The connection is as good as new.
        in_transaction(store, lambda store: join_dead_letters(store, [reject()], "attempt"))
    assert len(select(path, "SELECT * FROM dead_letters")) == 1


def test_a_statement_that_fails_in_the_middle_of_a_batch_takes_the_batch_back(path, monkeypatch):
    monkeypatch.setattr(sqlite_access, "FIRST_WAIT_SECONDS", 0.001)
    with closing(connect(path)) as store:
        pages = store.execute("PRAGMA page_count").fetchone()[0]
        store.execute(f"PRAGMA max_page_count = {pages + 6}")
        rows = [row(f"/{number}", 1, Sets(frozenset(range(500)))) for number in range(30)]
        with pytest.raises(StoreError, match="the disk is full"):
            in_transaction(store, lambda store: join_page_views(store, rows))
        assert held_sets(path) == {}
        store.execute("PRAGMA max_page_count = 1073741823")
        in_transaction(store, lambda store: join_page_views(store, rows))
    assert len(held_sets(path)) == 30


def test_a_disk_with_room_again_is_written_at_the_next_try(path, monkeypatch, caplog):
    caplog.set_level("WARNING", "pipeline")  # a quiet run of the command before leaves it higher
    with closing(connect(path)) as store:
        pages = store.execute("PRAGMA page_count").fetchone()[0]
        store.execute(f"PRAGMA max_page_count = {pages}")

        def make_room(seconds: float) -> None:
            assert seconds == 0.25
            store.execute("PRAGMA max_page_count = 1073741823")

        monkeypatch.setattr("time.sleep", make_room)
        rows = [row(f"/{number}", 1, Sets(frozenset(range(500)))) for number in range(30)]
        in_transaction(store, lambda store: join_page_views(store, rows))
    assert len(held_sets(path)) == 30
    assert [record.message for record in caplog.records] == [
        f"cannot use {path}: the disk is full (SQLITE_FULL); trying again"
    ]


def test_a_locked_store_is_waited_for(path, monkeypatch, caplog):
    caplog.set_level("WARNING", "pipeline")  # a quiet run of the command before leaves it higher
    monkeypatch.setattr(sqlite_access, "BUSY_SECONDS", 0.05)
    locked = threading.Event()

    def hold() -> None:
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            threading.Event().wait(0.4)
            join_page_views(other, [row("/a", 1, Sets(frozenset({1})))])
            other.execute("COMMIT")

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait()
    join(path, [row("/a", 1, Sets(frozenset({2})))])
    holder.join()
    assert held_sets(path) == {("/a", 1): Sets(frozenset({1, 2}))}
    assert [record.message for record in caplog.records] == [
        f"cannot use {path}: another program keeps it locked (SQLITE_BUSY); trying again"
    ]


def test_a_lock_that_is_refused_at_once_and_gone_the_next_moment_is_no_news(path, caplog):
    """As where several processes make a store at once."""
    caplog.set_level("WARNING", "pipeline")
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorname = "SQLITE_BUSY"
    outcomes = iter([busy, None])

    def refused_once() -> None:
        if outcome := next(outcomes):
            raise outcome

    with closing(connect(path)) as store:
        sqlite_access.patiently(store, refused_once)
    assert list(outcomes) == []
    assert caplog.records == []


def test_a_store_that_stays_locked_is_an_error_after_the_last_try(path, monkeypatch):
    monkeypatch.setattr(sqlite_access, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(sqlite_access, "BUSY_ATTEMPTS", 4)
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program keeps it locked"):
            join(path, [row("/a", 1, Sets(frozenset({2})))])
        assert held_sets(path) == {}


def test_a_mistake_of_ours_is_not_told_as_a_fault_of_the_disk(path):
    with closing(connect(path)) as store, pytest.raises(sqlite3.ProgrammingError):
        in_transaction(store, lambda store: store.execute("SELECT ?", (1, 2)))


def test_a_store_that_is_not_there_is_not_made_by_a_writer(tmp_path):
    with pytest.raises(StoreError, match="it cannot be opened"):
        connect(str(tmp_path / "millrace.db"))
    assert not list(tmp_path.iterdir())


def test_a_path_may_hold_what_an_address_may_not(tmp_path):
    path = make_store(tmp_path / "50% of a #1 ?mode=ro")
    join(path, [row("/a", 1, Sets(frozenset({1})))])
    assert len(held_sets(path)) == 1
