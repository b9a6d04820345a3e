"""Strategies for the tests of cards and masking: card numbers, near misses, and texts and JSON made of them."""

import json
import re
from typing import Any

from hypothesis import strategies as st

from transforms.core.cards import BRANDS

PREFIXES = [
    (str(prefix), length)
    for brand in BRANDS
    for first, last in brand.prefixes
    for prefix in {first, (first + last) // 2, last}
    for length in brand.lengths
]


def luhn(digits: str) -> bool:
    """The check as its books tell it: from the right, every second digit doubled, digits added up."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def complete(body: str) -> str:
    """Add the one digit that passes the check."""
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


@st.composite
def cards(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from(PREFIXES))
    missing = length - len(prefix) - 1
    return complete(prefix + draw(st.text("0123456789", min_size=missing, max_size=missing)))


@st.composite
def grouped_cards(draw: st.DrawFn) -> str:
    digits = draw(cards())
    cuts = draw(st.sets(st.integers(1, len(digits) - 1), max_size=4) | st.just({4, 8, 12}))
    return "".join(
        draw(st.sampled_from(" -")) + digit if place in cuts else digit for place, digit in enumerate(digits)
    )


TEXTS = st.lists(
    grouped_cards() | cards() | st.text("0123456789 -", max_size=20) | st.text(max_size=3) | st.sampled_from(' -\\"/'),
    max_size=6,
).map("".join)

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = cards().map(int) | cards().map(lambda digits: -int(digits)) | st.integers() | FLOATS
VALUES = st.recursive(
    TEXTS | NUMBERS | st.none() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.sampled_from(["id", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def json_texts(draw: st.DrawFn, values: st.SearchStrategy[Any] = VALUES) -> bytes:
    """Valid JSON in one of its many spellings: some characters of strings escaped, white space or none."""
    text = json.dumps(draw(values), ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1])))
    escaped = draw(st.sets(st.integers(0, 40), max_size=12))

    def spell(string: re.Match[str]) -> str:
        units = re.findall(r"\\u....|\\.|.", string[1])
        spelt = (escape(unit) if place in escaped else unit for place, unit in enumerate(units))
        return f'"{"".join(spelt)}"'

    return re.sub(r'"((?:[^"\\]|\\.)*)"', spell, text).encode()


def escape(unit: str) -> str:
    return f"\\u{ord(unit):04x}" if len(unit) == 1 and ord(unit) < 0x10000 else unit
