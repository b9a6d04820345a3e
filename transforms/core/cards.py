"""Card numbers in text: which sequences of digits are one, and where they stand.

A run is digits in groups, with one space or dash between two groups. A card number is made of whole groups of a run
that follow each other: it may have neighbours (``4111 1111 1111 1111 123``), but a part of a longer group is none.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple


class Brand(NamedTuple):
    """A card network: the first four digits of its numbers, as ranges with both ends included, and their lengths."""

    name: str
    prefixes: tuple[tuple[int, int], ...]
    lengths: tuple[int, ...]


BRANDS = (
    Brand("Visa", ((4000, 4999),), (13, 16, 19)),
    Brand("Mastercard", ((5100, 5599), (2221, 2720)), (16,)),
    Brand("American Express", ((3400, 3499), (3700, 3799)), (15,)),
    Brand("Discover", ((6011, 6011), (6440, 6499), (6500, 6599)), (16, 19)),
    Brand("Diners Club", ((3000, 3059), (3600, 3699), (3800, 3999)), (14,)),
    Brand("JCB", ((3528, 3589),), (16, 17, 18, 19)),
    Brand("UnionPay", ((6200, 6299),), (16, 17, 18, 19)),
    Brand(
        "Maestro",
        ((5000, 5099), (5600, 5899), (6304, 6304), (6759, 6759), (6761, 6763)),
        (12, 13, 14, 15, 16, 17, 18, 19),
    ),
)
"""The issuer identification numbers (ISO/IEC 7812-1) that the networks publish. Kept to the brands that people carry:
one digit string in ten passes the check whatever it means, so each further prefix masks more innocent numbers."""

SHORTEST = min(length for brand in BRANDS for length in brand.lengths)
_PREFIX = 4
_LENGTHS = {
    str(prefix): tuple(sorted(brand.lengths, reverse=True))
    for brand in BRANDS
    for first, last in brand.prefixes
    for prefix in range(first, last + 1)
}
# Greedy from the first digit, so that a match is a whole run; runs with too few digits are passed over. The lookahead
# changes nothing but the time: most digits stand in short runs, and it dismisses these at a third of the cost.
_RUN = re.compile(rf"[0-9](?=[0-9 -]{{{SHORTEST - 1}}})(?:[ -]?[0-9]){{{SHORTEST - 1},}}")
_GROUP = re.compile("[0-9]+")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice a digit, and the digits of that added up


def card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each card number in a text: leftmost first, then longest; no two overlap."""
    for match in _RUN.finditer(text):
        run = match[0]
        # Nearly all runs are one group that is something else, such as a time in milliseconds.
        if run.isdigit() and len(run) not in _LENGTHS.get(run[:_PREFIX], ()):
            continue
        for start, end in _spans_of_run(run):
            yield match.start() + start, match.start() + end


def is_card(text: str) -> bool:
    """Tell whether a text is a card number and nothing else."""
    return next(card_spans(text), None) == (0, len(text))


def _spans_of_run(run: str) -> Iterator[tuple[int, int]]:
    groups = [match.span() for match in _GROUP.finditer(run)]
    digits = run.replace(" ", "").replace("-", "")
    ends = list(accumulate(end - start for start, end in groups))  # in digits, as are the keys below
    end_of = dict(zip(ends, (end for _, end in groups), strict=True))
    checks = _Checks(digits)
    free = 0
    for first, (start, _) in zip([0, *ends], groups, strict=False):
        if first < free:
            continue
        for length in _LENGTHS.get(digits[first : first + _PREFIX], ()):
            if first + length in end_of and checks.pass_luhn(first, first + length):
                free = first + length
                yield start, end_of[free]
                break


class _Checks:
    """Luhn's check (US patent 2,950,048; ISO/IEC 7812-1, annex B) for any part of a sequence of digits.

    Running sums make it one subtraction a part, so that a megabyte of hostile digits takes no longer than others.
    """

    def __init__(self, digits: str) -> None:
        plain = [int(digit) for digit in digits]
        self._sums = tuple(
            [0, *accumulate(d if place % 2 == parity else _DOUBLED[d] for place, d in enumerate(plain))]
            for parity in (0, 1)
        )

    def pass_luhn(self, start: int, end: int) -> bool:
        """Check the digits from ``start`` up to ``end``: the last stands plain, and every second before it doubled."""
        sums = self._sums[(end - 1) % 2]
        return (sums[end] - sums[start]) % 10 == 0
