"""Visits under way at the same time: each event belongs to one of them, and so a visit has its pace."""

from collections.abc import Callable, Iterator

from pipeline.simulator.dice import Dice

Visit = Iterator[str]
"""A visit as it goes on: the data of its events, one after another; it has at least one."""

MOST_VISITS = 8_192
"""Visits under way in one pool: memory does not grow with the rate. Where more would be needed, visits are quicker."""


class Pool:
    """A number of visits under way; whoever leaves is followed by somebody new.

    Picked at random, an event of ``rate`` a second comes to the same of ``size`` visits every ``size / rate`` seconds.
    """

    def __init__(self, dice: Dice, size: int, begin: Callable[[], Visit]) -> None:
        self._dice = dice
        self._begin = begin
        self._visits: list[Visit] = [iter(())] * max(1, min(size, MOST_VISITS))

    def draw(self) -> str:
        """Give the data of the next event of some visit."""
        index = self._dice.below(len(self._visits))
        data = next(self._visits[index], None)
        if data is None:
            visit = self._visits[index] = self._begin()
            data = next(visit)
        return data
