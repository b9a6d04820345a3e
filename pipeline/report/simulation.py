"""The simulator's summary: what was written, and what a run over it has to arrive at."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.progress import Progress
from pipeline.simulator.plan import Plan
from pipeline.simulator.tally import Expected
from transforms.core.times import format_time


class Written(NamedTuple):
    """What was written: file names as given, lines, decompressed bytes, and the seconds that it took."""

    output: str
    labels: str
    lines: int
    size: int
    seconds: float


def progress_text(progress: Progress, seconds: float) -> str:
    """Say how many events are written."""
    return f"wrote {progress.read:,} of {progress.total:,} events, {seconds:.0f} s"


def summary(plan: Plan, written: Written, expected: Expected) -> str:
    """Write the summary; its ledger is laid out as the pipeline's own."""
    return "\n".join((*_heading(plan, written), "", "A run over it has to arrive at", *_ledger(expected)))


def _heading(plan: Plan, written: Written) -> Iterator[str]:
    end = format_time(plan.start + plan.duration)
    rate = plan.events / max(written.seconds, 1e-3)
    yield f"Simulated {plan.events:,} events of seed {plan.seed}, {format_time(plan.start)} to {end}"
    yield f"  Output   {written.output}: {written.lines:,} lines, {written.size / 1e6:,.1f} MB"
    if written.labels:
        yield f"  Labels   {written.labels}"
    yield f"  Time     {written.seconds:.1f} s, {rate:,.0f} events/s"


def _ledger(expected: Expected) -> Iterator[str]:
    rejected = sum(expected.rejected.values())
    width = len(f"{expected.received:,}")
    views = f"{expected.page_views:,} of them page views, {expected.bot_views:,} of these by bots"
    yield f"    received   {expected.received:>{width},}"
    yield f"  = counted    {expected.counted:>{width},}  {views}"
    yield f"  + duplicate  {expected.duplicate:>{width},}"
    yield f"  + rejected   {rejected:>{width},}"
    longest = max(map(len, expected.rejected), default=0)
    for reason, number in expected.rejected.items():
        yield f"      {reason:{longest}}  {number:>{width},}"
    if expected.redelivered:
        yield f"  {expected.redelivered:,} more came in messages delivered again, which are received once."
