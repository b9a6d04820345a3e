"""Messages pulled from a subscription and not yet acknowledged: who holds them, how long, and how old the oldest is."""

import threading
import time
from collections.abc import Iterable, Iterator
from functools import cache
from heapq import heappop, heappush
from typing import Any, NamedTuple

from google.api_core import exceptions

from pipeline.endpoints.pubsub_client import subscriber

LEASE_SECONDS = 120
"""For which Pub/Sub gives a message to nobody else; above two checkpoints of Flink, which acknowledge late."""
FIRST_SECONDS = 4.0
"""After so long a message is leased that was not acknowledged: most are by then, and no subscription takes one back
before ten seconds."""
RENEW_SECONDS = 45.0
AT_ONCE = 1000
"""Ids in one request; Pub/Sub takes requests up to 512 KiB, and an id may have 180 bytes and more."""
CALL_SECONDS = 10


class Taken(NamedTuple):
    """A pulled message that waits for its acknowledgement: when it was published (microseconds), and its size."""

    publish_time: int
    size: int


class Leases:
    """Keeps the messages of one subscription that this process has pulled.

    Thread-safe: bundles are finalized on other threads than those that pull. What is not acknowledged when the process
    ends comes again, to whoever asks then.

    Args:
        subscription: its full path.
    """

    def __init__(self, subscription: str) -> None:
        self._subscription = subscription
        self._lock = threading.Lock()
        self._taken: dict[str, Taken] = {}
        self._finalized: list[str] = []
        self._due: list[tuple[float, list[str]]] = []
        """A heap of ids by when they are to be leased next."""

    def take(self, taken: dict[str, Taken]) -> None:
        """Hold messages, by their ids of acknowledgement."""
        with self._lock:
            self._taken.update(taken)
            heappush(self._due, (time.monotonic() + FIRST_SECONDS, list(taken)))

    def finalize(self, ids: Iterable[str]) -> None:
        """Note that the results of messages are in the runner's hands; ``acknowledge`` follows."""
        with self._lock:
            self._finalized += ids

    def finalized(self) -> list[str]:
        """Hand over what was finalized until now, to be acknowledged."""
        with self._lock:
            ids, self._finalized = self._finalized, []
        return ids

    def acknowledge(self, ids: list[str]) -> None:
        """Acknowledge messages; one that cannot be comes again, and changes nothing then."""
        for some in _parts(ids):
            request = {"subscription": self._subscription, "ack_ids": some}
            try:
                subscriber().acknowledge(request, timeout=CALL_SECONDS)
            except exceptions.GoogleAPICallError:
                continue
            finally:
                with self._lock:
                    for ack_id in some:
                        self._taken.pop(ack_id, None)

    def give_back(self, ids: list[str]) -> None:
        """Let others have messages at once."""
        with self._lock:
            for ack_id in ids:
                self._taken.pop(ack_id, None)
        self._lease(ids, 0)

    def renew(self) -> None:
        """Lease what is held when it is time. To be called again and again, every few seconds at least."""
        now = time.monotonic()
        with self._lock:
            held: list[str] = []
            while self._due and self._due[0][0] <= now:
                held += (ack_id for ack_id in heappop(self._due)[1] if ack_id in self._taken)
            if held:
                heappush(self._due, (now + RENEW_SECONDS, held))
        self._lease(held)

    def oldest(self) -> int | None:
        """Give the publish time of the oldest message that is held, in microseconds."""
        with self._lock:
            return min((taken.publish_time for taken in self._taken.values()), default=None)

    def held(self) -> tuple[int, int]:
        """Give how many messages are held, and their bytes."""
        with self._lock:
            return len(self._taken), sum(taken.size for taken in self._taken.values())

    def _lease(self, ids: Iterable[str], seconds: int = LEASE_SECONDS) -> None:
        for some in _parts(list(ids)):
            request: dict[str, Any] = {
                "subscription": self._subscription,
                "ack_ids": some,
                "ack_deadline_seconds": seconds,
            }
            try:
                subscriber().modify_ack_deadline(request, timeout=CALL_SECONDS)
            except exceptions.GoogleAPICallError:
                return  # they may come twice, which changes nothing


def _parts(ids: list[str]) -> Iterator[list[str]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


@cache
def leases_of(subscription: str) -> Leases:
    """Give the leases that this process holds of a subscription."""
    return Leases(subscription)
