"""Facts: what events say about entities, as rows of numbers that the rules judge.

A fact belongs to an entity, a *strand* (which kind of fact about which type of entity) and a bucket of event time,
and has a *value*. Of a strand's facts in a bucket the evidence keeps those with the smallest values (``evidence``), so
the value decides what is kept: a hash where distinct things are counted, the time within the bucket (or its
complement) where an order matters, the complement of the amount where the largest matter.
"""

from enum import IntEnum

from transforms.core.fraud.rules import ENTITY_TYPES
from transforms.core.times import DAY, HOUR, MINUTE

WHOLE = (1 << 64) - 1


class Fact(IntEnum):
    """The kinds of facts, and what their values stand for."""

    DECLINE = 0
    """A declined payment; value: the event."""
    APPROVAL = 1
    """An approved payment; value: the event."""
    CARD_DECLINED = 2
    """Value: the card."""
    CARD_APPROVED = 3
    """Value: the card."""
    FAILURE = 4
    """A failed login; value: the event."""
    SUCCESS = 5
    """A success; value: the event."""
    ACCOUNT_FAILED = 6
    """Value: the account."""
    ACCOUNT_OK = 7
    """A success; value: the account."""
    ACCOUNT_PAID = 8
    """An approved payment; value: the account."""
    SMALL_FIRST = 9
    SMALL_LAST = 10
    """The same of a small attempt; value: its time within the bucket, or the complement of it."""
    LARGE_FIRST = 11
    LARGE_LAST = 12
    """A large attempt; ``a``: the amount, ``b``: the currency and the place (``money.sum_at``)."""
    LARGE_MOST = 13
    """The same; value: the complement of the amount."""
    FAILED_FIRST = 14
    FAILED_LAST = 15
    """A failed login; value: its time within the bucket, or the complement of it."""
    DEVICE_OK = 16
    """A success; value: device and IP; ``a``: the IP, ``b``: the device, 0 where there is none."""
    PLACE_OK = 17
    """A success with a position; value: place and device; ``a``: the position, ``b``: the device, 0 if none."""
    CHANGE_FIRST = 18
    CHANGE_LAST = 19
    """An account change; ``a``: its type."""
    BIG = 20
    """An approved payment that may end a chain; value: the complement of the amount; ``a``, ``b``: amount, currency."""
    AMOUNT = 21
    """An approved payment; value: the event; ``a``, ``b``: amount, currency."""
    CARD_SMALL = 22
    """A small attempt; value: the card."""
    SMALL_AT = 23
    LARGE_AT = 24
    """A small or a large attempt; value: device and IP; ``a``: the amount, ``b``: currency and place."""
    PAID_AT = 25
    """An approved payment; value: device and IP; ``a``: the IP, ``b``: the device, 0 where there is none."""


FACT_BITS = (1 << 6) - 1
"""The part of a strand's number that is the fact."""
OF_ACCOUNTS = (int(Fact.ACCOUNT_FAILED), int(Fact.ACCOUNT_OK), int(Fact.ACCOUNT_PAID))
"""Facts whose values are accounts, which have names."""
WIDTHS: dict[Fact, int] = {Fact.AMOUNT: DAY}
"""Widths of buckets, where they are not those of the rules that ask for the fact."""
_SLOW = 1 << 6
"""Added to a strand whose buckets are hours."""


def strand(entity_type: str, fact: Fact, width: int = MINUTE) -> int:
    """Number a strand: type of entity, kind of fact, and minutes or hours."""
    return ENTITY_TYPES.index(entity_type) << 7 | (_SLOW if width == HOUR else 0) | fact


def width_of(number: int) -> int:
    """Give the width of a strand's buckets."""
    fact = Fact(number & FACT_BITS)
    return WIDTHS.get(fact, HOUR if number & _SLOW else MINUTE)
