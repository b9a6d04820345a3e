"""Synthetic traffic: ``python -m pipeline.simulate --events N --seed S --output FILE``.

Everything random is in the pure generators of ``pipeline/simulator``; here their lines are written, and counted.
"""

import gzip
import io
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from options.simulation import HELP, read_simulation
from pipeline.errors import MillraceError
from pipeline.progress import Progress
from pipeline.publishing import live_plan, publish
from pipeline.report.printing import let_go, print_text
from pipeline.report.progress import ProgressReport
from pipeline.report.simulation import Written, progress_text, summary
from pipeline.simulator.lines import labels, lines
from pipeline.simulator.plan import Plan
from pipeline.simulator.scenarios.staging import truths
from pipeline.simulator.tally import Tally
from pipeline.starting import start

INTERRUPTED = "millrace: interrupted; the output is not whole"
STDOUT = "-"
_BUFFER = 1 << 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    return start(argv, HELP.render, lambda arguments: _simulate(read_simulation(arguments)), INTERRUPTED)


def _simulate(settings: dict[str, Any]) -> int:
    plan = Plan(*(settings[name] for name in Plan._fields))
    output, truth, fraud = (settings[name] for name in ("output", "labels", "fraud_labels"))
    topic = settings["topic"]
    if topic:
        plan = live_plan(plan, settings["rate"])
    quiet = settings["quiet"]
    progress, tally = Progress(), Tally()
    progress.start(plan.events)
    begun = time.monotonic()
    try:
        with ProgressReport(sys.stderr, quiet=quiet, progress=progress, tell=progress_text):
            if topic:
                from pipeline.endpoints.pubsub_publish import Publisher  # noqa: PLC0415 - it takes a second

                with Publisher(topic) as publisher:
                    number, size = publish(plan, publisher, progress, tally)
            else:
                number, size = _write(plan, output, truth, progress, tally)
            _write_fraud(plan, fraud)
    except BrokenPipeError:  # the reader has seen enough
        if STDOUT in (output, truth, fraud):
            let_go(sys.stdout)
        return 0
    except OSError as error:
        named = " and ".join(filter(None, (output, truth, fraud)))
        raise MillraceError(f"cannot write {named}: {error.strerror or error}; the output is not whole") from error
    if not quiet:
        written = Written(topic or output, truth, fraud, number, size, time.monotonic() - begun)
        print_text(summary(plan, written, tally.expected()), sys.stderr)
    return 0


def _write(plan: Plan, output: str, truth: str, progress: Progress, tally: Tally) -> tuple[int, int]:
    """Write events and labels in step; gives the number of lines, and of bytes before they are compressed."""
    number = size = 0
    with _opened(output) as events, _opened(truth) if truth else nullcontext() as label:
        for number, line in enumerate(lines(plan), start=1):
            events.write(line.text)
            tally.add(line)
            if label:
                label.write(labels(line, number, size).encode())
            size += len(line.text)
            progress.add(0 if line.again else len(line.items))
    return number, size


def _write_fraud(plan: Plan, path: str) -> None:
    """Write the truth about each scenario; they are played once more for it."""
    if path:
        with _opened(path) as file:
            file.writelines(line.encode() for line in truths(plan))


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """Open a file for writing, compressed where its name says so; ``-`` is standard output."""
    if path == STDOUT:
        if sys.stdout is None:
            raise MillraceError("standard output is closed")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.endswith(".gz"):
        with Path(path).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, compresslevel=6, mtime=0) as zipped:
            yield from _buffered(zipped)
    else:
        with Path(path).open("wb", buffering=_BUFFER) as plain:
            yield plain


def _buffered(zipped: Any) -> Iterator[IO[bytes]]:
    """Hand lines on to a compressor in large pieces, which costs half as much."""
    with io.BufferedWriter(zipped, _BUFFER) as buffer:
        yield buffer


if __name__ == "__main__":
    sys.exit(main())
