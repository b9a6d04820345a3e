"""Live: early, on time, late, too late, behind the expiry, twice; what each writes, and that the ledger adds up."""

import json
from collections.abc import Callable

import pytest

from tests.flow.live import HOUR, Live, Script, message, view
from tests.program import added_up, dead_letters, ledger
from transforms.panes import Panes

VIEWS = "web.page_view.v1"


@pytest.fixture
def live(tmp_path):
    return Live(tmp_path)


def account(live: Live) -> dict[str, int]:
    """The ledger's sum, rejects in one number."""
    received, counted, duplicate, rejected, _ = added_up(ledger(live.folder))
    return {"received": received, "counted": counted, "duplicate": duplicate, "rejected": sum(rejected.values())}


def test_early_on_time_and_late(live):
    script = Script().watermark("10:40:00")
    script.arrive(message("m1", "10:40:05", view("1", "10:40:01", user_id="u"), view("2", "10:40:02", "/b"))).pane()
    script.arrive(message("m2", "10:40:15", view("3", "10:40:11", user_id="u"), view("4", "10:39:59"))).pane()
    script.watermark("10:41:00")
    script.arrive(message("m3", "10:41:05", view("5", "10:40:59", user_id="v"), view("6", "10:41:00"))).pane()
    live.run(script)
    early, on_time, late = (
        sorted(row for row in live.panes() if row[0] == timing) for timing in ("early", "on_time", "late")
    )
    assert early == [
        ("early", "/a", "10:39:00", 1),
        ("early", "/a", "10:40:00", 1),
        ("early", "/a", "10:40:00", 2),
        ("early", "/a", "10:41:00", 1),
        ("early", "/b", "10:40:00", 1),
    ]
    assert on_time == [  # every row once, for homes that take no early ones
        ("on_time", "/a", "10:39:00", 1),
        ("on_time", "/a", "10:40:00", 2),
        ("on_time", "/a", "10:41:00", 1),
        ("on_time", "/b", "10:40:00", 1),
    ]
    assert late == [("late", "/a", "10:40:00", 3)]
    assert live.page_views() == [
        ["/a", "10:39:00", 1, 0],
        ["/a", "10:40:00", 3, 2],
        ["/a", "10:41:00", 1, 0],
        ["/b", "10:40:00", 1, 0],
    ]
    assert live.ledger() == [
        ["", 6, 0, 0, {}],
        [f"{VIEWS} 10:39:00", 0, 1, 0, {}],
        [f"{VIEWS} 10:40:00", 0, 4, 0, {}],
        [f"{VIEWS} 10:41:00", 0, 1, 0, {}],
    ]


def test_a_late_pane_holds_only_what_changed(live):
    """One late event among 10,000 URLs: one row reaches the sink, and one is written."""
    views = [view(f"v{n}", f"10:40:{n % 60:02d}", f"/page/{n}") for n in range(10_000)]
    script = Script().watermark("10:40:00")
    script.arrive(*(message(f"m{n}", "10:40:59", *views[n : n + 1000]) for n in range(0, 10_000, 1000))).pane()
    script.watermark("10:42:00")
    script.arrive(message("late", "10:42:05", view("late", "10:40:30", "/page/4711"))).pane()
    live.run(script)
    panes = live.panes()
    assert [row for row in panes if row[0] == "late"] == [("late", "/page/4711", "10:40:00", 2)]
    assert sorted(panes[:10_000]) == sorted(("early", f"/page/{n}", "10:40:00", 1) for n in range(10_000))
    assert sorted(panes[10_000:20_000]) == sorted(("on_time", f"/page/{n}", "10:40:00", 1) for n in range(10_000))
    assert len(panes) == 20_001
    writes = live.writes()
    assert sorted(writes[:-1]) == sorted((f"/page/{n}", "10:40:00", 1) for n in range(10_000))
    assert writes[-1] == ("/page/4711", "10:40:00", 2)
    assert live.ledger() == [["", 10_001, 0, 0, {}], [f"{VIEWS} 10:40:00", 0, 10_001, 0, {}]]


def test_repeated_and_empty_panes_write_nothing(live):
    first = message("m1", "10:40:05", view("1", "10:40:01", user_id="u"), view("2", "10:40:02", "/b"))
    script = Script().watermark("10:40:00").arrive(first).pane().pane()
    for clock in ("10:40:30", "10:41:00", "12:00:00"):
        script.watermark(clock).arrive(first).pane().pane()
    live.run(script)
    assert sorted(live.panes()) == [
        ("early", "/a", "10:40:00", 1),
        ("early", "/b", "10:40:00", 1),
        ("on_time", "/a", "10:40:00", 1),
        ("on_time", "/b", "10:40:00", 1),
    ]
    assert sorted(live.writes()) == [("/a", "10:40:00", 1), ("/b", "10:40:00", 1)]  # not again with the on-time pane
    assert live.page_views() == [["/a", "10:40:00", 1, 1], ["/b", "10:40:00", 1, 0]]
    assert live.ledger() == [["", 2, 0, 0, {}], [f"{VIEWS} 10:40:00", 0, 2, 0, {}]]


def test_an_event_published_again_is_a_duplicate(live):
    """It changes the ledger, once, and no row; before and after the window's end, of any message."""
    script = Script().watermark("10:40:00").arrive(message("m1", "10:40:05", view("1", "10:40:01"))).pane()
    again = message("m2", "10:40:06", view("1", "10:40:01"), view("1", "10:40:01"))
    script.arrive(again).pane().watermark("10:41:30").arrive(again).pane()
    script.arrive(message("m3", "10:41:31", view("1", "10:40:01"))).pane()
    live.run(script)
    assert live.writes() == [("/a", "10:40:00", 1)]
    assert live.ledger() == [["", 4, 0, 0, {}], [f"{VIEWS} 10:40:00", 0, 1, 3, {}]]


def test_a_duplicate_reaches_no_sink(live):
    """A pane holds only rows that changed: homes that do not compare, as BigQuery, would write one a duplicate."""
    script = Script().watermark("10:40:00").arrive(message("m1", "10:40:05", view("1", "10:40:01"))).pane()
    script.watermark("10:41:30").arrive(message("m2", "10:40:06", view("1", "10:40:01"))).pane()
    live.run(script)
    assert live.panes() == [("early", "/a", "10:40:00", 1), ("on_time", "/a", "10:40:00", 1)]


def test_beyond_the_lateness_allowed(live):
    """Too late is told from the publish time, not from the watermark: a message held up on the way is not late."""
    late = view("late", "09:40:04.999999")
    script = Script().watermark("10:40:00")
    script.arrive(message("m1", "10:40:05", late, view("border", "09:40:05"), view("future", "10:45:05.000001"))).pane()
    script.watermark("23:00:00").arrive(message("m2", "10:40:05", view("held up", "10:40:00"), "nothing")).pane()
    live.run(script)
    letters = {(row["message_id"], row["position"], row["stage"], row["reason"]) for row in dead_letters(live.folder)}
    assert letters == {
        ("m1", "0", "validate", "too_late"),
        ("m1", "2", "validate", "in_future"),
        ("m2", "1", "parse", "not_json"),
    }
    assert [json.loads(row["payload_string"]) for row in dead_letters(live.folder) if row["reason"] == "too_late"] == [
        late
    ]
    assert live.page_views() == [["/a", "09:40:00", 1, 0], ["/a", "10:40:00", 1, 0]]
    assert live.ledger() == [
        ["", 5, 0, 0, {"in_future": 1, "not_json": 1, "too_late": 1}],
        [f"{VIEWS} 09:40:00", 0, 1, 0, {}],
        [f"{VIEWS} 10:40:00", 0, 1, 0, {}],
    ]


def test_behind_the_expiry_a_partial_row_joins_what_is_stored(live):
    """The state of the window is gone: the row holds one view, the store all three."""
    script = Script().watermark("10:40:00")
    script.arrive(
        message("m1", "10:40:05", view("1", "10:40:01", user_id="u"), view("2", "10:40:02", user_id="v"))
    ).pane()
    script.watermark("13:00:00").arrive(message("m2", "10:41:00", view("3", "10:40:03", user_id="u"))).pane()
    live.run(script, Panes(interval=10, expiry=2 * HOUR))
    assert live.panes()[-1][1:] == ("/a", "10:40:00", 1)
    assert {row[3] for row in live.panes()} == {2, 1}
    assert live.writes() == [("/a", "10:40:00", 2), ("/a", "10:40:00", 3)]
    assert live.page_views() == [["/a", "10:40:00", 3, 2]]
    assert account(live) == {"received": 3, "counted": 3, "duplicate": 0, "rejected": 0}


def test_an_event_delivered_again_behind_the_expiry_changes_no_row(live):
    """The ledger counts it again, on both sides of the sum."""
    first = message("m1", "10:40:05", view("1", "10:40:01"), "[1]")
    script = Script().watermark("10:40:00").arrive(first).pane().watermark("13:00:00").arrive(first).pane()
    live.run(script, Panes(interval=10, expiry=2 * HOUR))
    assert live.writes() == [("/a", "10:40:00", 1)]
    assert len(dead_letters(live.folder)) == 1
    assert account(live) == {"received": 4, "counted": 2, "duplicate": 0, "rejected": 2}


def test_delivered_again_between_the_expiries_of_event_and_message(live):
    """An event half an hour older than its message: the state of its window is gone, that of its message is not.

    The rows stay right by the store's join. The account counts the event a second time: what comes after the expiry
    is the one thing that a live account cannot know (docs/decisions.md).
    """
    first = message("m1", "10:40:05", view("1", "10:10:01"))
    script = Script().watermark("10:40:00").arrive(first).pane().watermark("12:20:00").arrive(first).pane()
    live.run(script, Panes(interval=10, expiry=2 * HOUR))
    assert live.page_views() == [["/a", "10:10:00", 1, 0]]
    assert account(live) == {"received": 1, "counted": 2, "duplicate": 0, "rejected": 0}


def test_a_second_run_over_what_was_acknowledged_joins(live):
    """A start that lost its state reads again what it had: rows and dead letters stay, the new account is whole."""
    first = message("m1", "10:40:05", view("1", "10:40:01"), view("2", "10:40:02"), "nothing")
    live.run(Script().watermark("10:40:00").arrive(first), run="one")
    rows, letters = live.page_views(), dead_letters(live.folder)
    second = message("m2", "10:40:20", view("3", "10:40:12"))
    live.run(Script().watermark("10:40:00").arrive(second, first).pane().watermark("10:42:00"), run="two")
    assert rows == [["/a", "10:40:00", 2, 0]]
    assert live.page_views() == [["/a", "10:40:00", 3, 0]]
    assert dead_letters(live.folder) == letters
    assert live.ledger() == [
        ["", 3, 0, 0, {"not_json": 1}],
        ["", 4, 0, 0, {"not_json": 1}],
        [f"{VIEWS} 10:40:00", 0, 2, 0, {}],
        [f"{VIEWS} 10:40:00", 0, 3, 0, {}],
    ]


ORDERS: list[Callable[[list[int]], list[int]]] = [lambda order: order[::-1], lambda order: order[1::2] + order[::2]]


@pytest.mark.parametrize("reorder", ORDERS, ids=["backwards", "odd ones first"])
def test_any_order_ends_in_the_same_rows(live, reorder):
    """Twelve messages over three minutes, some twice, panes and watermarks in between."""
    messages = [
        message(
            f"m{n}",
            f"10:42:{n:02d}",
            view(f"v{n % 10}", f"10:{40 + n % 10 % 3}:{n % 10:02d}", f"/{n % 2}", session_id=f"s{n % 2}"),
            view(f"w{n}", "10:00:00"),
            "{" if n % 5 == 0 else view(f"x{n}", "10:00:30"),
        )
        for n in range(12)
    ]
    script = Script().watermark("10:40:00")
    for step, number in enumerate(reorder([*range(12)])):
        script.arrive(messages[number], messages[step])
        if step % 4 == 0:
            script.pane().watermark(f"10:4{step // 4}:30")
    live.run(script)
    assert live.page_views() == [
        ["/0", "10:40:00", 2, 1],  # 0 6
        ["/0", "10:41:00", 1, 1],  # 4
        ["/0", "10:42:00", 2, 1],  # 2 8
        ["/1", "10:40:00", 2, 1],  # 3 9
        ["/1", "10:41:00", 2, 1],  # 1 7
        ["/1", "10:42:00", 1, 1],  # 5
        ["/a", "10:00:00", 21, 0],
    ]
    assert live.ledger() == [
        ["", 36, 0, 0, {"not_json": 3}],
        [f"{VIEWS} 10:00:00", 0, 21, 0, {}],
        [f"{VIEWS} 10:40:00", 0, 4, 1, {}],  # 10 is 0 again
        [f"{VIEWS} 10:41:00", 0, 3, 1, {}],  # 11 is 1 again
        [f"{VIEWS} 10:42:00", 0, 3, 0, {}],
    ]
