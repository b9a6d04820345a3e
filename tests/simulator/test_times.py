"""Spelling of times: all ways are RFC 3339, and none is off by a second."""

from datetime import UTC, datetime, timedelta

from pipeline.simulator.dice import Dice
from pipeline.simulator.times import spelt, written
from transforms.core.times import parse_time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_the_usual_way():
    assert written(parse_time("2026-09-17T10:40:05.123999Z")) == "2026-09-17T10:40:05.123Z"
    assert written(parse_time("2026-12-31T23:59:59.999999Z")) == "2026-12-31T23:59:59.999Z"


def test_every_spelling_says_the_time_to_the_second():
    dice = Dice(1, "spellings")
    seen = set()
    for number in range(3_000):
        time = parse_time("2026-12-31T23:59:57Z") + number * 1_234_567
        text = spelt(dice, time)
        read = (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)
        assert parse_time(text) == read
        assert 0 <= time - read < 1_000_000
        assert time // 1_000_000 == read // 1_000_000
        fraction = text[19:].rstrip("Z").partition("+")[0].partition("-")[0]
        seen.add((len(fraction), text[19 + len(fraction) :]))
    assert seen == {
        (4, "Z"),
        (0, "Z"),
        (2, "Z"),
        (7, "Z"),
        (10, "Z"),
        (7, "+00:00"),
        (4, "+02:00"),
        (4, "-07:00"),
        (0, "+05:30"),
        (7, "+09:00"),
    }
