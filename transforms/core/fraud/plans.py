"""Plans: which facts a payment gives about each of its entities, decided once for a set of rules."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
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
_SMALL = (Fact.SMALL_FIRST, Fact.SMALL_LAST)
_LARGE = (Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST)
_SIZED = (*_SMALL, *_LARGE, Fact.BIG, Fact.AMOUNT)
_FIRST = frozenset({Fact.SMALL_FIRST, Fact.LARGE_FIRST, Fact.FAILED_FIRST, Fact.CHANGE_FIRST})
_MOST = frozenset({Fact.LARGE_MOST, Fact.BIG})


class Plan(NamedTuple):
    """What a payment says about one of its entities.

    ``simple`` are pairs of what the value is (0 the event, 1 the card, 2 the account) and strands; ``sized`` are the
    strands of facts about an amount.
    """

    kind: str
    simple: tuple[tuple[int, Strands], ...]
    sized: Mapping[Fact, Strands]


def plans(wanted: Mapping[str, Mapping[Fact, Strands]], always: Iterable[tuple[int, Fact]]) -> list[Plan]:
    """Plan what a payment gives: ``wanted`` has the strands of each fact by type of entity, in the order of types."""
    return [
        Plan(
            kind,
            tuple((which, facts[fact]) for which, fact in always if facts[fact]),
            {fact: facts[fact] for fact in _SIZED if facts[fact]},
        )
        for kind, facts in wanted.items()
    ]


class Limits:
    """What makes an amount small, large or big: the widest of all rules; each rule looks again."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.changes = frozenset(change for rule in rules for change in rule.changes)
        amounts = [rule for rule in rules if rule.kind is RuleKind.AMOUNTS]
        chains = [rule for rule in rules if rule.kind is RuleKind.CHAIN]
        self._below = max((rule.below for rule in amounts), default=Decimal(0))
        self._above = min((rule.above for rule in amounts), default=Decimal("Infinity"))
        self._big = min((rule.amount for rule in chains), default=Decimal("Infinity"))
        self._of_currency: dict[str, tuple[Decimal, Decimal, Decimal]] = {}

    def facts_of(self, amount: int, currency: str, *, is_approved: bool) -> list[Fact]:
        """Say which facts about its size a payment gives."""
        if (limits := self._of_currency.get(currency)) is None:
            below, above, big = (in_minor_units(limit, currency) for limit in (self._below, self._above, self._big))
            limits = self._of_currency[currency] = below, above, big
        below, above, big = limits
        facts = [Fact.AMOUNT] if is_approved else []
        if amount < below:
            facts += [Fact.SMALL_FIRST, Fact.SMALL_LAST]
        if amount > above:
            facts += [Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST]
        if is_approved and amount >= big:
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
