"""What is sent, one after another: good events, and among them what goes wrong, and scenarios."""

from collections.abc import Iterator
from heapq import merge

import msgspec

from pipeline.simulator.breakage import BULKY_IN_FILES, BULKY_IN_MESSAGES, IN_FILES, IN_MESSAGES, broken
from pipeline.simulator.dice import Dice, chance
from pipeline.simulator.faults import FAULTS, spoil
from pipeline.simulator.outcomes import COUNTED, DUPLICATE
from pipeline.simulator.plan import Plan
from pipeline.simulator.records import Broken, Item
from pipeline.simulator.rhythm import sending_times
from pipeline.simulator.scenarios.staging import staged
from pipeline.simulator.traffic import Traffic
from transforms.core.reasons import Reason
from transforms.core.times import HOUR, MILLISECOND, MINUTE

_LATE = (62 * MINUTE, 6 * HOUR)
_IN_FUTURE = (HOUR, 3 * HOUR)
"""How late, or early, an event is that is refused for it: at least, and less than."""

_RECENT = 4096
_SOON = 20 * MINUTE
"""A duplicate comes after at most so many good events, and so much time."""


def history(plan: Plan) -> Iterator[Item | Broken]:
    """Give all that is sent, lazily and in the order of sending; so many as ``plan.events`` says, and scenarios.

    Scenarios are merged into the rest by the time of sending, and change nothing of it.
    """
    happening = _Happening(plan)
    times = sending_times(plan.start, plan.duration, plan.events, Dice(plan.seed, "times"))
    rest = (happening.next(number, sent) for number, sent in enumerate(times))
    return merge(rest, staged(plan), key=_sent) if plan.attacks or plan.hard_negatives else rest


def _sent(entry: Item | Broken) -> int:
    return entry.item.sent if isinstance(entry, Broken) else entry.sent


class _Happening:
    def __init__(self, plan: Plan) -> None:
        self._dice = Dice(plan.seed, "history")
        self._traffic = Traffic(plan)
        self._recent = _Recent(self._dice)
        # Bounds of 32 random bits: what is below the first is malformed, what is above the last is as it should be.
        self._malformed = chance(plan.malformed)
        self._duplicate = self._malformed + chance(plan.duplicates)
        self._late = self._duplicate + chance(plan.late)
        self._in_future = self._late + chance(plan.in_future)
        self._faults = (*FAULTS, *(IN_MESSAGES if plan.envelope else IN_FILES))
        bulky = BULKY_IN_MESSAGES if plan.envelope else BULKY_IN_FILES
        self._bulky = bulky if plan.malformed else ()
        self._bulky_every = plan.bulky_every
        self._outcomes = (Reason.TOO_LATE, Reason.IN_FUTURE) if plan.envelope else (COUNTED, COUNTED)

    def next(self, number: int, sent: int) -> Item | Broken:
        """Give what is sent next: the ``number``-th of all, from 0."""
        bulk = number % self._bulky_every - self._bulky_every // 2
        if 0 <= bulk < len(self._bulky):
            return self._wrong(self._bulky[bulk], sent)
        bits = self._dice.bits()
        if bits >= self._in_future:
            return self._good(sent)
        if bits >= self._late:
            return self._mistimed(sent, self._between(_IN_FUTURE), self._outcomes[1])
        if bits >= self._duplicate:
            return self._mistimed(sent, -self._between(_LATE), self._outcomes[0])
        if bits >= self._malformed:
            return self._recent.again(sent) or self._good(sent)
        return self._wrong(self._dice.pick(self._faults), sent)

    def _good(self, sent: int) -> Item:
        item = self._traffic.next(sent)
        self._recent.add(item)
        return item

    def _mistimed(self, sent: int, shift: int, outcome: str) -> Item:
        """Give an event of another time; without a publish time nobody can tell that it is late or early."""
        item = self._traffic.next(sent, shift)
        item.outcome = outcome
        return item

    def _between(self, bounds: tuple[int, int]) -> int:
        low, high = bounds
        return low + self._dice.below((high - low) // MILLISECOND) * MILLISECOND

    def _wrong(self, reason: Reason, sent: int) -> Item | Broken:
        make = spoil if reason in FAULTS else broken
        return make(reason, self._traffic.next(sent), self._dice)


class _Recent:
    """The last good events, to be sent again."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._items: list[Item] = []
        self._next = 0

    def add(self, item: Item) -> None:
        if len(self._items) < _RECENT:
            self._items.append(item)
        else:
            self._items[self._next] = item
        self._next = (self._next + 1) % _RECENT

    def again(self, sent: int) -> Item | None:
        """Send one of them once more; None where all are too old: the copy would be late."""
        if not self._items:
            return None
        last = self._items[self._next - 1]
        found = next((item for item in (self._dice.pick(self._items), last) if sent - item.sent < _SOON), None)
        return found and msgspec.structs.replace(found, sent=sent, outcome=DUPLICATE)
