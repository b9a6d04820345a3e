"""Amounts: minor units of a currency as major units, and currencies as numbers."""

from decimal import Decimal

_NONE = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE = "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"
_EXPONENTS = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3) | {"CLF": 4, "UYW": 4}
"""Decimals of currencies that have not two (ISO 4217, list one)."""


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
    return number.to_bytes(3).decode()
