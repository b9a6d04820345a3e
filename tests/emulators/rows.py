"""Results to write, and what homes hold of them."""

from collections.abc import Iterable
from typing import Any

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from transforms.core.records import PageViews, Reject
from transforms.core.times import parse_time

MINUTE = 60_000_000
TEN = parse_time("2026-09-17T10:00:00Z")


def page_views(url: str, minute: int, views: int, timing: str = "on_time") -> PageViews:
    """A row of page views; half of them are bots', and each has a visitor."""
    start = TEN + minute * MINUTE
    return PageViews(url, start, start + MINUTE, views, views // 2, views, b"", b"", b"", timing)


def reject(position: str, payload: bytes = b"{", publish_time: int | None = TEN) -> Reject:
    return Reject("parse", "not_json", "not JSON", payload, "m1", position, 0, publish_time, {"k": "v"})


def write(elements: Iterable[Any], kind: type, home: beam.PTransform) -> None:
    """Apply a home to elements, in a pipeline of its own."""
    with beam.Pipeline(runner=FnApiRunner()) as root:
        root | beam.Create(list(elements)).with_output_types(kind) | "Home" >> home


def rows(client, query: str) -> list[dict[str, Any]]:
    """The rows of a query, sorted by their values."""
    found = client.query_and_wait(query, retry=None, job_retry=None, wait_timeout=30)
    return sorted((dict(row) for row in found), key=lambda row: str(list(row.values())))
