"""Row keys: read back as they were written, in the order of what is asked for, and the cell with most views on top."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.records import PageViews
from transforms.core.row_keys import (
    KEY_BYTES,
    MOST_VIEWS,
    Served,
    cells_of,
    series_range,
    served,
    window_ranges,
)
from transforms.core.times import HOUR, SECOND, parse_time

LAST_START = parse_time("9999-12-31T23:59:00Z") // SECOND
URLS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.sampled_from("#~/aé\N{SNOWMAN}\ud800+Z"), max_size=40),
    st.text(alphabet=st.characters(min_codepoint=0x10000), min_size=900, max_size=2048),
)
STARTS = st.integers(0, LAST_START).map(lambda second: second * SECOND)
COUNTS = st.integers(0, 10**12)


def row(url, start, views=1, width=60 * SECOND):
    return PageViews(url, start, start + width, views, views // 2, views // 3, b"", b"", b"")


@given(URLS, STARTS, COUNTS, st.sampled_from([1, 60, 86_400]))
def test_both_rows_are_read_back_as_they_were_written(url, start, views, width):
    written = row(url, start, views, width * SECOND)
    cells = list(cells_of(written))
    assert len(cells) == 2
    for cell in cells:
        assert served(cell.key, cell.value) == Served(*written[:6])
        assert 0 < len(cell.key) <= KEY_BYTES
        assert cell.timestamp % 1000 == 0


@given(URLS, STARTS, STARTS, STARTS)
def test_a_series_is_one_range_in_the_order_of_time(url, start, first, end):
    key = next(cells_of(row(url, start))).key
    low, high = series_range(url, first, end)
    assert (low <= key < high) == (first <= start < end)


@given(URLS, STARTS, STARTS, STARTS)
def test_all_urls_of_some_minutes_are_in_one_of_a_few_ranges(url, start, first, end):
    key = list(cells_of(row(url, start)))[1].key
    found = [low <= key < high for low, high in window_ranges(first, end)]
    assert sum(found) == (first <= start < end)


@given(URLS, URLS, STARTS, STARTS, STARTS)
def test_another_url_is_read_as_another(url, other, start, first, end):
    cell = next(cells_of(row(other, start)))
    low, high = series_range(url, first, end)
    if low <= cell.key < high:
        assert (served(cell.key, cell.value).url == url) == (other == url)


@given(COUNTS, COUNTS)
def test_more_views_are_never_behind_fewer(some, more):
    first, second = (next(cells_of(row("/", 0, views))).timestamp for views in sorted((some, more)))
    assert first <= second
    assert (first < second) == (min(some, MOST_VIEWS) != min(more, MOST_VIEWS))


def test_a_cell_is_as_old_as_its_window_within_an_hour():
    start = parse_time("2026-09-17T10:40:00Z")
    times = [next(cells_of(row("/", start, views))).timestamp for views in (0, 1, 10**9)]
    end = start + 60 * SECOND
    assert times == [end, end + 1000, end + HOUR]


def test_keys_as_documented():
    start = parse_time("2026-09-17T10:40:00Z")
    assert [cell.key for cell in cells_of(row("/a#b", start))] == [
        b"u#3cd4#/a#b#20260917T104000Z+60",
        b"t#03#20260917T104000Z+60#/a#b",
    ]


def test_what_ended_before_1970_has_no_cell():
    assert list(cells_of(row("/", -3600 * SECOND))) == []


@pytest.mark.parametrize("key", [b"", b"x#1", b"u#ab", b"t#00#yesterday#/", b"u#abcd#/#20260917T104000"])
def test_a_foreign_row_is_told(key):
    with pytest.raises(ValueError, match="no row of page views"):
        served(key, b"\0" * 24)
