"""Homes that cannot be written for a while: sinks wait and say so, and the source reads no further than its bound."""

import logging
import random
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple, TypeVar

from pipeline.errors import StoreError

LOG = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 30.0
TOLD_EVERY_SECONDS = 60.0
TOLD_AFTER_SECONDS = 1.0
"""A home that is back within a moment is no news."""

T = TypeVar("T")


class Stall(NamedTuple):
    """A home that cannot be written: why, and since when, in seconds since 1970."""

    home: str
    why: str
    since: float


class Stalls:
    """The homes that are stalled in this process. Workers' threads tell, and the source's asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stalls: dict[tuple[str, int], Stall] = {}

    def begin(self, home: str, why: str) -> Stall:
        """Note that the calling thread cannot write a home; it stays the same stall until it ends."""
        key = home, threading.get_ident()
        with self._lock:
            held = self._stalls.get(key)
            stall = self._stalls[key] = Stall(home, why, held.since if held else time.time())
        return stall

    def end(self, home: str) -> None:
        """Note that the calling thread can write a home."""
        with self._lock:
            self._stalls.pop((home, threading.get_ident()), None)

    def current(self) -> list[Stall]:
        """Give the stalls, one a home, the one that began first."""
        first: dict[str, Stall] = {}
        with self._lock:
            for stall in sorted(self._stalls.values(), key=lambda stall: stall.since):
                first.setdefault(stall.home, stall)
        return list(first.values())


STALLS = Stalls()


def persistently(
    home: str,
    write: Callable[[], T],
    passing: Callable[[Exception], str | None],
    patience: float | None = None,
) -> T:
    """Write to a home, again and again while what fails may pass; the waits grow up to half a minute.

    Args:
        home: names the home in messages: ``BigQuery my-shop.millrace.page_views``.
        write: writes; must bear repeating.
        passing: says of an error, in words, why it may pass; None where it does not, and is raised.
        patience: seconds until an error that may pass is given up; None where it never is (live runs).

    Raises:
        StoreError: the error has not passed.
    """
    begun, told_at, stalled = time.monotonic(), 0.0, False
    try:
        for attempt in count():
            try:
                return write()
            except Exception as error:
                why = passing(error)
                if why is None:
                    raise
                now = time.monotonic()
                if patience is not None and now - begun >= patience:
                    raise StoreError(f"cannot write {home}: {why}; tried for {now - begun:.0f} s") from error
                stall, stalled = STALLS.begin(home, why), True
                if now - begun >= TOLD_AFTER_SECONDS and now - told_at >= TOLD_EVERY_SECONDS:
                    told_at = now
                    since = time.strftime("%H:%M:%SZ", time.gmtime(stall.since))
                    LOG.warning("cannot write %s since %s: %s; trying again", home, since, why)
                time.sleep(_wait(attempt))
        raise AssertionError  # count() does not end
    finally:
        if stalled:
            STALLS.end(home)
            if told_at:
                LOG.warning("%s: no longer waiting, after %.0f s", home, time.monotonic() - begun)


def _wait(attempt: int) -> float:
    """Give the seconds to wait: doubling, and up to a half less by chance, so that workers do not come back at once."""
    longest: float = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(attempt, 20))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
