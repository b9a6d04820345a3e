"""Playing stored traffic as if it were live: which lines are due when. No I/O, no clock."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from transforms.core.times import DAY, HOUR, parse_time

HISTORY = 46 * HOUR + HOUR // 2
"""What is stored before the playing begins: customers need a past before they are attacked."""
BEHIND = HOUR + HOUR // 2
"""How far behind this machine's clock the playing begins."""
AHEAD = 2 * HOUR
"""How long traffic goes on after the playing has caught up."""
_TIME = re.compile(rb'"time":"([^"]{20,40})"')


class Playing(NamedTuple):
    """When traffic is due: from ``begun`` less ``BEHIND`` on, ``speed`` times as fast until it has caught up.

    Times are microseconds since 1970.
    """

    begun: int
    speed: int

    @property
    def first(self) -> int:
        """The time of the first events of all."""
        return self.begun - BEHIND - HISTORY

    def due(self, now: int) -> int:
        """Give up to which event time traffic has come by ``now``: never later than now."""
        return min(self.begun - BEHIND + (now - self.begun) * self.speed, now)


def dated(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give each line with the time at which it comes: that of the latest event so far, since some bear none."""
    latest = 0
    for line in lines:
        if match := _TIME.search(line):
            with suppress(ValueError):
                time = parse_time(match[1].decode(errors="replace"))
                if not latest or latest < time < latest + DAY:  # a broken clock is not believed
                    latest = time
        yield latest, line


class Tape:
    """Lines in the order in which they come, taken off as they are due."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = dated(lines)
        self._next = next(self._lines, None)

    @property
    def is_over(self) -> bool:
        """Whether all lines were taken."""
        return self._next is None

    def take(self, until: int) -> Iterator[bytes]:
        """Take the lines that come before a time."""
        while self._next and self._next[0] < until:
            yield self._next[1]
            self._next = next(self._lines, None)
