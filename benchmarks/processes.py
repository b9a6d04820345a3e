"""Running whole processes, and what they cost."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Cost(NamedTuple):
    """CPU seconds, user and system, of a process and its children, and the most memory it held, in bytes."""

    cpu: float
    peak: int


class FailedError(Exception):
    """A process that was measured ended with another status than 0, or gave another table."""


def run(module: str, *arguments: str, output: Path) -> Cost:
    """Run a module as a process; what it prints goes to a file, and its errors beside that.

    Keep the calling process small: until the new program is loaded, its memory counts as the new process's.

    Raises:
        FailedError: it did not end well.
    """
    errors = output.with_suffix(".errors")
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=out, stderr=err)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(f"{module} ended with status {process.returncode}: {errors.read_text(errors='replace')}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT)


class Pair(NamedTuple):
    """One subject in one round: its cost on few events, and on many."""

    few: Cost
    many: Cost
    events: int
    """How many more the many are than the few."""

    @property
    def micros(self) -> float:
        """Give the marginal CPU time per event, in microseconds."""
        return (self.many.cpu - self.few.cpu) / self.events * 1e6

    @property
    def growth(self) -> int:
        """Give the memory above that of few events, in bytes."""
        return self.many.peak - self.few.peak


def median_micros(pairs: Sequence[Pair]) -> float:
    """Give the median over rounds."""
    return median(pair.micros for pair in pairs)


def ratios(pairs: Sequence[Pair], others: Sequence[Pair]) -> list[float]:
    """Compare two subjects, round by round: what disturbs a round disturbs both."""
    return [pair.micros / other.micros for pair, other in zip(pairs, others, strict=True)]
