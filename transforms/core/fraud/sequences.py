"""Rules about an order: amounts, failures then success, and the chain of a takeover. Times are exact."""

from collections.abc import Iterator
from decimal import Decimal
from statistics import median

from transforms.core.fraud.devices import LOOK_BACK, Devices, Places
from transforms.core.fraud.facts import Fact
from transforms.core.fraud.money import currency_letters, in_major_units, in_minor_units
from transforms.core.fraud.rules import CHANGES, Rule
from transforms.core.fraud.seen import Firing, InOrder, Seen, Sighting, ordered_firing

_FEWEST = 3
"""Payments that a median is taken of."""
_LOOKED_AT = 64
"""Logins on new devices, or small payments elsewhere, that are looked at before a payment; with more in a day an entity
has other alerts."""


def amounts(rule: Rule, seen: Seen, fraud_from: int | None = None) -> Iterator[Firing]:
    """Give each large attempt with the first small one in the window before it."""
    if rule.history:
        yield from _amounts_elsewhere(rule, seen, fraud_from)
        return
    probes = seen.in_order(Fact.SMALL_FIRST, Fact.SMALL_LAST).where(lambda one: _major(one) < rule.below)
    for large in seen.in_order(Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST).all:
        if probe := probes.earliest(large.time - rule.window, large.time):
            yield from _spent(rule, probe, large)


def _amounts_elsewhere(rule: Rule, seen: Seen, fraud_from: int | None) -> Iterator[Firing]:
    """Do the same where neither is on a device or at an IP that was seen before the small one."""
    places = Places(seen)
    probes = seen.in_order(Fact.SMALL_AT).where(
        lambda one: (
            (fraud_from is None or one.time >= fraud_from)
            and _major(one) < rule.below
            and places.is_elsewhere(one, one.time, rule.history)
        )
    )
    for large in seen.in_order(Fact.LARGE_AT, Fact.LARGE_MOST).all:
        for probe in probes.between(large.time - rule.window, large.time)[:_LOOKED_AT]:
            if places.is_elsewhere(large, probe.time, rule.history):
                yield from _spent(rule, probe, large)
                break


def _spent(rule: Rule, probe: Sighting, large: Sighting) -> Iterator[Firing]:
    spent = _major(large)
    if spent > rule.above:
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
    new, changes = _new_and_changes(rule, seen, fraud_from)
    paid = seen.in_order(Fact.AMOUNT)
    for payment in seen.in_order(Fact.BIG).all:
        found = [
            _paid_after(rule, paid, payment, change, login)
            for login in new.between(payment.time - rule.window, payment.time)[:_LOOKED_AT]
            if (change := changes.earliest(login.time + 1, payment.time))
        ]
        if firings := [firing for firing in found if firing.ratio >= 1]:
            yield firings[0]._replace(bad=max(firing.bad for firing in firings))


def _paid_after(rule: Rule, paid: InOrder, payment: Sighting, change: Sighting, login: Sighting) -> Firing:
    """Give a chain; its ratio is below 1 where the payment is too small, and ``bad`` is 1 where it makes it urgent."""
    limit, usual = _limit(rule, paid, login.time, payment.b)
    currency, spent = currency_letters(payment.b), float(_major(payment))
    detail = ("currency", currency), ("change", CHANGES[change.a]), ("usual", usual)
    firing = ordered_firing(spent, payment.a / limit, (payment, change, login), detail)
    return firing._replace(bad=int(rule.high is not None and payment.a >= rule.high * limit))


def changed(rule: Rule, seen: Seen, fraud_from: int | None = None) -> Iterator[Firing]:
    """Give each change with the first login on a new device in the window before it."""
    new, changes = _new_and_changes(rule, seen, fraud_from)
    for change in changes.all:
        if login := new.earliest(change.time - rule.window, change.time):
            made = changes.between(login.time + 1, change.time + 1)
            kinds = {CHANGES[one.a] for one in made}
            names = (("changes", ",".join(sorted(kinds))),)
            yield ordered_firing(len(kinds), len(kinds), (change, login, *made), names)


def _new_and_changes(rule: Rule, seen: Seen, fraud_from: int | None) -> tuple[InOrder, InOrder]:
    """Give the logins on devices that are new to the account, and the changes that a rule is about."""
    devices = Devices(seen)
    changes = seen.in_order(Fact.CHANGE_FIRST, Fact.CHANGE_LAST).where(lambda one: CHANGES[one.a] in rule.changes)
    new = devices.successes.where(
        lambda one: (fraud_from is None or one.time >= fraud_from) and devices.is_new(one, rule.history)
    )
    return new, changes


def _limit(rule: Rule, paid: InOrder, login: int, currency: int) -> tuple[float, float]:
    """Give what a payment must come to, in minor units, and the account's median in major ones; 0 if unknown."""
    before = paid.between(login - LOOK_BACK, login)
    spent = [one.a for one in before if one.b == currency]
    least = float(in_minor_units(rule.amount, currency_letters(currency)))
    if len(spent) < _FEWEST:
        return least, 0
    usual = median(spent)
    return max(least, rule.times * usual), float(in_major_units(round(usual), currency_letters(currency)))
