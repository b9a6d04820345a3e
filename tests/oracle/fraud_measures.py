"""Rules about how much there is in a window: the kinds ``measure`` and ``share``."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.oracle import times
from tests.oracle.fraud_history import by_entity
from tests.oracle.fraud_records import DAY, HOUR, Attempt, Firing, History, Login, Rule, duration, number


class Sight(NamedTuple):
    """An event as a measure sees it: the thing that is counted, and whether it speaks for fraud."""

    time: datetime
    thing: Any
    is_bad: bool


class Count(NamedTuple):
    """What a window holds: things of the measure, things that its share is of, and those of the share."""

    start: datetime
    end: datetime
    first: datetime
    measured: int
    all: int
    bad: int

    @property
    def share(self) -> Fraction:
        """The part of things that speak for fraud."""
        return Fraction(self.bad, self.all)


COUNTS_ALL = {
    "attempts": True,
    "cards": True,
    "declines": False,
    "small_cards": False,
    "failed_accounts": False,
    "failures": False,
}
"""Whether a measure counts all things that its share is of, or those of the share."""

SMALL = 5
"""An attempt of less is small for the measure of small cards."""


def fires_by_measure(rule: Rule, history: History) -> list[Firing]:
    """Fire where there is enough, and enough of it speaks for fraud."""
    least = number(rule, "min_share") if "min_share" in rule else Fraction(0)
    return _fires(
        rule,
        history,
        lambda count: count.measured >= number(rule, "review") and count.share >= least,
        lambda count: Fraction(count.measured),
    )


def fires_by_share(rule: Rule, history: History) -> list[Firing]:
    """Fire where the part that speaks for fraud is large, of enough things."""
    return _fires(
        rule,
        history,
        lambda count: count.all >= number(rule, "at_least") and count.share >= number(rule, "review"),
        lambda count: count.share,
    )


def _fires(
    rule: Rule, history: History, is_firing: Callable[[Count], bool], observed: Callable[[Count], Fraction]
) -> list[Firing]:
    return [
        Firing(entity_type, entity, count.start, count.end, count.first, observed(count), bad=count.bad)
        for entity_type in rule["entities"]
        for entity, sights in sights_of(rule["measure"], history, entity_type).items()
        for count in counts(
            sights, duration(rule["window"]), counts_all=rule["kind"] == "share" or COUNTS_ALL[rule["measure"]]
        )
        if is_firing(count)
    ]


def sights_of(measure: str, history: History, entity_type: str) -> dict[str, list[Sight]]:
    """Give what a measure sees of each entity: all that it is about, which is all that its share is of."""
    if measure in ("attempts", "declines", "cards", "small_cards"):
        payments = by_entity(history.attempts, entity_type)
        return {entity: [_paid(measure, attempt) for attempt in group] for entity, group in payments.items()}
    return {
        entity: [
            _tried(measure, login)
            for login in group
            if measure == "failures" or login.is_success or not is_at_home(login, group)
        ]
        for entity, group in by_entity(history.logins, entity_type).items()
    }


def _paid(measure: str, attempt: Attempt) -> Sight:
    thing = attempt.parts["card"] if measure in ("cards", "small_cards") else attempt.identity
    return Sight(attempt.time, thing, attempt.amount < SMALL if measure == "small_cards" else attempt.is_declined)


def _tried(measure: str, login: Login) -> Sight:
    return Sight(login.time, login.account if measure == "failed_accounts" else login.identity, not login.is_success)


def counts(sights: list[Sight], window: timedelta, *, counts_all: bool) -> Iterator[Count]:
    """Count in each window whose last bucket holds something that counts, in order."""
    bucket = times.MINUTE if window <= HOUR else HOUR
    buckets = -(-window // bucket)
    for last in sorted({times.floored(sight.time, bucket) for sight in sights if counts_all or sight.is_bad}):
        start, end = last - buckets * bucket, last + bucket
        inside = [sight for sight in sights if start <= sight.time < end]
        everything = {sight.thing for sight in inside}
        bad = {sight.thing for sight in inside if sight.is_bad}
        measured = everything if counts_all else bad
        yield Count(start, end, min(sight.time for sight in inside), len(measured), len(everything), len(bad))


def is_at_home(login: Login, there: list[Login]) -> bool:
    """Tell whether the account has a success there in the same hour, the 24 before or the one after."""
    hour = times.floored(login.time, HOUR)
    return any(hour - DAY <= other.time < hour + 2 * HOUR for other in _successes(login, there))


def was_at_home(login: Login, history: History) -> bool:
    """Tell the same of the login's IP by what was before the login only."""
    hour, there = times.floored(login.time, HOUR), [other for other in history.logins if other.ip == login.ip]
    return any(hour - DAY <= success.time < login.time for success in _successes(login, there))


def _successes(login: Login, there: list[Login]) -> list[Login]:
    return [other for other in there if other.is_success and other.account == login.account]
