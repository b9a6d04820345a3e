"""Payments: what they say about their entities."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil, floor
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.core.fraud.facts import WHOLE, Fact
from transforms.core.fraud.money import currency_letters, in_minor_units, sum_at
from transforms.core.fraud.rowing import COMMON, Columns, Said, early, late, mixed
from transforms.core.fraud.rules import SMALL, Rule, RuleKind

PAYMENTS = np.dtype([*COMMON, ("amount", "<i8"), ("currency", "<u8"), ("declined", "?")])
payment_row = Struct("<6QqQIqQ?").pack
"""A payment as its columns, in their order."""
_ISSUER_DOWN = frozenset({"91", "96"})
_ENDLESS = Decimal(1 << 62)
_ABOVE = (1, 3)
"""Of the limits, those that an amount has to be above."""


def is_declined(data: Mapping[str, Any]) -> bool:
    """Tell whether a payment was declined, and not because the issuer was down."""
    return data["status"] == "declined" and data.get("response_code") not in _ISSUER_DOWN


def is_attempt(data: Mapping[str, Any]) -> bool:
    """Tell whether a payment counts at all."""
    return data.get("channel") != "recurring" and (data["status"] == "approved" or is_declined(data))


class Limits:
    """What makes an amount small, large or big: the widest of all rules; each rule looks again."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        amounts = [rule for rule in rules if rule.kind is RuleKind.AMOUNTS]
        self._sums: list[Decimal] = []
        for some in ([rule for rule in amounts if not rule.history], [rule for rule in amounts if rule.history]):
            self._sums.append(max((rule.below for rule in some), default=Decimal(0)))
            self._sums.append(min((rule.above for rule in some), default=_ENDLESS))
        chains = [rule.amount for rule in rules if rule.kind is RuleKind.CHAIN]
        self._sums += [min(chains, default=_ENDLESS), SMALL]
        self._of_currency: dict[int, list[int]] = {}

    def of(self, currencies: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Give the limits of each payment in minor units, a row each.

        Below the first an amount is small, above the second it is large; the next two are those of rules that ask
        where; from the fifth on it is big; below the sixth it is small for the measure of small cards.
        """
        numbers, which = np.unique(currencies, return_inverse=True)
        table = np.array([self._limits(number) for number in numbers.tolist()], np.int64)
        return table[which].T

    def _limits(self, number: int) -> list[int]:
        if (limits := self._of_currency.get(number)) is None:
            sums = [min(in_minor_units(limit, currency_letters(number)), _ENDLESS) for limit in self._sums]
            # Whole numbers, as amounts are: less than 1.5 is less than 2, and more than 1.5 more than 1.
            limits = [(floor if index in _ABOVE else ceil)(limit) for index, limit in enumerate(sums)]
            self._of_currency[number] = limits
        return limits


def said_by_payments(paid: Columns, limits: Limits) -> dict[Fact, Said]:
    """Say what payments that count say."""
    declined, amount, currency = paid["declined"], paid["amount"], paid["currency"]
    approved, event, at = ~declined, paid["event"], mixed(paid["ip"], paid["device"])
    ip = paid["ip"] >> np.uint64(1)  # as a column of signed numbers holds it
    below, above, below_there, above_there, big, small = limits.of(currency)
    most = np.uint64(WHOLE) - amount.astype(np.uint64)
    money, there = (amount, currency), (amount, sum_at(currency, ip, paid["device"]))
    first, last = early(paid), late(paid)
    return {
        Fact.DECLINE: Said(declined, event),
        Fact.APPROVAL: Said(approved, event),
        Fact.CARD_DECLINED: Said(declined, paid["card"]),
        Fact.CARD_APPROVED: Said(approved, paid["card"]),
        Fact.CARD_SMALL: Said(amount < small, paid["card"]),
        Fact.ACCOUNT_PAID: Said(approved & (paid["account"] != 0), paid["account"]),
        Fact.SMALL_FIRST: Said(amount < below, first, *there),
        Fact.SMALL_LAST: Said(amount < below, last, *there),
        Fact.SMALL_AT: Said(amount < below_there, at, *there),
        Fact.LARGE_FIRST: Said(amount > above, first, *there),
        Fact.LARGE_LAST: Said(amount > above, last, *there),
        Fact.LARGE_MOST: Said(amount > np.minimum(above, above_there), most, *there),
        Fact.LARGE_AT: Said(amount > above_there, at, *there),
        Fact.PAID_AT: Said(approved, at, ip, paid["device"]),
        Fact.BIG: Said(approved & (amount >= big), most, *money),
        Fact.AMOUNT: Said(approved, event, *money),
    }
