"""Laws that results keep whatever the input is, each shown by two related histories; the oracle is asked about both.

``make soak-test`` tries them on many more histories.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from tests.histories.clock import START, Clock
from tests.histories.counts import drawn
from tests.histories.drawing import histories, options
from tests.histories.plans import History, Input, Plan
from tests.histories.running import arguments, judged, run, stored
from tests.histories.variations import UNRELATED, dealt_anew, mixed_in, unbounded, unlike_files, unrelated_events
from tests.oracle.records import Letter, Options, Tables
from tests.program import run_here

FEW, MANY = 2, 40
MINUTE = timedelta(minutes=1)


def tables_of(history: History, clock: Clock = Clock()) -> Tables:  # noqa: B008 - immutable
    """Make the runs of a history, and read what is stored; it must be what the oracle says."""
    told = history.at(clock)
    note(repr(told))
    with TemporaryDirectory() as folder:
        tables = stored(run(told, Path(folder), "--no_archive"))
    assert tables == judged(told)
    return tables


def without_places(letters: Counter[Letter]) -> Counter[Letter]:
    return Counter(letter._replace(position="", message_id=None) for letter in letters.elements())


@drawn(FEW, MANY, history=histories(), at=st.integers(1, 3))
def test_two_runs_over_parts_are_one_run_over_all(history: History, at: int):
    files = history.inputs[0] + history.inputs[1]
    whole = history._replace(inputs=(files,), order=(0,))
    parts = history._replace(inputs=(files[:at], files[at:] or files), order=(0, 1))
    apart, together = tables_of(parts), tables_of(whole)
    assert apart.page_views == together.page_views
    assert apart.dead_letters == together.dead_letters


@drawn(FEW, MANY, history=histories(), windows=st.sampled_from([-3, 1, 60, 500_000]))
def test_all_times_shifted_by_whole_windows(history: History, windows: int):
    history = unbounded(history)
    shift = windows * max(history.options.window_duration, MINUTE)
    if START + shift > datetime(9000, 1, 1, tzinfo=UTC):
        shift = timedelta(days=windows // 100)
    there, here = tables_of(history, Clock(START + shift)), tables_of(history)
    assert there.page_views == [
        [row[0], *(later(text, shift) for text in row[1:3]), *row[3:]] for row in here.page_views
    ]
    assert sorted(map(rows_of, there.ledgers)) == sorted(rows_of(ledger, shift) for ledger in here.ledgers)
    assert timeless(there.dead_letters) == timeless(here.dead_letters, shift)


def later(text: str, shift: timedelta) -> str:
    return (datetime.fromisoformat(text) + shift).strftime("%Y-%m-%dT%H:%M:%SZ") if text else ""


def rows_of(ledger: list[list[Any]], shift: timedelta = timedelta()) -> str:
    """A ledger as text, so that it can be sorted."""
    return str([[row[0], later(row[1], shift), *row[2:]] for row in ledger])


def timeless(letters: Counter[Letter], shift: timedelta = timedelta()) -> Counter[Letter]:
    """Letters without what holds times as text, or the length of compressed times."""
    return Counter(
        letter._replace(
            position="",
            payload=b"",
            publish_time=later(letter.publish_time, shift),
            attributes=tuple(pair for pair in letter.attributes if pair[0] != "ce-time"),
        )
        for letter in letters.elements()
    )


@drawn(FEW, MANY, chosen=options(), files=unlike_files(ids_only=True), events=unrelated_events(), random=st.randoms())
def test_unrelated_events_leave_all_else_as_it_is(chosen: Options, files: Input, events: list[Any], random: Any):
    chosen = chosen._replace(mapping=None)
    alone = tables_of(History(chosen, (files,)))
    among = tables_of(History(chosen, (mixed_in(files, events, random),)))
    assert [row for row in among.page_views if not row[0].startswith(UNRELATED)] == alone.page_views
    assert without_places(among.dead_letters) == without_places(alone.dead_letters)


@drawn(FEW, MANY, chosen=options(), files=unlike_files(), random=st.randoms())
def test_the_order_of_files_and_lines_changes_nothing_but_places(chosen: Options, files: Input, random: Any):
    chosen = chosen._replace(mapping=None)
    in_order, shuffled = (tables_of(History(chosen, (some,))) for some in (files, dealt_anew(files, random)))
    assert shuffled.page_views == in_order.page_views
    assert without_places(shuffled.dead_letters) == without_places(in_order.dead_letters)
    assert shuffled.ledgers == in_order.ledgers


@drawn(FEW, MANY, history=histories())
def test_all_once_more_changes_nothing(history: History):
    once = tables_of(history._replace(order=history.order[:2]))
    assert tables_of(history._replace(order=history.order[:2] * 2)) == once


@drawn(FEW, MANY, history=histories())
def test_a_run_over_the_archive_is_a_run_over_all_that_was_archived(history: History):
    """With the same account: what two runs have in common is received once."""
    everything: tuple[Plan, ...] = tuple(plan for number in set(history.order) for plan in history.inputs[number])
    whole = History(history.options, (everything,), input_format=history.input_format)
    with TemporaryDirectory() as name:
        folder = Path(name)
        first = run(history.at(Clock()), folder)
        again = ["--input", f"{first}/archive", *arguments(history.options)]
        assert run_here(folder / "again", *again) in (0, 3)
        assert stored(folder / "again") == tables_of(whole)
