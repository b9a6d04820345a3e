"""Card numbers in text: against a plain reading of the rule, and the odds of a mistake."""

import re
import time
import tracemalloc
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.numbers import TEXTS, cards, complete, luhn
from transforms.core.cards import BRANDS, card_spans, is_card

KNOWN = [  # numbers that the networks and their processors publish for tests
    *("4111111111111111", "4012888888881881", "4222222222222", "4917610000000000003"),
    *("5555555555554444", "5105105105105100", "2223003122003222", "2223000048400011"),
    *("378282246310005", "371449635398431", "6011111111111117", "6011000990139424", "6510000000000000"),
    *("30569309025904", "38520000023237", "36227206271667", "3530111333300000", "3566002020360505"),
    *("6200000000000005", "6205500000000000004", "6759649826438453", "501800000009", "6304000000000000"),
]
LENGTHS = range(8, 24)


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in card_spans(text)]


def plain_reading(text: str) -> Iterator[tuple[int, int]]:
    """The rule, word by word and slow."""
    for run in re.finditer("[0-9]+(?:[ -][0-9]+)*", text):
        groups = [group.span() for group in re.finditer("[0-9]+", run[0])]
        free = 0
        for first, (start, _) in enumerate(groups):
            ends = [end for _, end in groups[first:] if looks_like_card(re.sub("[ -]", "", run[0][start:end]))]
            if start >= free and ends:
                free = max(ends)
                yield run.start() + start, run.start() + free


def looks_like_card(digits: str) -> bool:
    return luhn(digits) and any(
        first <= int(digits[:4]) <= last and len(digits) in brand.lengths
        for brand in BRANDS
        for first, last in brand.prefixes
    )


@pytest.mark.parametrize("number", KNOWN)
def test_known_numbers(number: str) -> None:
    assert found(number) == [number]
    assert is_card(number)
    assert found(f"x{number}y") == [number]
    grouped = " ".join(re.findall(".{1,4}", number))
    assert found(grouped) == [grouped]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert found(wrong) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4111 1111 1111 1111 123", ["4111 1111 1111 1111"]),
        ("4111111111111111-1227", ["4111111111111111"]),
        ("12 4111-1111 1111-1111", ["4111-1111 1111-1111"]),
        ("4111111111111111 5555555555554444", ["4111111111111111", "5555555555554444"]),
        ("4111111111111111,5555555555554444", ["4111111111111111", "5555555555554444"]),
        ("44111111111111111", []),
        ("41111111111111110", []),
        ("4111  1111 1111 1111", []),
        ("4111--1111-1111-1111", []),
        ("4111.1111.1111.1111", []),
        ("4111\t1111\t1111\t1111", []),
        ("-4111111111111111-", ["4111111111111111"]),
        ("\u0664111111111111111", []),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]),
        ("4222222222222 000 001", ["4222222222222"]),
        ("4222222222222 000", ["4222222222222"]),
        ("4917610000000 000 003", ["4917610000000 000 003"]),  # its first 16 digits are a card's, too
        ("0000 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("1789641605123456 1789641605123 1789641605123456789", []),  # times of today, in every unit
        ("2026-09-17 10:40:05", []),
        ("", []),
        ("no digits", []),
    ],
)
def test_runs_and_groups(text: str, numbers: list[str]) -> None:
    assert found(text) == numbers


@given(TEXTS)
def test_the_plain_reading_finds_the_same(text: str) -> None:
    assert list(card_spans(text)) == list(plain_reading(text))


@given(st.text("4159623 -", max_size=80))
def test_the_plain_reading_finds_the_same_among_many_groups(text: str) -> None:
    assert list(card_spans(text)) == list(plain_reading(text))


@given(cards())
def test_every_brand_and_length(number: str) -> None:
    assert is_card(number)
    assert not is_card(f"0{number}")
    assert not is_card(f"{number} ")


def test_no_prefix_has_two_brands() -> None:
    prefixes = [prefix for brand in BRANDS for first, last in brand.prefixes for prefix in range(first, last + 1)]
    assert len(prefixes) == len(set(prefixes))
    assert all(1000 <= prefix <= 9999 for prefix in prefixes)


def masked_share(length: int) -> Fraction:
    """The share of digit strings of a length that are taken for a card: that of its prefixes, and one check in ten."""
    prefixes = sum(last - first + 1 for brand in BRANDS if length in brand.lengths for first, last in brand.prefixes)
    return Fraction(prefixes, 10_000) / 10


def test_odds_of_masking_an_innocent_number() -> None:
    """Docs state these: percent of random digit strings of a length; of numbers without leading zero, a ninth more."""
    percent = {length: float(masked_share(length) * 100) for length in LENGTHS if masked_share(length)}
    assert percent == {
        12: 0.405,
        13: 1.405,
        14: 0.765,
        15: 0.605,
        16: 2.728,
        17: 0.567,
        18: 0.567,
        19: 1.728,
    }


@given(st.text("0123456789", min_size=11, max_size=18))
def test_one_check_digit_in_ten_passes(body: str) -> None:
    """What the odds rest on, and that the prefix table says what the brands say."""
    passing = [digit for digit in "0123456789" if is_card(body + digit)]
    has_brand = looks_like_card(complete(body))
    assert passing == ([complete(body)[-1]] if has_brand else [])


@pytest.mark.parametrize("piece", ["1", "4", "4 ", "5 0 ", "6 2 ", "41 6 2 5 0 2 ", "411111111111111 ", "44444444444x"])
def test_hostile_digits_take_no_longer(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    start = time.perf_counter()
    assert len(list(card_spans(text))) <= len(text) // 12
    assert time.perf_counter() - start < 2


def test_memory_does_not_grow_with_hostile_digits() -> None:
    text = "4 " * 50_000
    tracemalloc.start()
    try:
        assert found(text) == []
        assert tracemalloc.get_traced_memory()[1] < 20_000
    finally:
        tracemalloc.stop()
