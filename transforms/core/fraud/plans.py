"""Plans: which facts a payment gives about each of its entities, decided once for a set of rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple

from transforms.core.fraud.facts import WHOLE, Fact, early, late, strand, width_of
from transforms.core.fraud.money import in_minor_units
from transforms.core.fraud.rules import Rule, RuleKind
from transforms.core.times import HOUR, MINUTE

Strands = tuple[tuple[int, int], ...]
"""Strands with the widths of their buckets."""
DECLINED = (0, Fact.DECLINE), (1, Fact.CARD_DECLINED)
APPROVED = (0, Fact.APPROVAL), (1, Fact.CARD_APPROVED), (2, Fact.ACCOUNT_PAID)
"""What payments give whatever their amount; the numbers are as in Plan."""
_ENDLESS = Decimal(1 << 62)
_SMALL = (Fact.SMALL_FIRST, Fact.SMALL_LAST)
_LARGE = (Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST)
_SIZED = (*_SMALL, *_LARGE, Fact.BIG, Fact.AMOUNT)
_FIRST = frozenset({Fact.SMALL_FIRST, Fact.LARGE_FIRST, Fact.FAILED_FIRST, Fact.CHANGE_FIRST})
_MOST = frozenset({Fact.LARGE_MOST, Fact.BIG})


class Plan(NamedTuple):
    """What a payment says about one of its entities.

    ``simple`` are pairs of what the value is (0 the event, 1 the card, 2 the account) and strands; ``sized`` are the
    strands of facts about an amount, by the number of the fact: empty where there are none.
    """

    kind: str
    simple: tuple[tuple[int, Strands], ...]
    sized: Sequence[Strands]


def plans(wanted: Mapping[str, Sequence[Strands]], always: Iterable[tuple[int, Fact]]) -> list[Plan]:
    """Plan what a payment gives: ``wanted`` has the strands of each fact by type of entity, in the order of types."""
    return [
        Plan(
            kind,
            tuple((which, facts[fact]) for which, fact in always if facts[fact]),
            facts if any(facts[fact] for fact in _SIZED) else (),
        )
        for kind, facts in wanted.items()
    ]


class Limits:
    """What makes an amount small, large or big: the widest of all rules; each rule looks again."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.changes = frozenset(change for rule in rules for change in rule.changes)
        amounts = [rule for rule in rules if rule.kind is RuleKind.AMOUNTS]
        chains = [rule for rule in rules if rule.kind is RuleKind.CHAIN]
        self._below = max((rule.below for rule in amounts), default=Decimal(0))
        self._above = min((rule.above for rule in amounts), default=_ENDLESS)
        self._big = min((rule.amount for rule in chains), default=_ENDLESS)
        self._of_currency: dict[str, tuple[int, int, int]] = {}

    def facts_of(self, amount: int, currency: str, *, is_approved: bool) -> list[Fact]:
        """Say which facts about its size a payment gives."""
        if (limits := self._of_currency.get(currency)) is None:
            below, above, big = (in_minor_units(limit, currency) for limit in (self._below, self._above, self._big))
            limits = self._of_currency[currency] = ceil(below), floor(above), ceil(big)  # whole: quicker to compare
        small, large, large_enough = limits
        facts = [Fact.AMOUNT] if is_approved else []
        if amount < small:
            facts += [Fact.SMALL_FIRST, Fact.SMALL_LAST]
        if amount > large:
            facts += [Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST]
        if is_approved and amount >= large_enough:
            facts.append(Fact.BIG)
        return facts


def strands_of_fact(wanted: Collection[int], kind: str, fact: Fact) -> Strands:
    """Give the strands of a fact that are wanted, by the minute and by the hour."""
    numbers = sorted({strand(kind, fact, width) for width in (MINUTE, HOUR)} & set(wanted))
    return tuple((number, width_of(number)) for number in numbers)


def ordered_value(fact: Fact, time: int, identity: int, amount: int) -> int:
    """Give the value of a fact about an order or an amount."""
    if fact is Fact.AMOUNT:
        return identity
    if fact in _MOST:
        return WHOLE - amount
    return (early if fact in _FIRST else late)(time, time - time % MINUTE, identity)
