"""Fitting texts to a terminal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.text import columns, cut, cut_before, padded, printable, wrapped

TEXTS = st.text(max_size=60) | st.text(alphabet="ab \N{CJK UNIFIED IDEOGRAPH-65E5}e\u0301\x1b", max_size=60)
WIDTHS = st.integers(4, 40)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/plain page", "/plain page"),
        ("\x1b[31m\x07\r\n\t\0\x7f\x9b", r"\x1b[31m\x07\r\n\t\x00\x7f\x9b"),
        ("\u202eright to left\u2066", r"\u202eright to left\u2066"),
        ("\ud800\ufeff\u200b\xa0", r"\ud800\ufeff\u200b\xa0"),
        ("\N{CJK UNIFIED IDEOGRAPH-65E5}é", "\N{CJK UNIFIED IDEOGRAPH-65E5}é"),
    ],
)
def test_controls_are_shown(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("\N{CJK UNIFIED IDEOGRAPH-65E5}", 2), ("e\u0301", 1), ("\N{PILE OF POO}", 2), ("\uff21", 2)],
)
def test_columns(text, width):
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("\N{CJK UNIFIED IDEOGRAPH-65E5}" * 4, 6, "\N{CJK UNIFIED IDEOGRAPH-65E5}" * 2 + "…"),
        ("\x1b\x1b", 6, r"\x1b\…"),
    ],
)
def test_cut(text, width, shown):
    assert cut(text, width) == shown


def test_cut_before_keeps_the_end():
    assert cut_before("logs/2026/access.log", 12) == "…/access.log"
    assert cut_before("access.log", 10) == "access.log"


@settings(deadline=None)
@given(TEXTS, WIDTHS)
def test_what_is_cut_fits(text, width):
    assert columns(cut(text, width)) <= width
    assert columns(cut_before(text, width)) <= width
    assert columns(padded(text, width)) == width


@settings(deadline=None)
@given(TEXTS, WIDTHS)
def test_what_is_wrapped_fits_and_loses_nothing(text, width):
    lines = wrapped(text, width, "  ")
    assert all(columns(line) <= width and line.startswith("  ") for line in lines)
    assert "".join("".join(lines).split(" ")) == "".join(printable(text).split(" "))


@settings(deadline=None)
@given(TEXTS, WIDTHS, st.integers(1, 3))
def test_a_bound_on_lines_is_shown_by_an_ellipsis(text, width, most):
    whole, some = wrapped(text, width), wrapped(text, width, most=most)
    assert len(some) <= most
    assert some == whole if len(whole) <= most else some[-1].endswith("…")
