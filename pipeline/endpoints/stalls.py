"""Homes that cannot be written for a while: sinks wait and say so, and the source reads no further than its bound."""

import logging
import random
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple, TypeVar

from pipeline.endpoints.seldom import Seldom
from pipeline.errors import StoreError
from transforms.metrics import WRITE_MS, WRITE_RETRIES

LOG = logging.getLogger(__name__)
LOG.addFilter(Seldom())  # workers have many threads, and all may wait for one home

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
    """Write to a home, again and again while what fails may pass, and count the tries.

    Args:
        home: names the home in messages: ``BigQuery my-shop.millrace.page_views``.
        write: writes; must bear repeating.
        passing: as of ``until_it_passes``.
        patience: as of ``until_it_passes``.

    Raises:
        StoreError: the error has not passed.
    """
    begun = time.monotonic()

    def counted(error: Exception) -> str | None:
        why = passing(error)
        if why is not None:
            WRITE_RETRIES.inc()
        return why

    written = until_it_passes("write", home, write, counted, patience)
    WRITE_MS.update(round((time.monotonic() - begun) * 1000))
    return written


def until_it_passes(
    doing: str,
    what: str,
    act: Callable[[], T],
    passing: Callable[[Exception], str | None],
    patience: float | None = None,
) -> T:
    """Do something again and again while what fails may pass; the waits grow up to half a minute.

    Args:
        doing: read or write, for messages.
        what: what is read or written, for messages.
        act: does it; must bear repeating.
        passing: says of an error, in words, why it may pass; None where it does not, and is raised.
        patience: seconds until an error that may pass is given up; None where it never is (live runs).

    Raises:
        StoreError: the error has not passed.
    """
    waiting = _Waiting(doing, what, patience)
    try:
        for attempt in count():
            try:
                return act()
            except Exception as error:
                why = passing(error)
                if why is None:
                    raise
                waiting.go_on(why, error)
                time.sleep(_wait(attempt))
        raise AssertionError  # count() does not end
    finally:
        waiting.end()


class _Waiting:
    """One wait for a home: it is noted as a stall, told from time to time, and ended by patience."""

    def __init__(self, doing: str, home: str, patience: float | None) -> None:
        self._doing = doing
        self._home = home
        self._patience = patience
        self._begun = time.monotonic()
        self._is_stalled = False
        self._told_at = 0.0

    def go_on(self, why: str, error: Exception) -> None:
        now = time.monotonic()
        waited = now - self._begun
        if self._patience is not None and waited >= self._patience:
            raise StoreError(f"cannot {self._doing} {self._home}: {why}; tried for {waited:.0f} s") from error
        stall, self._is_stalled = STALLS.begin(self._home, why), True
        if waited >= TOLD_AFTER_SECONDS and now - self._told_at >= TOLD_EVERY_SECONDS:
            self._told_at = now
            since = time.strftime("%H:%M:%SZ", time.gmtime(stall.since))
            LOG.warning("cannot %s %s since %s: %s; trying again", self._doing, self._home, since, why)

    def end(self) -> None:
        if self._is_stalled:
            STALLS.end(self._home)
        if self._told_at:
            LOG.warning("%s: no longer waiting, after %.0f s", self._home, time.monotonic() - self._begun)


def _wait(attempt: int) -> float:
    """Give the seconds to wait: doubling, and up to a half less by chance, so that workers do not come back at once."""
    longest: float = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(attempt, 20))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret
