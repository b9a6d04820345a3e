"""Customers who log in, pay and change their accounts, as they should: no fraud rule has cause to fire.

Customers take turns (``People.in_turn``), so each acts once in a long time, from one device, one address and one city.
A turn has at most two wrong passwords or two declined payments of one card. Of the payments of one issuer's cards at
one merchant at most one in ``_APART`` is declined at the first try.
"""

from collections import defaultdict
from collections.abc import Callable

from pipeline.simulator.dice import Dice, spread
from pipeline.simulator.forms import MISTYPED_PASSWORD, Order, change, login, payment
from pipeline.simulator.kinds import CHANGE, LOGIN, PAYMENT, Kind
from pipeline.simulator.people import People
from pipeline.simulator.plan import Plan
from pipeline.simulator.pool import Pool, Visit
from pipeline.simulator.shop import (
    CHANGES,
    MERCHANTS,
    MISTYPED,
    OUTCOMES,
    SECOND_TRIES,
)
from transforms.core.times import SECOND

_PACE = 20
"""Seconds between the tries of one turn."""

_APART = 9
_MISTYPED, _OUTCOMES = spread(MISTYPED), spread(OUTCOMES)
_SECOND_TRIES = spread(SECOND_TRIES)
_RARELY = 10


def _pool(plan: Plan, kind: str, dice: Dice, begin: Callable[[], Visit]) -> Pool:
    return Pool(dice, plan.expected(kind) * _PACE * SECOND // plan.duration, begin)


class Logins:
    """Customers sign in, now and then after one or two mistyped passwords."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "logins")
        self._customers = people.in_turn()
        self._pool = _pool(plan, "login", self._dice, self._turn)

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next login: its kind, its data, and that no crawler does this."""
        return LOGIN, self._pool.draw(), False

    def _turn(self) -> Visit:
        customer = next(self._customers)
        for _ in range(self._dice.pick(_MISTYPED)):
            yield login(self._dice, customer, MISTYPED_PASSWORD)
        yield login(self._dice, customer)


class Payments:
    """Customers pay for an order; a declined card is tried once more, and goes through more often than not."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "payments")
        self._customers = people.in_turn()
        self._pool = _pool(plan, "payment", self._dice, self._turn)
        self._since_decline: dict[tuple[str, str], int] = defaultdict(int)

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next payment, as ``Logins.draw`` does."""
        return PAYMENT, self._pool.draw(), False

    def _turn(self) -> Visit:
        customer, merchant = next(self._customers), self._dice.pick(MERCHANTS)
        amount = 500 + self._dice.below(244) ** 2
        status = self._outcome(merchant, customer.card.bin)
        yield payment(self._dice, customer, Order(merchant, amount, status))
        if status == "declined":
            yield payment(self._dice, customer, Order(merchant, amount, self._dice.pick(_SECOND_TRIES)))

    def _outcome(self, merchant: str, issuer: str) -> str:
        """Decide a first try; declines at one merchant and issuer are kept apart, also where there are few payments."""
        status, lane = self._dice.pick(_OUTCOMES), (merchant, issuer)
        self._since_decline[lane] += 1
        if status == "declined":
            if self._since_decline[lane] < _APART:
                return "approved"
            self._since_decline[lane] = 0
        return status


class Changes:
    """Customers change their accounts from their own device, or support does it for them."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "changes")
        self._customers = people.in_turn()

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next change, as ``Logins.draw`` does."""
        customer = next(self._customers)
        by_support = not self._dice.below(_RARELY)
        return CHANGE, change(customer, self._dice.pick(CHANGES), by_support=by_support), False
