"""All benchmarks in one go: ``python -m benchmarks.run [--large] [--events N] [--rounds N] [--document FILE]``.

Runs the pipeline and the plain loop that does the same work in turn, as whole processes on few and on many events,
and beside them the textbook's pipeline, bundles and steps. Prints what it finds, and writes it as a document with a
picture. It judges no figure, but it fails where the pipeline does not give the loop's table.
"""

import os
import platform
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks.chart import chart
from benchmarks.document import Found, bars, document
from benchmarks.measuring import Measuring, large, make_inputs, rounds, textbook
from benchmarks.processes import ROOT, FailedError
from benchmarks.sections import live_section, with_section

DOCUMENT = ROOT / "docs" / "benchmarks.md"
LARGE = 10_000_000
TEXTBOOK_SHARE = 10
"""One in so many events goes through the textbook's pipeline as well; it takes its time."""


def tell(text: str) -> None:
    """Say what is going on."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def printed(module: str, events: int) -> str:
    """Run a module that measures itself, and give what it prints."""
    tell(module)
    command = [sys.executable, "-m", module, str(events)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603


def measure(arguments: Namespace, folder: Path) -> Found:
    """Run everything."""
    measuring = Measuring(folder)
    tell(f"making {arguments.events} events")
    inputs = make_inputs(folder, arguments.events)
    pairs = rounds(inputs, measuring, arguments.rounds, tell)
    distinct = sum(row[2] for row in measuring.tables[inputs.many])
    tell("the textbook's pipeline")
    books = textbook(folder, measuring, arguments.events // TEXTBOOK_SHARE)
    bundles = printed("benchmarks.bundles", max(100, arguments.events // 100))
    steps = printed("benchmarks.steps", arguments.events // 5)
    fraud = printed("benchmarks.fraud", arguments.events // 10)
    for file in inputs[:4]:
        file.unlink()
    if arguments.large:
        tell(f"{LARGE} events, once")
    more = large(folder, measuring, LARGE) if arguments.large else {}
    return Found(machine(), arguments.events, distinct, pairs | books, more, LARGE, bundles, steps, fraud)


def machine() -> str:
    """Say what this machine is."""
    return f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main(given: list[str]) -> int:
    """Measure, print and write; gives the exit status."""
    parser = ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--large", action="store_true", help=f"memory on {LARGE} events, too (7 minutes, 8 GB of disk)")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    arguments = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        try:
            found = measure(arguments, Path(folder))
        except FailedError as error:
            tell(f"FAILED: {error}")
            return 1
    picture = arguments.document.parent / "images" / f"{arguments.document.stem}.svg"
    live = live_section(arguments.document.read_text(encoding="utf-8")) if arguments.document.exists() else ""
    text = with_section(document(found, picture.name), live)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(chart(bars(found)), encoding="utf-8")
    arguments.document.write_text(text, encoding="utf-8")
    print(text)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
