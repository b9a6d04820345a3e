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
    fraud_labels: str
    lines: int
    size: int
    seconds: float


def progress_text(progress: Progress, seconds: float) -> str:
    """Say how many events are written; those of scenarios come on top of the total."""
    of = f" of {progress.total:,}" if progress.read <= progress.total else ""
    return f"wrote {progress.read:,}{of} events, {seconds:.0f} s"


def summary(plan: Plan, written: Written, expected: Expected) -> str:
    """Write the summary; its ledger is laid out as the pipeline's own."""
    return "\n".join(
        (*_heading(plan, written, expected.received), "", "A run over it has to arrive at", *_ledger(expected))
    )


def _heading(plan: Plan, written: Written, received: int) -> Iterator[str]:
    end = format_time(plan.start + plan.duration)
    rate = received / max(written.seconds, 1e-3)
    yield f"Simulated {received:,} events of seed {plan.seed}, {format_time(plan.start)} to {end}"
    if received > plan.events:
        yield (
            f"  Fraud    {received - plan.events:,} of them for {_counted(plan.attacks, 'attack')} and "
            f"{_counted(plan.hard_negatives, 'hard negative')}, with what their customers did before"
        )
    yield f"  Output   {written.output}: {written.lines:,} lines, {written.size / 1e6:,.1f} MB"
    if written.labels:
        yield f"  Labels   {written.labels}"
    if written.fraud_labels:
        yield f"  Truth    {written.fraud_labels}, a line for each attack and hard negative"
    yield f"  Time     {written.seconds:.1f} s, {rate:,.0f} events/s"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


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
