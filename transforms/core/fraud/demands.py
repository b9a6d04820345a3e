"""Demands: which strands of facts a set of rules needs, so that no other is gathered."""

from collections.abc import Iterator

from transforms.core.fraud.facts import Fact, strand
from transforms.core.fraud.rules import Rule, RuleKind, State

OF_MEASURE: dict[str, tuple[Fact, ...]] = {
    "attempts": (Fact.DECLINE, Fact.APPROVAL),
    "declines": (Fact.DECLINE, Fact.APPROVAL),
    "cards": (Fact.CARD_DECLINED, Fact.CARD_APPROVED),
    "small_cards": (Fact.CARD_SMALL, Fact.CARD_DECLINED, Fact.CARD_APPROVED),
    "failed_accounts": (Fact.ACCOUNT_FAILED, Fact.ACCOUNT_OK),
    "failures": (Fact.FAILURE, Fact.SUCCESS),
}
"""The bad things that a measure counts, and the others."""
_ALL_COUNT = frozenset({"attempts", "cards"})
"""Measures of the bad things and the others together."""
NORMAL = (Fact.ACCOUNT_OK, Fact.ACCOUNT_PAID)
"""Accounts that behave normally, which tell a shared IP."""
_OF_ORDER: dict[RuleKind, tuple[Fact, ...]] = {
    RuleKind.AMOUNTS: (Fact.SMALL_FIRST, Fact.SMALL_LAST, Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST),
    RuleKind.FAILURES_THEN_SUCCESS: (Fact.FAILED_FIRST, Fact.FAILED_LAST, Fact.DEVICE_OK),
    RuleKind.TRAVEL: (Fact.PLACE_OK, Fact.DEVICE_OK),
    RuleKind.CHAIN: (Fact.DEVICE_OK, Fact.CHANGE_FIRST, Fact.CHANGE_LAST, Fact.BIG, Fact.AMOUNT),
    RuleKind.CHANGED: (Fact.DEVICE_OK, Fact.CHANGE_FIRST, Fact.CHANGE_LAST),
}
_ELSEWHERE = (Fact.SMALL_AT, Fact.LARGE_AT, Fact.LARGE_MOST, Fact.PAID_AT)
"""What a rule about amounts asks for, if it asks where, too."""


def counts_all(rule: Rule) -> bool:
    """Tell whether a rule counts the others of its measure, too."""
    return rule.kind is RuleKind.SHARE or rule.measure in _ALL_COUNT


def strands_of(rule: Rule, entity_type: str) -> Iterator[int]:
    """Give the strands that a rule needs of one type of entity."""
    if rule.kind in (RuleKind.MEASURE, RuleKind.SHARE):
        bad, *others = OF_MEASURE[rule.measure]
        yield strand(entity_type, bad, rule.bucket)
        if bad is Fact.ACCOUNT_FAILED:
            yield strand(entity_type, Fact.ACCOUNT_OK)  # which tells who is at home
        if rule.min_share or counts_all(rule):
            yield from (strand(entity_type, other, rule.bucket) for other in others)
        if entity_type == "ip":
            yield from (strand("ip", fact) for fact in NORMAL)
    elif rule.kind is RuleKind.SUCCESS_WHILE:
        yield strand("ip", Fact.ACCOUNT_OK)
    else:
        facts = _ELSEWHERE if rule.kind is RuleKind.AMOUNTS and rule.history else _OF_ORDER[rule.kind]
        yield from (strand(entity_type, fact) for fact in facts)


def is_evaluated(rule: Rule) -> bool:
    """Tell whether a rule asks for anything at all."""
    return rule.state is not State.PAUSED
