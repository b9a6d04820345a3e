"""Customers who log in, pay and change their accounts, as they should: no fraud rule has cause to fire.

Customers take turns (``People.in_turn``), so each acts once in a long time, from one device, one address and one city.
A turn has at most two wrong passwords or two declined payments of one card. Of the payments of one issuer's cards at
one merchant at most one in ``_APART`` is declined at the first try.
"""

from collections import defaultdict
from collections.abc import Callable

from pipeline.simulator.dice import Dice, spread
from pipeline.simulator.kinds import CHANGE, LOGIN, PAYMENT, Kind
from pipeline.simulator.people import People
from pipeline.simulator.plan import Plan
from pipeline.simulator.pool import Pool, Visit
from pipeline.simulator.shop import (
    CHANGES,
    DECLINES,
    MERCHANTS,
    MISTYPED,
    OUTCOMES,
    SECOND_TRIES,
    Card,
    Customer,
)
from transforms.core.times import SECOND

_PACE = 20
"""Seconds between the tries of one turn."""

_APART = 9
_MISTYPED, _OUTCOMES = spread(MISTYPED), spread(OUTCOMES)
_SECOND_TRIES, _DECLINES = spread(SECOND_TRIES), spread(DECLINES)
_CHANNELS = spread((("ecommerce", 94), ("recurring", 4), ("moto", 2)))
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
            yield self._login(customer, '"failure","failure_reason":"bad_password"')
        yield self._login(customer, '"success"')

    def _login(self, customer: Customer, outcome: str) -> str:
        return (
            f'{{"account_id":"{customer.account_id}","outcome":{outcome},"ip":"{customer.ip}",'
            f'"device_id":"{customer.device_id}","user_agent":"{customer.user_agent}",'
            f'"geo":{_geo(self._dice, customer)}}}'
        )


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
        yield self._payment(customer, merchant, amount, status)
        if status == "declined":
            yield self._payment(customer, merchant, amount, self._dice.pick(_SECOND_TRIES))

    def _outcome(self, merchant: str, issuer: str) -> str:
        """Decide a first try; declines at one merchant and issuer are kept apart, also where there are few payments."""
        status, lane = self._dice.pick(_OUTCOMES), (merchant, issuer)
        self._since_decline[lane] += 1
        if status == "declined":
            if self._since_decline[lane] < _APART:
                return "approved"
            self._since_decline[lane] = 0
        return status

    def _payment(self, customer: Customer, merchant: str, amount: int, status: str) -> str:
        dice = self._dice
        code = {"approved": '"00"', "declined": f'"{dice.pick(_DECLINES)}"', "error": "null"}[status]
        more = "" if dice.below(4) else f',"checks":{{"cvc":"pass","avs_postal":null}},"geo":{_geo(dice, customer)}'
        return (
            f'{{"transaction_id":"t-{dice.bits():08x}","merchant_id":"{merchant}","amount":{amount},'
            f'"currency":"{customer.city.currency}","status":"{status}","response_code":{code},'
            f'"channel":"{dice.pick(_CHANNELS)}","account_id":"{customer.account_id}","card":{_card(customer.card)},'
            f'"ip":"{customer.ip}","device_id":"{customer.device_id}"{more}}}'
        )


class Changes:
    """Customers change their accounts from their own device, or support does it for them."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._dice = Dice(plan.seed, "changes")
        self._customers = people.in_turn()

    def draw(self) -> tuple[Kind, str, bool]:
        """Give the next change, as ``Logins.draw`` does."""
        customer = next(self._customers)
        where = f'"ip":"{customer.ip}","device_id":"{customer.device_id}","actor":"self"'
        if not self._dice.below(_RARELY):
            where = '"ip":null,"device_id":null,"actor":"support"'
        change = self._dice.pick(CHANGES)
        return CHANGE, f'{{"account_id":"{customer.account_id}","change_type":"{change}",{where}}}', False


def _card(card: Card) -> str:
    return (
        f'{{"fingerprint":"{card.fingerprint}","bin":"{card.bin}","last4":"{card.last4}","brand":"{card.brand}",'
        f'"funding":"{card.funding}","exp_month":{card.exp_month},"exp_year":{card.exp_year}}}'
    )


def _geo(dice: Dice, customer: Customer) -> str:
    """Look up an address: the home town, wrong by a few kilometres."""
    city = customer.city
    lat, lon = ((round(degrees * 100) + dice.below(11) - 5) / 100 for degrees in (city.lat, city.lon))
    return f'{{"lat":{lat},"lon":{lon},"country":"{city.country}","asn":{city.asn}}}'
