"""Live runs as a section of the document of the benchmarks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.document import table
from benchmarks.live_figures import Backlog, Steady, percentile
from benchmarks.sections import LIVE

LEAST_MESSAGES = 4_000
LEAST_EVENTS = 80_000
MOST_CLOSED = 2.0
MOST_EARLY = 15.0
MOST_IDLE = 10.0
TOLD_MICROS = 0.05
"""Stages that take less per event are summed up."""
_MEGABYTE = 1e6


class Found(NamedTuple):
    """What was measured, and where."""

    machine: str
    singles: Backlog
    batches: Backlog
    steady: Steady


TEXT = """
Written by `make bench-live`, apart from all above. This time: {machine}. The command as a user runs it, on Prism, from
a subscription into BigQuery, Bigtable, the archive and topics. The emulators of all five run beside it on the same
cores, and take their part of them: these are figures of a laptop, not of the services.

### Backlogs

Page views that are published before the run begins, read as fast as it can; of that, what is between the first and the
last tenth.

{backlogs}

CPU time per event, in microseconds, by process:

{processes}

Of it, in the threads of Python that work on bundles, by the steps of the flow that share a stage (what libraries do for
them in threads of their own is the rest):

{stages}

### Delays

{rate:,} messages a second of one page view each, for {minutes} minutes, and among them {marks} pages that are viewed
but once. Seconds:

{delays}

The watermark follows the clock by a few seconds (`pipeline/endpoints/pubsub_watermark.py`), which the last two rows
have in them.

### Memory

Of the same minutes, in MB, with state for each page and window that may still change:

{memory}
"""


def section(found: Found) -> str:
    """Write the section."""
    steady = found.steady
    return LIVE + TEXT.format(
        machine=found.machine,
        backlogs=_backlogs(found),
        processes=_costs(found.singles.processes, found.batches.processes),
        stages=_costs(_told(found.singles.stages), _told(found.batches.stages)),
        rate=steady.rate,
        minutes=steady.minutes,
        marks=len(steady.delays.early),
        delays=_delays(steady),
        memory=_memory(steady),
    )


def _backlogs(found: Found) -> str:
    rows: list[tuple[str, ...]] = [("", "messages", "events", "messages/s", "events/s", "is to be")]
    singles, batches = found.singles, found.batches
    judged = (
        _at_least(singles.messages_per_second, LEAST_MESSAGES, "messages/s"),
        _at_least(batches.events_per_second, LEAST_EVENTS, "events/s"),
    )
    for name, one, is_to_be in zip(
        ("one event a message", "500 events a message, gzip"), (singles, batches), judged, strict=True
    ):
        figures = (one.messages, one.events, round(one.messages_per_second), round(one.events_per_second))
        rows.append((name, *(f"{figure:,}" for figure in figures), is_to_be))
    return table(*rows)


def _told(stages: Mapping[str, float]) -> dict[str, float]:
    told = {stage: micros for stage, micros in stages.items() if micros >= TOLD_MICROS}
    return told | {"others": sum(stages.values()) - sum(told.values())}


def _costs(singles: Mapping[str, float], batches: Mapping[str, float]) -> str:
    names = sorted({*singles, *batches}, key=lambda name: -singles.get(name, 0.0))
    rows = [(name, *(f"{costs.get(name, 0.0):.1f}" for costs in (singles, batches))) for name in names]
    sums = ("in all", *(f"{sum(costs.values()):.1f}" for costs in (singles, batches)))
    return table(("", "one event a message", "500 a message"), *rows, sums)


def _delays(steady: Steady) -> str:
    found = steady.delays
    rows = (
        ("published, to an early row in Bigtable", found.early, MOST_EARLY),
        ("window closed by the watermark, to its rows in BigQuery", found.closed, MOST_CLOSED),
        ("window ended by the clock, to its rows in BigQuery", found.after_the_end, None),
        ("the same when nothing is published any more", found.idle, MOST_IDLE),
    )
    return table(("", "p50", "p99", "p99 is to be"), *(_delay(*row) for row in rows)) + _missing(found.missing)


def _delay(name: str, seconds: Sequence[float], most: float | None) -> tuple[str, ...]:
    middle, most_of_all = percentile(seconds, 0.5), percentile(seconds, 0.99)
    judged = "" if most is None else f"at most {most:g}: {_holds(is_so=most_of_all <= most)}"
    return name, f"{middle:.1f}", f"{most_of_all:.1f}", judged


def _missing(count: int) -> str:
    return f"\n\n**{count} rows never came.**" if count else ""


def _memory(steady: Steady) -> str:
    names = list(steady.memory)
    minutes = range(0, steady.minutes + 1, max(1, steady.minutes // 5))
    rows = [
        (f"after {minute} min", *(f"{steady.memory[name][minute] / _MEGABYTE:.0f}" for name in names))
        for minute in minutes
    ]
    return table(("", *names), *rows)


def _at_least(value: float, least: float, unit: str) -> str:
    return f"at least {least:,} {unit}: {_holds(is_so=value >= least)}"


def _holds(*, is_so: bool) -> str:
    return "holds" if is_so else "**does not hold**"
