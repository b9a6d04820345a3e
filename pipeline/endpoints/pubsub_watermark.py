"""How far a subscription has been read, in event time: never beyond what may still come, as far as one can know."""

from collections import deque
from typing import NamedTuple

from transforms.core.times import SECOND

SKEW = 2 * SECOND
"""How much earlier than others that were pulled with it a message may have been published."""
CAUGHT_UP = 3 * SECOND
"""How long a pull tells of messages to come, where it brought all there were."""
BACKLOG = 60 * SECOND
"""The same where there were more than it could bring: a backlog comes in any order."""
IDLE_PULLS = 3
"""Pulls in vain, one after another, before a subscription is taken for idle: one alone means little (Pub/Sub)."""


class _Pull(NamedTuple):
    at: int
    oldest: int
    was_full: bool


class SubscriptionClock:
    """Tells the watermark of a subscription from what was pulled. All times are microseconds since 1970."""

    def __init__(self) -> None:
        self._pulls: deque[_Pull] = deque()
        self._in_vain = 0

    def pulled(self, now: int, oldest: int, *, was_full: bool) -> None:
        """Note a pull that brought messages; ``oldest`` is their earliest publish time."""
        self._in_vain = 0
        self._pulls.append(_Pull(now, oldest, was_full))

    def pulled_in_vain(self) -> None:
        """Note a pull that brought nothing."""
        self._in_vain += 1

    def watermark(self, now: int, oldest_held: int | None) -> int | None:
        """Give the time before which nothing is expected; None where nothing is known yet.

        Args:
            now: by the machine's clock.
            oldest_held: publish time of the oldest message that is pulled and not acknowledged.
        """
        while self._pulls and now - self._pulls[0].at > (BACKLOG if self._pulls[0].was_full else CAUGHT_UP):
            self._pulls.popleft()
        bounds = [pull.oldest for pull in self._pulls]
        if oldest_held is not None:
            bounds.append(oldest_held)
        if self._in_vain >= IDLE_PULLS and not self._pulls:
            bounds.append(now)
        return min(bounds) - SKEW if bounds and (self._pulls or self._in_vain >= IDLE_PULLS) else None
