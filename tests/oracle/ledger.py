"""The ledger of one run: received = counted + duplicate + rejected."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tests.oracle import times, views
from tests.oracle.records import Admitted, Options, Outcome, Rejected

Key = tuple[str, str]
RECEIVED, COUNTED, DUPLICATE, REJECTED, MASKED = range(5)


def rows_of(outcomes: Sequence[Outcome], options: Options) -> list[list[Any]]:
    """Give a row for each type and minute: received, counted, duplicate, rejected by reason, masked.

    What is received has neither yet. The minute is the one that the event lies in; a page view is counted in the one
    that its window begins in.
    """
    rows: dict[Key, list[Any]] = defaultdict(lambda: [0, 0, 0, {}, 0])
    if outcomes:
        rows["", ""][RECEIVED] = len(outcomes)
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            reasons = rows[outcome.contract, outcome.minute][REJECTED]
            reasons[outcome.letter.reason] = reasons.get(outcome.letter.reason, 0) + 1
        if outcome.was_masked:
            rows[_key(outcome)][MASKED] += 1
    _count((outcome for outcome in outcomes if isinstance(outcome, Admitted)), rows, options)
    for row in rows.values():
        row[REJECTED] = dict(sorted(row[REJECTED].items()))
    return sorted([*key, *row] for key, row in rows.items())


def _count(events: Iterable[Admitted], rows: dict[Key, list[Any]], options: Options) -> None:
    """Count distinct events per result: a page view in its URL and window, all others in their minute."""
    seen: set[Any] = set()
    for event in events:
        key, result = _key(event), (*_key(event), "")
        if event.contract == views.PAGE_VIEW:
            start = times.floored(event.time, options.window_duration)
            key = event.contract, _minute(start)
            result = (event.contract, times.shown(start), views.canonical(event.data["url"], options))
        column = DUPLICATE if (event.identity, result) in seen else COUNTED
        seen.add((event.identity, result))
        rows[key][column] += 1


def _key(outcome: Outcome) -> Key:
    if isinstance(outcome, Rejected):
        return outcome.contract, outcome.minute
    return outcome.contract, _minute(outcome.time)


def _minute(time: datetime) -> str:
    return times.shown(times.floored(time, times.MINUTE))
