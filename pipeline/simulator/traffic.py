"""Normal traffic of all kinds: what happens next, as an event."""

from bisect import bisect
from itertools import accumulate

from pipeline.simulator.dice import Dice, spread
from pipeline.simulator.people import People
from pipeline.simulator.plan import Plan
from pipeline.simulator.records import Item
from pipeline.simulator.shopping import Changes, Logins, Payments
from pipeline.simulator.site import Interface, Site
from pipeline.simulator.times import spelt
from transforms.core.times import MINUTE, SECOND, format_time

_DELAYS = ((3 * SECOND, 49), (MINUTE, 1))
"""Bounds of the time between an event and its sending: at once, or when a device is online again."""

_PREFIXES = (("", 19), ("com.acme.", 1))
"""What organisations put before the name of a contract."""

WAYS = spread(((delay, prefix), n * m) for delay, n in _DELAYS for prefix, m in _PREFIXES)
"""How long an event waits, and what its type begins with, each pair as often as it comes."""

_LANES: dict[str, type[Site | Interface | Logins | Payments | Changes]] = {
    "page_view": Site,
    "request": Interface,
    "login": Logins,
    "payment": Payments,
    "change": Changes,
}


class Traffic:
    """Events that are as they should be."""

    def __init__(self, plan: Plan) -> None:
        self._dice = Dice(plan.seed, "traffic")
        self._seed = plan.seed
        self._start = plan.start
        self._number = 0
        people = People(plan, int(format_time(plan.start)[:4]))
        self._lanes = [_LANES[kind](plan, people).draw for kind in plan.mix]
        self._weights = list(accumulate(plan.mix.values()))

    def next(self, sent: int, shift: int = 0) -> Item:
        """Give the next event, sent at a time; its own time is a little earlier, and ``shift`` later than that."""
        dice = self._dice
        self._number += 1
        kind, data, is_bot = self._lanes[bisect(self._weights, dice.below(self._weights[-1]))]()
        delay, prefix = dice.pick(WAYS)
        time = sent - dice.below(min(delay, sent - self._start + 1)) + shift
        return Item(
            sent,
            f"{kind.letter}{self._seed}-{self._number}",
            kind.source,
            prefix + kind.type,
            spelt(dice, time),
            data,
            is_bot=is_bot,
        )
