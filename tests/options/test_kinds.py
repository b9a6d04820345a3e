"""The kinds of values, each for all texts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from options.cloud_table import BIGTABLE, SUBSCRIPTION, TOPIC
from options.kinds import Choice, Count, Duration, Flag, Pair, Ratio, Size, Text, Time, WindowWidth
from options.resource_kinds import BucketFolder, Dataset

KINDS = [
    Text("X"),
    Pair(),
    Flag(),
    Choice(("json", "auto")),
    Count(1, 400),
    Ratio(),
    Size(),
    Duration(),
    WindowWidth(),
    Time(),
    SUBSCRIPTION,
    TOPIC,
    BIGTABLE,
    Dataset(),
    BucketFolder(),
]
UNITS = {"": 1, "B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def is_valid(kind: Any, text: str) -> bool:
    try:
        kind.parse(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "size"), [("10MiB", 10_485_760), ("64KiB", 65_536), ("1GiB", 2**30), ("1000", 1000), ("10MB", 10_000_000)]
)
def test_sizes(text: str, size: int) -> None:
    assert Size().parse(text) == size


@given(st.integers(1, 10**12), st.sampled_from(sorted(UNITS)), st.sampled_from(["", " "]))
def test_a_size_is_its_number_times_its_unit(number: int, unit: str, space: str) -> None:
    expected = number * UNITS[unit]
    assert Size().parse(f"{number}{space}{unit}") == expected
    assert Size().parse(f"{number}{unit.upper()}") == expected


@pytest.mark.parametrize(
    "text", ["", "0", "0MiB", "-1", "+1", "1.5GiB", "MiB", "1 0", "1TiBs", "1K", "\u0661", "9" * 5000]
)
def test_no_sizes(text: str) -> None:
    assert not is_valid(Size(), text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@given(text=st.text() | st.from_regex(r"[-+0-9.smhdKMGiBe_=]{1,12}", fullmatch=True))
def test_any_text_is_a_value_or_a_value_error(kind: Any, text: str) -> None:
    if is_valid(kind, text):
        assert kind.parse(text) is not None


@given(st.integers() | st.integers(-10, 500))
def test_counts_lie_within_their_bounds(number: int) -> None:
    assert is_valid(Count(1, 400), str(number)) == (1 <= number <= 400)


@given(st.floats())
def test_ratios_lie_between_0_and_1(number: float) -> None:
    assert is_valid(Ratio(), str(number)) == (0 <= number <= 1)


@given(st.integers(1, 100_000))
def test_windows_divide_a_day(seconds: int) -> None:
    assert is_valid(WindowWidth(), f"{seconds}s") == (86_400 % seconds == 0)


@pytest.mark.parametrize(("text", "pair"), [("a=b", ("a", "b")), (" a.b = c ", ("a.b", "c")), ("a=b=c", ("a=b", "c"))])
def test_pairs(text: str, pair: tuple[str, str]) -> None:
    assert Pair().parse(text) == pair


def test_times() -> None:
    assert Time().parse("1970-01-01T01:00:00.000001+00:30") == 1_800_000_001
    assert not is_valid(Time(), "2026-09-17T10:40:05")


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (SUBSCRIPTION, "projects/my-shop/subscriptions/events", "projects/my-shop/subscriptions/events"),
        (TOPIC, "projects/example.com:my-shop/topics/a%b~c", "projects/example.com:my-shop/topics/a%b~c"),
        (BIGTABLE, "projects/my-shop/instances/serving/tables/T-1", "projects/my-shop/instances/serving/tables/T-1"),
        (Dataset(), "my-shop:millrace", "my-shop.millrace"),
        (Dataset(), "example.com:my-shop.millrace_1", "example.com:my-shop.millrace_1"),
        (BucketFolder(), "gs://my-bucket", "gs://my-bucket/"),
        (BucketFolder(), "gs://my-bucket/a b/c/", "gs://my-bucket/a b/c/"),
    ],
)
def test_resources_by_their_names(kind: Any, given: str, value: str) -> None:
    assert kind.parse(given) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SUBSCRIPTION, "events"),
        (SUBSCRIPTION, "projects/local/subscriptions/events"),  # a project's id has six characters or more
        (SUBSCRIPTION, "projects/my-shop/topics/events"),
        (TOPIC, "projects/my-shop/topics/goog-mine"),
        (TOPIC, "projects/my-shop/topics/events\n"),
        (BIGTABLE, "projects/my-shop/instances/serving"),
        (Dataset(), "millrace"),
        (Dataset(), "my-shop:mill-race"),
        (BucketFolder(), "archive/"),
        (BucketFolder(), "gs://b/*/"),
    ],
)
def test_no_resources(kind: Any, text: str) -> None:
    assert not is_valid(kind, text)
