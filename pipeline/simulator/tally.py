"""The account that a run over the simulated input has to arrive at."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.simulator.lines import Line
from pipeline.simulator.outcomes import COUNTED, DUPLICATE, REDELIVERED
from transforms.core.contracts import PAGE_VIEW


class Expected(NamedTuple):
    """received = counted + duplicate + rejected; of the counted, page views, and of these bots'.

    ``redelivered`` events came in messages that had been delivered before: they are not received again.
    """

    received: int
    counted: int
    duplicate: int
    rejected: Mapping[str, int]
    page_views: int
    bot_views: int
    redelivered: int


class Tally:
    """Adds up what was written, in a few numbers."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str, bool]] = Counter()

    def add(self, line: Line) -> None:
        """Count the events of a line."""
        seen = self._seen
        for item in line.items:
            seen[REDELIVERED if line.again else item.outcome, item.type, item.is_bot] += 1

    def expected(self) -> Expected:
        """Give the account."""
        sums = Counter[str]()
        for (outcome, _, _), number in self._seen.items():
            sums[outcome] += number
        counted, duplicate, again = (sums.pop(outcome, 0) for outcome in (COUNTED, DUPLICATE, REDELIVERED))
        views = list(self._views())
        return Expected(
            received=counted + duplicate + sums.total(),
            counted=counted,
            duplicate=duplicate,
            rejected=dict(sorted(sums.items())),
            page_views=sum(number for _, number in views),
            bot_views=sum(number for is_bot, number in views if is_bot),
            redelivered=again,
        )

    def _views(self) -> Iterator[tuple[bool, int]]:
        for (outcome, kind, is_bot), number in self._seen.items():
            if outcome == COUNTED and kind.endswith(PAGE_VIEW):
                yield is_bot, number
