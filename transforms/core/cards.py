"""Card numbers in text: which sequences of digits are one, and where they stand.

Digits are written in groups, with at most one space or dash between two groups. A card number is made of whole groups
that follow each other: it may have neighbours (``4111 1111 1111 1111 123``), but a part of a longer group is none.
"""

import re
from collections.abc import Iterator
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
LONGEST = max(length for brand in BRANDS for length in brand.lengths)
_PREFIX = 4
_LENGTHS = {
    str(prefix): tuple(sorted(brand.lengths, reverse=True))
    for brand in BRANDS
    for first, last in brand.prefixes
    for prefix in range(first, last + 1)
}
_FIRST = "".join(sorted({prefix[0] for prefix in _LENGTHS}))
# Where a group begins with enough digits behind it. The lookahead changes nothing but the time: most digits stand in
# short runs, and it dismisses these at a third of the cost.
_BEGINNING = re.compile(
    rf"[{_FIRST}](?<![0-9]{{2}})(?=[0-9 -]{{{SHORTEST - 1}}})(?:[ -]?[0-9]){{{SHORTEST - 1},{LONGEST - 1}}}"
)
# So many digits up to the end of a group.
_WHOLE = {
    length: re.compile(rf"[0-9](?:[ -]?[0-9]){{{length - 1}}}(?![0-9])") for length in range(SHORTEST, LONGEST + 1)
}
_PLAIN = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))  # the digits of twice a digit, added


def card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each card number in a text: leftmost first, then longest; no two overlap.

    Takes memory for one number only, and time for the length of the text, however hostile.
    """
    at = 0
    while match := _BEGINNING.search(text, at):
        start = match.start()
        end = _end_of_card(text, start, match[0].replace(" ", "").replace("-", ""))
        if end:
            yield start, end
        at = end or start + 1


def may_hold_card(text: str) -> bool:
    """Tell fast that a text holds no card number: False only where ``card_spans`` gives none."""
    return len(text) >= SHORTEST and _BEGINNING.search(text) is not None


def is_card(digits: str) -> bool:
    """Tell whether digits, written as one group, are a card number."""
    return len(digits) in _LENGTHS.get(digits[:_PREFIX], ()) and _end_of_card(digits, 0, digits) == len(digits)


def _end_of_card(text: str, start: int, digits: str) -> int:
    """Find where the longest card number ends that begins here, with these digits; 0 where there is none.

    Luhn's check (US patent 2,950,048; ISO/IEC 7812-1, annex B): from the right, every second digit is doubled.
    """
    lengths = _LENGTHS.get(digits[:_PREFIX])
    if not lengths:
        return 0
    codes = digits.encode()
    plain, doubled = codes.translate(_PLAIN), codes.translate(_DOUBLED)
    for length in lengths:
        if length <= len(digits) and (sum(plain[length - 1 :: -2]) + sum(doubled[length - 2 :: -2])) % 10 == 0:
            whole = _WHOLE[length].match(text, start)
            if whole:
                return whole.end()
    return 0
