"""Card numbers in text: digit runs with a brand's prefix and length that pass the Luhn check.

A *run* is a maximal sequence of groups of digits with one space or dash between neighbours. A card number begins and
ends at borders of groups: ``4111 1111 1111 1111 123`` holds one, a slice of a longer group is none. Of overlapping
candidates the leftmost counts, of those the longest.
"""

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 12, 19
SHORTEST_RUN = SHORTEST
_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){11,}")
_GROUP = re.compile(r"[0-9]+")
# Prefixes and lengths as the networks publish them under ISO/IEC 7812.
_BRAND = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}"  # Visa: 13, 16, 19
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}(?:[0-9]{3})?"  # Discover: 16, 19
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11}"  # Diners Club
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12,15}"  # JCB
    r"|62[0-9]{14,17}"  # UnionPay
    r"|(?:50|5[678])[0-9]{10,17}|(?:6304|6759|676[1-3])[0-9]{8,15}"  # Maestro
)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card(digits: str) -> bool:
    """Tell whether a string of digits has a brand's prefix and length and passes the Luhn check (ISO/IEC 7812-1)."""
    return _BRAND.fullmatch(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0


def card_spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Give the spans of card numbers; the flag says that the run is one group of digits and nothing else."""
    for run in _RUN.finditer(text):
        groups = [(match.start(), match.end()) for match in _GROUP.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _last_group(text, groups, first)
            if last is None:
                first += 1
                continue
            yield groups[first][0], groups[last][1], len(groups) == 1
            first = last + 1


def _last_group(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Find where the longest card number that begins with a group ends."""
    digits, found = "", None
    for index in range(first, len(groups)):
        start, end = groups[index]
        if len(digits) + end - start > LONGEST:
            break
        digits += text[start:end]
        if len(digits) >= SHORTEST and is_card(digits):
            found = index
    return found
