"""The simulator's command line: its options, what they mean together, and the help."""

import os.path
from collections.abc import Iterator, Sequence
from typing import Any

from options.faults import Fault
from options.help_page import HelpPage
from options.plain_line import check, read_plain_line
from options.simulation_table import OPTIONS

_WRONGS = ("duplicates", "late", "in_future", "malformed")

EXAMPLES = (
    "python -m pipeline.simulate --events 1000000 --output traffic.jsonl --labels truth.jsonl",
    "python -m pipeline.simulate --envelope --seed 7 --output - | python -m pipeline --input -",
    "python -m pipeline.simulate --duration 7d --mix page_view=1 --malformed 0 --output week.jsonl.gz",
)
_STATUSES = (
    ("0", "done; standard error tells what a run over the file has to arrive at"),
    ("1", "the output cannot be written"),
    ("2", "the command line is wrong; all its faults are listed"),
)
_NOTES = (
    "Labels suppose the pipeline's default bounds and time policy.",
    "Events are of a made-up shop; no fraud rule has cause to fire.",
)

HELP = HelpPage(
    usage="usage: python -m pipeline.simulate --output FILE ...",
    about="Synthetic traffic of a shop, labelled and repeatable: page views, requests, logins, payments, and faults.",
    options=OPTIONS,
    statuses=_STATUSES,
    examples=EXAMPLES,
    notes=_NOTES,
)


def read_simulation(argv: Sequence[str]) -> dict[str, Any]:
    """Read a command line, without the program's name; times and durations are microseconds.

    Raises:
        UsageError: with all faults, of the words, of the values, and of values together.
    """
    values, faults = read_plain_line(argv, OPTIONS)
    return check(values, [*faults, *_conflicts(values)])


def _conflicts(values: dict[str, Any]) -> Iterator[Fault]:
    """Judge the values of all options together; None stands for a value whose fault is already known."""
    wrongs = [values[name] for name in _WRONGS]
    if None not in wrongs and sum(wrongs) > 1:
        given = " ".join(f"--{name} {values[name]}" for name in _WRONGS)
        yield Fault("--duplicates and others", given, "parts that are at most 1 together", "--duplicates 0.1")
    if values["events_per_message"] and not values["envelope"]:
        expected = "--envelope beside it: without messages every event has a line of its own"
        yield Fault("--events_per_message", str(values["events_per_message"]), expected, "--envelope")
    yield from _misplaced(values)


def _misplaced(values: dict[str, Any]) -> Iterator[Fault]:
    files = {name: values[name] for name in ("output", "labels") if values[name]}
    for name, path in files.items():
        if os.path.isdir(path):  # noqa: PTH112  Path's can raise
            yield Fault(f"--{name}", path, "a file, and this is a folder", f"--{name} {name}.jsonl")
        elif not os.path.isdir(os.path.dirname(path) or "."):  # noqa: PTH112, PTH120  as above
            yield Fault(f"--{name}", path, "a file in a folder that is there", f"--{name} {name}.jsonl")
    if len(files) > 1 and len({os.path.realpath(path) for path in files.values()}) == 1:
        yield Fault("--labels", files["labels"], "another file than that of --output", "--labels truth.jsonl")
