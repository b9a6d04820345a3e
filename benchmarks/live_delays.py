"""How long an event takes from its publication to rows that one can read, seen by marked events."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from google.cloud import bigquery

from benchmarks.live_room import Homes, Note
from benchmarks.live_traffic import MARKED, WINDOW_SECONDS, Mark
from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.bigtable_reading import ServedPageViews

LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60.0


class Delays(NamedTuple):
    """Delays of marked events, in seconds.

    ``early`` is from publication to a row in Bigtable. Rows in BigQuery come when a window is closed: ``closed`` is
    from the watermark's passing of its end to them, and ``after_the_end`` from the end itself; ``idle`` is the same of
    the last window, when nothing is published any more. So many as ``missing`` were not seen in one of the two.
    """

    early: Sequence[float]
    closed: Sequence[float]
    after_the_end: Sequence[float]
    idle: Sequence[float]
    missing: int


class Seen(Protocol):
    """When marked events were seen in Bigtable and in BigQuery, by URL."""

    served: dict[str, float]
    stored: dict[str, float]


class Watch:
    """Looks for marked events in both homes, in threads of its own, while traffic goes on.

    Args:
        homes: where rows come.
    """

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self.served: dict[str, float] = {}
        self.stored: dict[str, float] = {}
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=look, daemon=True) for look in (self._serving, self._storing)]
        for thread in self._threads:
            thread.start()

    def end(self, marks: Sequence[Mark]) -> None:
        """Wait until all marks are seen, a minute at most."""
        end = time.monotonic() + WINDOW_SECONDS + PATIENCE_SECONDS
        wanted = {mark.url for mark in marks}
        while time.monotonic() < end and not wanted <= self.served.keys() & self.stored.keys():
            time.sleep(LOOK_SECONDS)
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _serving(self) -> None:
        """Ask Bigtable for the newest marks that were not seen."""
        newest = 0
        with ServedPageViews(self._homes.table) as table:
            while not self._ended.wait(LOOK_SECONDS):
                end = int(time.time() + WINDOW_SECONDS) * 1_000_000
                for number in range(newest, newest + 20):
                    url = f"{MARKED}{number}"
                    if url not in self.served and table.series(url, 0, end):
                        self.served[url] = time.time()
                while f"{MARKED}{newest}" in self.served:
                    newest += 1

    def _storing(self) -> None:
        """Ask BigQuery for the marks of the last two windows."""
        query = (
            f"SELECT DISTINCT url FROM `{self._homes.dataset}.page_views`"  # noqa: S608 - names of our own
            f" WHERE STARTS_WITH(url, '{MARKED}') AND window_start >= @since"
        )
        with closing(connect(self._homes.dataset.partition(".")[0])) as client:
            while not self._ended.wait(LOOK_SECONDS):
                since = datetime.fromtimestamp(time.time() - 3 * WINDOW_SECONDS, UTC)
                parameters = [bigquery.ScalarQueryParameter("since", "TIMESTAMP", since)]
                config = bigquery.QueryJobConfig(query_parameters=parameters)
                for row in client.query_and_wait(query, job_config=config):
                    self.stored.setdefault(row["url"], time.time())


def delays(marks: Sequence[Mark], watch: Seen, notes: Sequence[Note]) -> Delays:
    """Put together when marks were published, when they were seen, and when the watermark passed their windows."""
    early = [watch.served[mark.url] - mark.at for mark in marks if mark.url in watch.served]
    stored = [(mark, watch.stored[mark.url]) for mark in marks if mark.url in watch.stored]
    passed = dict(_passed({mark.end for mark, _ in stored}, notes))
    closed = [seen - passed[mark.end] for mark, seen in stored if mark.end in passed]
    last = max(mark.end for mark in marks)
    ends = [seen - mark.end for mark, seen in stored if mark.end < last]
    idle = [seen - mark.end for mark, seen in stored if mark.end == last]
    return Delays(early, closed, ends, idle, 2 * len(marks) - len(early) - len(stored))


def _passed(ends: set[int], notes: Sequence[Note]) -> Iterator[tuple[int, float]]:
    for end in ends:
        at = next((note.at for note in notes if note.watermark is not None and note.watermark >= end * 1_000_000), None)
        if at is not None:
            yield end, at
