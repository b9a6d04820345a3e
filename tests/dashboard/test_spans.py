"""Spans lie on windows' borders, and folding to a series loses no view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.local.spans import fold, step, windows
from dashboard.playing import BEHIND, HISTORY, Playing, Tape, dated
from transforms.core.times import HOUR, MINUTE, SECOND, format_time, parse_time

NOON = parse_time("2026-09-17T12:00:00Z")


@pytest.mark.parametrize(
    ("until", "hours", "width", "start", "end"),
    [
        ("", 1, MINUTE, "2026-09-17T11:01:00Z", "2026-09-17T12:01:00Z"),
        ("", 24, HOUR, "2026-09-16T13:00:00Z", "2026-09-17T13:00:00Z"),
        ("", 1, 24 * HOUR, "2026-09-17T00:00:00Z", "2026-09-18T00:00:00Z"),
        ("2026-09-17T11:30:10Z", 1, MINUTE, "2026-09-17T10:31:00Z", "2026-09-17T11:31:00Z"),
        ("2026-09-17T13:30:00+02:00", 6, MINUTE, "2026-09-17T05:30:00Z", "2026-09-17T11:30:00Z"),
    ],
)
def test_which_windows_are_looked_at(until, hours, width, start, end):
    newest = format_time(NOON - NOON % width)
    found = windows(newest, until, hours, width)
    assert (format_time(found.start), format_time(found.end)) == (start, end)


@given(
    st.sampled_from([SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, HOUR, 24 * HOUR]),
    st.sampled_from([1, 6, 24]),
    st.integers(1, 2000),
    st.data(),
)
def test_folding_loses_nothing(width, hours, most, data):
    span = windows(format_time(NOON - NOON % width), "", hours, width)
    in_all = (span.end - span.start) // width
    places = data.draw(st.lists(st.tuples(st.integers(0, in_all - 1), st.integers(0, 1000)), max_size=50))
    rows = [(format_time(span.start + place * width), number) for place, number in places]
    series = fold(rows, span, step(span, most))
    assert sum(series) == sum(number for _, number in rows)
    assert 1 <= len(series) <= most
    assert step(span, most) % width == 0


def test_traffic_is_due_faster_until_it_has_caught_up():
    playing = Playing(NOON, 10)
    assert playing.due(NOON) == NOON - BEHIND
    assert playing.due(NOON + MINUTE) == NOON - BEHIND + 10 * MINUTE
    assert playing.due(NOON + HOUR) == NOON + HOUR
    assert playing.first == NOON - BEHIND - HISTORY


def line(text: str) -> bytes:
    return f'{{"id":"1","time":"{text}","data":{{}}}}\n'.encode()


def test_lines_come_in_order_and_broken_clocks_are_not_believed():
    lines = [
        line("2026-09-17T10:00:00Z"),
        b"not json\n",
        line("2026-09-17T09:00:00Z"),
        line("9000-01-01T00:00:00Z"),
        line("2026-09-17T10:05:00Z"),
        line("yesterday, at some time or other"),
    ]
    assert [format_time(at)[11:16] for at, _ in dated(lines)] == ["10:00"] * 4 + ["10:05"] * 2
    tape = Tape(lines)
    assert list(tape.take(parse_time("2026-09-17T10:00:00Z"))) == []
    assert list(tape.take(parse_time("2026-09-17T10:01:00Z"))) == lines[:4]
    assert not tape.is_over
    assert list(tape.take(parse_time("2026-09-17T11:00:00Z"))) == lines[4:]
    assert tape.is_over
