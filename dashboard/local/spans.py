"""Spans of time over the windows of a store: which windows are looked at, and folding them to a series. No I/O."""

from collections.abc import Iterable
from typing import NamedTuple

from transforms.core.times import HOUR, MINUTE, SECOND, format_time, parse_time

MOST_STEPS = 1440
"""Of a chart: a step a minute over a day."""
TREND_STEPS = 48
VISITORS_MINUTES = 5


class Windows(NamedTuple):
    """A span as microseconds, and how wide the store's windows are; ``start`` and ``end`` lie on windows' borders."""

    start: int
    end: int
    width: int

    @property
    def hours_before(self) -> "Windows":
        """Give the span of the same length just before."""
        return self._replace(start=self.start - (self.end - self.start), end=self.start)

    def values(self) -> dict[str, str]:
        """Give the times as queries take them."""
        recent = max(VISITORS_MINUTES * MINUTE, self.width)
        return {
            "start": format_time(self.start),
            "end": format_time(self.end),
            "visitors_from": format_time(self.end - recent),
            "rate_from": format_time(self.end - VISITORS_MINUTES * MINUTE),
        }


def windows(newest: str, until: str, hours: int, width: int) -> Windows:
    """Find the windows of so many hours up to a time, or up to the newest window where that is ""; at least one.

    Raises:
        ValueError: ``until`` is no RFC 3339 time.
    """
    end = parse_time(until) if until else parse_time(newest) + width
    end += -end % width
    start = min(end - hours * HOUR, end - width)
    return Windows(start - start % width, end, width)


def step(span: Windows, most: int) -> int:
    """Give the width of a step, in microseconds: a multiple of the windows', so that a span has at most ``most``."""
    in_all = (span.end - span.start) // span.width
    return span.width * -(-in_all // most)


def fold(rows: Iterable[tuple[str, int]], span: Windows, width: int) -> list[int]:
    """Sum (window start, number) by steps of ``width``; nothing is 0."""
    sums = [0] * -(-(span.end - span.start) // width)
    for start, number in rows:
        sums[(parse_time(start) - span.start) // width] += number
    return sums


def seconds(micros: int) -> int:
    """Give whole seconds."""
    return micros // SECOND
