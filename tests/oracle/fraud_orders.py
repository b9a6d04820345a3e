"""Rules about an order of events, which look at exact times; equal times are no order.

*Within* a window allows all of it: what is just as far away as the window is long lies within. So does *in the 30 days
before*.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from math import asin, cos, radians, sin, sqrt
from statistics import median

from tests.oracle import times
from tests.oracle.fraud_history import by_entity
from tests.oracle.fraud_measures import was_at_home
from tests.oracle.fraud_records import MONTH, Attempt, Firing, History, Login, Rule, duration, number

EARTH_KM = 6371.0088
FASTEST = 5000.0
ENOUGH_FOR_A_MEDIAN = 3


def fires_by_amounts(rule: Rule, history: History) -> list[Firing]:
    """Fire for a little payment and a large one after it."""
    window = duration(rule["window"])
    return [
        _ordered(entity_type, entity, probe.time, spend.time, spend.amount)
        for entity_type in rule["entities"]
        for entity, attempts in by_entity(history.attempts, entity_type).items()
        for probe in attempts
        for spend in attempts
        if probe.amount < number(rule, "below")
        and spend.amount > number(rule, "above")
        and probe.time < spend.time <= probe.time + window
        and ("history" not in rule or all(_is_elsewhere(one, probe.time, rule, attempts) for one in (probe, spend)))
    ]


def _is_elsewhere(attempt: Attempt, time: datetime, rule: Rule, attempts: list[Attempt]) -> bool:
    """Tell whether the entity had paid before a time, and never on the attempt's device or at its IP."""
    paid = [one for one in attempts if not one.is_declined and time - MONTH <= one.time < time]
    has_past = any(one.time <= time - duration(rule["history"]["value"]) for one in paid)
    parts = [(name, attempt.parts[name]) for name in ("ip", "device") if attempt.parts[name]]
    return has_past and not any(one.parts[name] == value for one in paid for name, value in parts)


def fires_by_failures_then_success(rule: Rule, history: History) -> list[Firing]:
    """Fire for a success after failures, where the account was not known on that device or, without one, at that IP."""
    window, firings = duration(rule["window"]), []
    for entity_type in rule["entities"]:
        for entity, logins in by_entity(history.logins, entity_type).items():
            for success in filter(lambda login: login.is_success, logins):
                start = success.time - window
                failures = [one for one in logins if not one.is_success and start <= one.time < success.time]
                if failures and len(failures) >= number(rule, "review"):
                    first = failures[0].time
                    is_excused = "high" not in rule or len(failures) < number(rule, "high")
                    if not (is_excused and _was_known(success, first, history)):
                        observed = Fraction(len(failures))
                        firings.append(_ordered(entity_type, entity, first, success.time, observed))
    return firings


def _was_known(success: Login, time: datetime, history: History) -> bool:
    """Tell whether the account had a success where this one is in the 30 days before a time."""
    earlier = _before(time, MONTH, (one for one in history.successes if one.account == success.account))
    if success.device:
        return any(one.device == success.device for one in earlier)
    return any(one.ip == success.ip for one in earlier)


def _before(time: datetime, span: timedelta, logins: Iterable[Login]) -> list[Login]:
    return [login for login in logins if time - span <= login.time < time]


def fires_by_success_while(rule: Rule, alarms: list[Firing], history: History) -> list[Firing]:
    """Fire for a success of a strange account in or after a window in which another rule fires for its IP."""
    window = duration(rule["window"])
    return [
        Firing(
            entity_type,
            success.parts[entity_type],
            alarm.start,
            _minute_end(success.time),
            alarm.first,
            Fraction(1),
            success.account,
        )
        for entity_type in rule["entities"]
        for success in history.successes
        if not was_at_home(success, history)
        for alarm in alarms
        if (alarm.entity_type, alarm.entity) == ("ip", success.ip) and alarm.start <= success.time <= alarm.end + window
    ]


def fires_by_travel(rule: Rule, history: History) -> list[Firing]:
    """Fire for two successes too far apart for the time between them."""
    window, firings = duration(rule["window"]), []
    for entity_type in rule["entities"]:
        for entity, logins in by_entity(history.successes, entity_type).items():
            fires: dict[datetime, list[tuple[float, datetime]]] = {}
            pairs = [(one, two) for one in logins for two in logins if one.time < two.time <= one.time + window]
            for one, two in pairs:
                if one.position is None or two.position is None or _is_own_device(one, two, logins):
                    continue
                km = distance(one.position, two.position)
                kmh = km / ((two.time - one.time) / timedelta(hours=1))
                if km > number(rule, "km") and kmh > number(rule, "kmh"):
                    fires.setdefault(two.time, []).append((kmh, one.time))
            for end, journeys in fires.items():
                kmh, start = max(journeys)
                firings.append(_ordered(entity_type, entity, start, end, Fraction(min(kmh, FASTEST))))
    return firings


def _is_own_device(one: Login, two: Login, logins: list[Login]) -> bool:
    """Tell whether the later login is on another device, which was known before the earlier one."""
    if not two.device or two.device == one.device:
        return False
    return any((login.account, login.device) == (two.account, two.device) for login in _before(one.time, MONTH, logins))


def distance(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Give the kilometres between two positions in degrees on a great circle, by the haversine formula."""
    (lat, lon), (other_lat, other_lon) = one, two
    across = sin(radians(other_lon - lon) / 2) ** 2 * cos(radians(lat)) * cos(radians(other_lat))
    return 2 * EARTH_KM * asin(min(1.0, sqrt(sin(radians(other_lat - lat) / 2) ** 2 + across)))


def fires_by_chain(rule: Rule, history: History) -> list[Firing]:
    """Fire for a login on a new device, then a change, then a large payment."""
    return [
        _ordered("account", login.account, login.time, payment.time, payment.amount)._replace(
            bad=int("high" in rule and payment.amount >= number(rule, "high") * _large(rule, login, payment, history))
        )
        for login in history.successes
        if is_on_new_device(login, duration(rule["history"]["value"]), history)
        for change in history.changes
        if change.account == login.account and change.kind in rule["changes"]
        for payment in history.approved
        if payment.account == login.account
        and login.time < change.time < payment.time <= login.time + duration(rule["window"])
        and payment.amount >= _large(rule, login, payment, history)
    ]


def is_on_new_device(login: Login, past: timedelta, history: History) -> bool:
    """Tell whether an account that has a past is on a device that was not seen in it."""
    earlier = _before(login.time, MONTH, (one for one in history.successes if one.account == login.account))
    has_past = any(one.device not in ("", login.device) and one.time <= login.time - past for one in earlier)
    return bool(login.device) and has_past and all(one.device != login.device for one in earlier)


def fires_by_changed(rule: Rule, history: History) -> list[Firing]:
    """Fire for a login on a new device and a change after it; observed is how many kinds of changes came by then."""
    firings = []
    for login in history.successes:
        if is_on_new_device(login, duration(rule["history"]["value"]), history):
            changes = [
                change
                for change in history.changes
                if (change.account, change.kind in rule["changes"]) == (login.account, True)
                and login.time < change.time <= login.time + duration(rule["window"])
            ]
            for change in changes:
                kinds = {one.kind for one in changes if one.time <= change.time}
                firings.append(_ordered("account", login.account, login.time, change.time, Fraction(len(kinds))))
    return firings


def _large(rule: Rule, login: Login, payment: Attempt, history: History) -> Fraction:
    """Give the amount from which on a payment is large for the account."""
    usual = [
        one.amount
        for one in history.approved
        if (one.account, one.currency) == (login.account, payment.currency)
        and login.time - MONTH <= one.time < login.time
    ]
    if len(usual) < ENOUGH_FOR_A_MEDIAN:
        return number(rule, "amount")
    return max(number(rule, "amount"), number(rule, "times") * median(usual))


def _ordered(entity_type: str, entity: str, first: datetime, last: datetime, observed: Fraction) -> Firing:
    start = times.floored(first, times.MINUTE)
    return Firing(entity_type, entity, start, _minute_end(last), first, observed)


def _minute_end(time: datetime) -> datetime:
    return times.floored(time, times.MINUTE) + times.MINUTE
