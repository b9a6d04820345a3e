"""A scene: one scenario with its beginning, its people, and all that they do, before it and in it."""

from typing import NamedTuple

from pipeline.simulator.dice import Dice
from pipeline.simulator.forms import SUCCESS, Order, change, login, payment
from pipeline.simulator.kinds import CHANGE, LOGIN, PAYMENT, Kind
from pipeline.simulator.scenarios.cast import Cast
from pipeline.simulator.scenarios.draws import Range, between, happens
from pipeline.simulator.shop import MERCHANTS, Customer
from transforms.core.times import DAY, HOUR

LONGEST = 20 * HOUR
"""No scenario lasts longer."""

LONGEST_PAST = 28 * DAY
"""How long before it, at most, its customers are seen at their usual ways."""

_BREAK = HOUR
"""The last ordinary act is at least so long before the scenario."""

_FEW = (2, 6)
"""Logins, and payments, of a customer before a scenario: enough to know a device and an amount by."""

_DEAREST = 130
_ROUND_USUAL = (60, 140)
_DECLINED = 3


class Act(NamedTuple):
    """Something done at a time; ``is_part`` says that it belongs to the scenario and not to what was before."""

    time: int
    kind: Kind
    data: str
    is_part: bool


class Scene:
    """Collects acts, and the entities that the scenario is about."""

    def __init__(self, dice: Dice, cast: Cast, start: int, begin: int) -> None:
        self.dice = dice
        self.cast = cast
        self.begin = begin
        self.acts: list[Act] = []
        self.entities: dict[str, list[str]] = {}
        self._first = max(start, begin - LONGEST_PAST)

    def log_in(self, time: int, who: Customer, outcome: str = SUCCESS, *, is_part: bool = True) -> None:
        """Sign in, or fail to, for the reason that ``outcome`` is."""
        self.acts.append(Act(time, LOGIN, login(self.dice, who, outcome), is_part))

    def pay(self, time: int, who: Customer, order: Order, *, is_part: bool = True) -> None:
        """Pay with a card."""
        self.acts.append(Act(time, PAYMENT, payment(self.dice, who, order), is_part))

    def change(self, time: int, who: Customer, what: str, *, by_support: bool = False) -> None:
        """Change something about an account."""
        self.acts.append(Act(time, CHANGE, change(who, what, by_support=by_support), is_part=True))

    def about(self, kind: str, entity: str) -> None:
        """Name an entity that the scenario is about; an empty one is none."""
        named = self.entities.setdefault(kind, [])
        if entity and entity not in named:
            named.append(entity)

    def past(self, who: Customer, logins: Range = _FEW, payments: Range = _FEW) -> int:
        """Play what a customer did before, one thing after another; gives the amount that he or she usually spends."""
        usual = 1000 + self.dice.below(_DEAREST) ** 2
        for time in self._before(between(self.dice, logins)):
            self.log_in(time, who, is_part=False)
        for time in self._before(between(self.dice, payments)):
            amount = usual * between(self.dice, _ROUND_USUAL) // 100
            status = "declined" if happens(self.dice, _DECLINED) else "approved"
            self.pay(time, who, Order(self.merchant(), amount, status), is_part=False)
        return usual

    def merchant(self) -> str:
        """Pick one of the shop's merchants."""
        return self.dice.pick(MERCHANTS)

    def _before(self, count: int) -> list[int]:
        """Spread times over the past: one in each of as many parts."""
        part = (self.begin - _BREAK - self._first) // max(1, count)
        return [self._first + number * part + self.dice.below(part) for number in range(count)]
