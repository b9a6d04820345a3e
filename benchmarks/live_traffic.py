"""What is published for live runs: page views that happen now, and among them some that are marked."""

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from benchmarks.page_view_lines import page_view_lines
from pipeline.endpoints.pubsub_publish import Publisher

BATCH = 500
"""Events in a message of ``batches``."""
WINDOW_SECONDS = 60
MARK_EVERY_SECONDS = 2.0
MARKED = "https://probe.example/"
"""Where pages are that are viewed once; a number follows."""


class Mark(NamedTuple):
    """A marked event: the page that it alone is a view of, and when it was published (seconds)."""

    url: str
    at: float

    @property
    def end(self) -> int:
        """Give the end of its window, in seconds."""
        return (int(self.at) // WINDOW_SECONDS + 1) * WINDOW_SECONDS


def singles(events: int) -> Iterator[bytes]:
    """Make messages of one page view."""
    return (_written(event) for event in _page_views(events))


def batches(events: int) -> Iterator[bytes]:
    """Make messages of 500 page views, compressed, as a producer would."""
    views = _page_views(events)
    while many := list(islice(views, BATCH)):
        yield gzip.compress(b"\n".join(map(_written, many)), 1)


def steady(topic: str, rate: int, seconds: float) -> list[Mark]:
    """Publish so many page views a second, one a message, with a mark among them every two seconds; gives the marks."""
    marks: list[Mark] = []
    begun = time.time()
    with Publisher(topic) as publisher:
        for number, event in enumerate(_page_views(int(rate * seconds))):
            if (ahead := begun + number / rate - time.time()) > 0:
                time.sleep(ahead)
            publisher.publish(_written(event), {})
            if time.time() - begun >= len(marks) * MARK_EVERY_SECONDS:
                marks.append(Mark(f"{MARKED}{len(marks)}", time.time()))
                publisher.publish(_written(event | {"id": marks[-1].url, "data": {"url": marks[-1].url}}), {})
    return marks


def _page_views(events: int) -> Iterator[dict[str, Any]]:
    """Give events of the benchmarks as if they happened when they are taken."""
    return (json.loads(line) for line in page_view_lines(events))


def _written(event: dict[str, Any]) -> bytes:
    return json.dumps(event | {"time": datetime.now(UTC).isoformat()}, separators=(",", ":")).encode()
