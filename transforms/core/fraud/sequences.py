"""Rules about an order: amounts, failures then success, and the chain of a takeover. Times are exact."""

from collections.abc import Iterator
from decimal import Decimal
from statistics import median

from transforms.core.fraud.devices import LOOK_BACK, Devices
from transforms.core.fraud.facts import Fact
from transforms.core.fraud.money import currency_letters, in_major_units, in_minor_units
from transforms.core.fraud.rules import CHANGES, Rule
from transforms.core.fraud.seen import Firing, InOrder, Seen, Sighting, ordered_firing

_FEWEST = 3
"""Payments that a median is taken of."""
_LOGINS = 64
"""Logins on new devices that are looked at before a payment; an account with more in a day has other alerts."""


def amounts(rule: Rule, seen: Seen) -> Iterator[Firing]:
    """Give each large attempt with the first small one in the window before it."""
    probes = seen.in_order(Fact.SMALL_FIRST, Fact.SMALL_LAST).where(lambda one: _major(one) < rule.below)
    for large in seen.in_order(Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST).all:
        spent = _major(large)
        probe = probes.earliest(large.time - rule.window, large.time)
        if probe and spent > rule.above:
            detail = (
                ("probe", float(_major(probe))),
                ("probe_currency", currency_letters(probe.b)),
                ("currency", currency_letters(large.b)),
            )
            yield ordered_firing(float(spent), float(spent / rule.above), (large, probe), detail)


def _major(sighting: Sighting) -> Decimal:
    return in_major_units(sighting.a, currency_letters(sighting.b))


def failures_then_success(rule: Rule, seen: Seen) -> Iterator[Firing]:
    """Give each success after many failures on a device that is new to the account, or after very many on any."""
    failures = seen.in_order(Fact.FAILED_FIRST, Fact.FAILED_LAST)
    devices = Devices(seen)
    for success in devices.successes.all:
        start = success.time - rule.window
        observed = failures.count(start, success.time)
        if observed < rule.review:
            continue
        before = failures.between(start, success.time)
        is_known = devices.knows(success, before[0].time)
        is_beyond_mistyping = rule.high is not None and observed >= rule.high
        if is_beyond_mistyping or not is_known:
            detail = (("device", "known" if is_known else "new"),)
            yield ordered_firing(observed, observed / rule.review, (success, *before), detail)


def chain(rule: Rule, seen: Seen, fraud_from: int | None = None) -> Iterator[Firing]:
    """Give each large payment with the first login on a new device that a change followed."""
    devices = Devices(seen)
    changes = seen.in_order(Fact.CHANGE_FIRST, Fact.CHANGE_LAST).where(lambda one: CHANGES[one.a] in rule.changes)
    new = devices.successes.where(
        lambda one: (fraud_from is None or one.time >= fraud_from) and devices.is_new(one, rule.history)
    )
    paid = seen.in_order(Fact.AMOUNT)
    for payment in seen.in_order(Fact.BIG).all:
        for login in new.between(payment.time - rule.window, payment.time)[:_LOGINS]:
            change = changes.earliest(login.time + 1, payment.time)
            limit, usual = _limit(rule, paid, login.time, payment.b)
            if change and payment.a >= limit:
                currency, spent = currency_letters(payment.b), float(_major(payment))
                detail = ("currency", currency), ("change", CHANGES[change.a]), ("usual", usual)
                yield ordered_firing(spent, payment.a / limit if limit else 1, (payment, change, login), detail)
                break


def _limit(rule: Rule, paid: InOrder, login: int, currency: int) -> tuple[float, float]:
    """Give what a payment must come to, in minor units, and the account's median in major ones; 0 if unknown."""
    before = paid.between(login - LOOK_BACK, login)
    spent = [one.a for one in before if one.b == currency]
    least = float(in_minor_units(rule.amount, currency_letters(currency)))
    if len(spent) < _FEWEST:
        return least, 0
    usual = median(spent)
    return max(least, rule.times * usual), float(in_major_units(round(usual), currency_letters(currency)))
