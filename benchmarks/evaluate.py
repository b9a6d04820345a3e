"""The fraud rules on simulated scenarios: ``python -m benchmarks.evaluate [--seeds N] [--document FILE]``.

Simulates histories with attacks and with days that look like attacks, runs the pipeline over each, and compares its
alerts with the labels. Prints what it finds, and writes it as a document. It judges no figure.
"""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks.fraud_document import document, kept
from benchmarks.fraud_runs import Size, evaluate
from benchmarks.processes import ROOT, FailedError

DOCUMENT = ROOT / "docs" / "fraud-evaluation.md"
FIRST_SEED = 101
"""Tests of the simulator and of the rules use smaller ones."""
SEEDS = 5


def tell(text: str) -> None:
    """Say what is going on."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def main(given: list[str]) -> int:
    """Simulate, run, compare, print and write; gives the exit status."""
    parser = ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many histories")
    parser.add_argument("--first_seed", type=int, default=FIRST_SEED)
    parser.add_argument("--attacks", type=int, default=40, help="in each history")
    parser.add_argument("--hard_negatives", type=int, default=40, help="in each history")
    parser.add_argument("--events", type=int, default=300_000, help="ordinary ones, in each history")
    parser.add_argument("--days", type=int, default=3, help="of each history, at least 2")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    arguments = parser.parse_args(given)
    size = Size(arguments.attacks, arguments.hard_negatives, arguments.events, arguments.days)
    outcomes = []
    for seed in range(arguments.first_seed, arguments.first_seed + max(1, arguments.seeds)):
        tell(f"seed {seed}")
        with tempfile.TemporaryDirectory(prefix="millrace-evaluate-") as folder:
            try:
                outcomes.append(evaluate(seed, size, Path(folder)))
            except FailedError as error:
                tell(f"FAILED: {error}")
                return 1
    text = document(outcomes, size, _command(arguments, parser))
    before = arguments.document.read_text(encoding="utf-8") if arguments.document.exists() else ""
    arguments.document.write_text(text + kept(before), encoding="utf-8")
    print(text)  # noqa: T201
    return 0


def _command(arguments: Namespace, parser: ArgumentParser) -> str:
    """Spell the command by which this was made, wherever it was written to."""
    told = {name: value for name, value in vars(arguments).items() if value != parser.get_default(name)}
    told.pop("document", None)
    given = " ".join(f"--{name} {value}" for name, value in told.items())
    return f'make evaluate ARGS="{given}"' if given else "make evaluate"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
