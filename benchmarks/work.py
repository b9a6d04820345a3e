"""How much Python the steps run per event: ``python -m benchmarks.work [--write]``.

Counts what the interpreter does, bytecode instructions and calls of C functions, and no time: the same on every
machine, busy or not. It shows what becomes slower in Python, which is where steps have become slow so far; what numpy
or a decoder does within one call is not seen, ``make bench`` is there for that. Figures differ between minor versions
of Python, so each has its own in ``BASELINE``; ``--write`` puts those of this Python there, and changes the others in
proportion.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

from benchmarks.page_view_lines import half_spoilt, page_view_lines
from benchmarks.steps import BLOCK_LINES, Steps, blocks
from transforms.core.records import Form

BASELINE = Path(__file__).parents[1] / "tests" / "benchmarks" / "baseline.json"
TOLERATED = 0.15
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
EVENTS = 2 * BLOCK_LINES
Figures = dict[str, float]


class WorkCounter:
    """A ``steps.Watch`` that counts what the interpreter does."""

    def __init__(self) -> None:
        self.done: dict[str, int] = {}

    def take(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do the work, counted under ``name``."""
        done = 0

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal done
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            done += event == "opcode"
            return trace

        def profile(_: FrameType, event: str, __: Any) -> None:
            nonlocal done
            done += event == "c_call"

        before = sys.gettrace(), sys.getprofile()
        sys.settrace(trace)
        sys.setprofile(profile)
        try:
            return work(*arguments)
        finally:
            sys.settrace(before[0])
            sys.setprofile(before[1])
            self.done[name] = self.done.get(name, 0) + done


def access_log_lines(count: int) -> Iterator[bytes]:
    """Make lines of an access log in the combined form."""
    for number in range(count):
        request = f'"GET /products/{number % 10}?from=mail HTTP/1.1" 200 {number}'
        at = f"17/Sep/2026:10:40:{number % 60:02d} +0200"
        yield f'203.0.113.{number % 256} - - [{at}] {request} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n'.encode()


def measure() -> Figures:
    """Count instructions and calls per event: of page views, of those with every second one spoilt, of log lines."""
    # Of ten URLs in one minute: what a cell costs must not hide what an event does.
    dense = (line for line in page_view_lines(100 * EVENTS) if b"/item-000" in line)
    lines = list(islice(dense, EVENTS))
    inputs = {
        "page views": blocks(lines),
        "every second spoilt": blocks(list(half_spoilt(lines))),
        "access log": blocks(list(access_log_lines(EVENTS)), Form.ACCESS_LOG),
    }
    figures: Figures = {}
    for kind, messages in inputs.items():
        for counter in (WorkCounter(), counted := WorkCounter()):  # the first time fills what is remembered
            Steps(counter).run(messages)
        figures |= {f"{kind}: {step}": round(done / EVENTS, 2) for step, done in counted.done.items()}
    return figures


def worse(figures: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """Name the steps that do more than is tolerated, and those that have no figure to compare with."""
    found = [
        f"{name}: {figure:.2f} per event, was {baseline[name]:.2f} ({figure / baseline[name]:.0%})"
        for name, figure in figures.items()
        if name in baseline and figure > baseline[name] * (1 + TOLERATED)
    ]
    return found + [f"{name}: in one only" for name in sorted(figures.keys() ^ baseline.keys())]


def rewritten(baselines: Mapping[str, Figures], figures: Figures, python: str = PYTHON) -> dict[str, Figures]:
    """Put in the figures of one Python; those of the others change as much."""
    before = baselines.get(python, figures)
    changed = {name: figure / before[name] if before.get(name) else 1.0 for name, figure in figures.items()}
    others = {
        other: {name: round(held.get(name, figures[name]) * change, 2) for name, change in changed.items()}
        for other, held in baselines.items()
    }
    return dict(sorted((others | {python: figures}).items()))


def main(arguments: list[str]) -> int:
    """Print the figures, or write them; gives the exit status."""
    figures, baselines = measure(), read_baselines()
    if "--write" in arguments:
        BASELINE.write_text(json.dumps(rewritten(baselines, figures), indent=2) + "\n", encoding="utf-8")
        return 0
    for name, figure in figures.items():
        print(f"{name:<36} {figure:8.2f}")  # noqa: T201
    found = worse(figures, baselines.get(PYTHON, {}))
    print("\n".join(found))  # noqa: T201
    return int(bool(found))


def read_baselines() -> dict[str, Figures]:
    """Read the figures that are held to, per minor version of Python."""
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
