"""Times: what is RFC 3339 is read exactly, and nothing else is."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.core.time_columns import parse_times
from transforms.core.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    format_time,
    parse_duration,
    parse_time,
    window_start,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BASE = 1_789_641_605 * SECOND  # 2026-09-17T10:40:05Z
OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1)
CIVIL = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29))  # noqa: DTZ001 - any wall clock


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-09-17T10:40:05Z", BASE),
        ("2026-09-17T10:40:05.1Z", BASE + 100_000),
        ("2026-09-17T10:40:05.123456Z", BASE + 123_456),
        ("2026-09-17T10:40:05.1234567Z", BASE + 123_456),
        ("2026-09-17T10:40:59.9999999Z", BASE + 54 * SECOND + 999_999),
        ("2026-09-17T10:40:05.123456789+00:00", BASE + 123_456),
        (f"2026-09-17T10:40:05.{'9' * 10_000}Z", BASE + 999_999),
        ("2026-09-17t10:40:05z", BASE),
        ("2026-09-17 10:40:05Z", BASE),
        ("2026-09-17T10:40:05-00:00", BASE),
        ("2026-09-17T12:40:05+02:00", BASE),
        ("2026-09-17T05:10:05.5-05:30", BASE + 500_000),
        ("2026-09-18T10:39:05+23:59", BASE),
        ("2024-02-29T00:00:00Z", 1_709_164_800 * SECOND),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.9999999Z", -1),
        ("1969-12-31T23:59:59.0000001Z", -SECOND),
        ("0001-01-01T00:00:00Z", -62_135_596_800 * SECOND),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_800 * SECOND - 1),
        ("9999-12-31T23:59:59-00:00", 253_402_300_799 * SECOND),
        ("0001-01-01T00:00:00-23:59", -62_135_596_800 * SECOND + DAY - MINUTE),
    ],
)
def test_times(text: str, micros: int) -> None:
    assert parse_time(text) == micros


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("2026-09-17T10:40:05", "no offset"),
        ("2026-09-17T10:40:05.123456", "no offset"),
        ("2026-09-17 10:40:05", "no offset"),
        ("2026-13-17T10:40:05Z", "month"),
        ("2026-00-17T10:40:05Z", "month"),
        ("2026-02-29T10:40:05Z", "day"),
        ("2026-09-31T10:40:05.5Z", "day"),
        ("2026-09-17T24:00:00Z", "hour"),
        ("2026-09-17T10:60:05Z", "minute"),
        ("2026-09-17T10:40:60Z", "second"),
        ("2016-12-31T23:59:60Z", "second"),
        ("0000-01-01T00:00:00Z", "year"),
        ("0001-01-01T00:00:00+00:01", "year"),
        ("9999-12-31T23:59:59-00:01", "year"),
        ("2026-09-17T10:40:05+25:00", "not an RFC 3339"),
        ("2026-09-17T10:40:05+24:00", "not an RFC 3339"),
        ("2026-09-17T10:40:05+02:60", "not an RFC 3339"),
        ("2026-09-17T10:40:05+0200", "not an RFC 3339"),
        ("2026-09-17T10:40:05+02", "not an RFC 3339"),
        ("2026-09-17T10:40:05+02:00:00", "not an RFC 3339"),
        ("2026-09-17T10:40:05.Z", "not an RFC 3339"),
        ("2026-09-17T10:40:05,5Z", "not an RFC 3339"),
        ("2026-09-17T10:40:05.1234567x9Z", "not an RFC 3339"),
        ("2026-09-17T10:40Z", "not an RFC 3339"),
        ("2026-W38-4T10:40:05Z", "not an RFC 3339"),
        ("2026-260T10:40:05Z", "not an RFC 3339"),
        ("20260917T104005Z", "not an RFC 3339"),
        ("2026-09-17", "not an RFC 3339"),
        ("2026-09-17_10:40:05Z", "not an RFC 3339"),
        (" 2026-09-17T10:40:05Z", "not an RFC 3339"),
        ("2026-09-17T10:40:05Z\n", "not an RFC 3339"),
        ("2026-09-17T10:40:05ZZ", "not an RFC 3339"),
        ("2026-09-1\u0667T10:40:05Z", "not an RFC 3339"),
        ("2026-09-17T10:40:05.\u0661Z", "not an RFC 3339"),
        ("\uff12026-09-17T10:40:05Z", "not an RFC 3339"),
        ("1789641605", "not an RFC 3339"),
        ("yesterday", "not an RFC 3339"),
        ("--T::Z", "not an RFC 3339"),
        ("\ud800", "not an RFC 3339"),
    ],
)
def test_no_times(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        parse_time(text)
    assert len(str(caught.value)) < 100


@given(CIVIL, OFFSETS, st.text("0123456789", max_size=12), st.sampled_from("Tt "))
@example(datetime(1969, 12, 31, 23, 59, 59), 0, "0000001", "T")  # noqa: DTZ001
def test_a_time_is_its_instant_floored(civil: datetime, offset: int, fraction: str, separator: str) -> None:
    zone = timezone(timedelta(minutes=offset))
    instant = civil.replace(microsecond=0, tzinfo=zone)
    sign, (hours, minutes) = "-" if offset < 0 else "+", divmod(abs(offset), 60)
    text = f"{instant.replace(tzinfo=None).isoformat(separator)}{'.' if fraction else ''}{fraction}"
    seconds = (instant - EPOCH) // timedelta(seconds=1)
    part = Fraction(int(fraction or 0), 10 ** len(fraction))
    floored = (seconds + part) * SECOND // 1
    assert parse_time(f"{text}{sign}{hours:02}:{minutes:02}") == floored
    if not offset:
        assert parse_time(f"{text}Z") == parse_time(f"{text}z") == floored


@given(st.text("2026-09-17T10:40:05.123456Zz+ W,t\u0663", max_size=30) | st.text())
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        parse_time(text)
    except ValueError:
        return
    assert format_time(parse_time(text))[4:20:3] == "--T::Z"


COMMON = ["2026-09-17T10:40:05Z", "2026-09-17T10:40:05.1Z", "2026-09-17T10:40:05.123456Z"]


@given(st.sampled_from(COMMON), st.integers(0, 26), st.characters() | st.sampled_from("0129:-+.,TtZzW _"))
def test_one_wrong_character_is_noticed(text: str, place: int, char: str) -> None:
    """The common form is read without the expression; what is let through there the expression must accept."""
    changed = text[:place] + char + text[place + 1 :]
    try:
        micros = parse_time(changed)
    except ValueError:
        return
    assert micros == parse_time(changed[:-1] + "+00:00")


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (BASE + 999_999, "2026-09-17T10:40:05Z"),
        (-62_135_596_800 * SECOND, "0001-01-01T00:00:00Z"),
        (253_402_300_800 * SECOND - 1, "9999-12-31T23:59:59Z"),
    ],
)
def test_formats(micros: int, text: str) -> None:
    assert format_time(micros) == text


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_a_printed_time_reads_back(seconds: int) -> None:
    assert parse_time(format_time(seconds * SECOND)) == seconds * SECOND


def test_a_time_beyond_the_calendar_is_not_printed() -> None:
    with pytest.raises(OverflowError):
        format_time(253_402_300_800 * SECOND)


@given(st.integers(-(10**17), 10**17), st.integers(1, 400 * DAY))
def test_a_window_holds_its_times(micros: int, width: int) -> None:
    start = window_start(micros, width)
    assert start % width == 0
    assert start <= micros < start + width


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("250ms", 250_000),
        ("60s", MINUTE),
        ("0s", 0),
        ("5m", 5 * MINUTE),
        ("1h", HOUR),
        ("7d", 7 * DAY),
        ("007d", 7 * DAY),
        ("3650d", 3650 * DAY),
        ("315360000000ms", 3650 * DAY),
    ],
)
def test_durations(text: str, micros: int) -> None:
    assert parse_duration(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        *("", "60", "s", "-1s", "+1s", "1.5h", "1h30m", "60 s", " 60s", "60s\n", "60S", "1w", "1us", "\u0661s", "1_0s"),
        *("3651d", "87601h", "315360000001ms", f"{'9' * 5000}s"),
    ],
)
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="not a number and a unit"):
        parse_duration(text)


def parsed(text: str) -> int | None:
    try:
        return parse_time(text)
    except ValueError:
        return None


COMMON_TIMES: st.SearchStrategy[str] = st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}Z".format,
    st.datetimes(min_value=datetime(1000, 1, 1)),  # noqa: DTZ001 - strftime pads no earlier year
    st.sampled_from(["", ".1", ".12", ".123", ".123456", ".1234567", ".999999"]),
)
SPOILT: st.SearchStrategy[str] = st.builds(
    lambda text, at, sign: text[:at] + sign + text[at + 1 :],
    COMMON_TIMES,
    st.integers(0, 27),
    st.sampled_from([*"0159-+.:TZtz ", "\0", "é", "\ud800"]),
)


@given(st.lists(COMMON_TIMES, max_size=50), st.lists(SPOILT, max_size=3), st.randoms(use_true_random=False))
def test_times_read_together_are_those_read_one_by_one(common, spoilt, random):
    """Up to the length from which on they are read at once, and beyond it: often alike, and some of them wrong."""
    texts = [*common * random.choice([1, 40]), *spoilt]
    random.shuffle(texts)
    assert parse_times(texts) == [parsed(text) for text in texts]


@pytest.mark.parametrize(
    "wrong",
    [
        *("0000-09-17T10:40:05Z", "2026-02-30T10:40:05Z", "2026-09-17T24:40:05Z", "2026-09-17T10:40:60Z"),
        *("-026-09-17T10:40:05Z", "2026-09-17T10:40: 5Z", "2026-09-17T10:40:0éZ", "2026-09-17t10:40:05Z"),
    ],
)
def test_a_wrong_time_among_many_is_told_apart(wrong):
    texts = ["2026-09-17T10:40:05Z"] * 50
    texts[17] = wrong
    assert parse_times(texts) == [*[BASE] * 17, parsed(wrong), *[BASE] * 32]
    assert (parsed(wrong) == BASE) == (wrong == "2026-09-17t10:40:05Z")
