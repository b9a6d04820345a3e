"""Amounts: minor units of a currency as major units, and currencies as numbers."""

from decimal import Decimal

import numpy as np

from transforms.core.sets import U64

_NONE = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE = "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"
_EXPONENTS = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3) | {"CLF": 4, "UYW": 4}
"""Decimals of currencies that have not two (ISO 4217, list one)."""

_LETTER_BITS, _PART_BITS = 24, 20
_LETTERS = (1 << _LETTER_BITS) - 1
_PART = np.uint64((1 << _PART_BITS) - 1)


def in_minor_units(amount: Decimal, currency: str) -> Decimal:
    """Give an amount of major units in minor ones; it need not be whole."""
    return amount.scaleb(_EXPONENTS.get(currency, 2))


def in_major_units(minor: int, currency: str) -> Decimal:
    """Give an amount of minor units in major ones."""
    return Decimal(minor).scaleb(-_EXPONENTS.get(currency, 2))


def currency_number(letters: str) -> int:
    """Give three letters as a number."""
    return int.from_bytes(letters.encode())


def currency_letters(number: int) -> str:
    """Give a currency's letters back."""
    return (number & _LETTERS).to_bytes(3).decode()


def sum_at(currencies: U64, ips: U64, devices: U64) -> U64:
    """Give currencies with the places of payments; a currency's letters can be had of them as well."""
    packed: U64 = currencies | (ips & _PART) << np.uint64(_LETTER_BITS)
    return packed | devices << np.uint64(_LETTER_BITS + _PART_BITS)


def place_of(packed: int) -> tuple[int, int]:
    """Give the parts of the IP and of the device that ``sum_at`` keeps."""
    return packed >> _LETTER_BITS & int(_PART), packed >> _LETTER_BITS + _PART_BITS


def place_part(hashed: int) -> int:
    """Give the part of a hash that is kept: one place in a million is taken for another."""
    return hashed & int(_PART)
