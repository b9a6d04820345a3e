"""The simulator's command line: its options, what they mean together, and the help."""

import os.path
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from options.faults import Fault
from options.help_page import HelpPage
from options.plain_line import check, read_plain_line
from options.simulation_table import OPTIONS
from transforms.core.times import DAY, HOUR, SECOND

_FILES = ("output", "labels", "fraud_labels")
_WRONGS = ("duplicates", "late", "in_future", "malformed")

SHORTEST = 2 * DAY
"""The shortest time that has room for attacks and hard negatives."""

EXAMPLES = (
    "python -m pipeline.simulate --topic projects/my-shop/topics/events --rate 500",
    "python -m pipeline.simulate --events 1000000 --output traffic.jsonl --labels truth.jsonl",
    "python -m pipeline.simulate --envelope --seed 7 --output - | python -m pipeline --input -",
    "python -m pipeline.simulate --duration 7d --mix page_view=1 --malformed 0 --output week.jsonl.gz",
    "python -m pipeline.simulate --duration 7d --attacks 16 --output w.jsonl --fraud_labels f.jsonl",
)
_STATUSES = (
    ("0", "done; standard error tells what a run over it has to arrive at"),
    ("1", "the output cannot be written"),
    ("2", "the command line is wrong; all its faults are listed"),
)
_NOTES = (
    "Labels suppose the pipeline's default bounds and time policy.",
    "Events are of a made-up shop; no fraud rule has cause to fire but by --attacks.",
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
    yield from _places(values)
    if values["events_per_message"] and not (values["envelope"] or values["topic"]):
        expected = "--envelope or --topic beside it: without messages every event has a line of its own"
        yield Fault("--events_per_message", str(values["events_per_message"]), expected, "--envelope")
    scenarios = [name for name in ("attacks", "hard_negatives") if values[name]]
    if scenarios and values["duration"] is not None and values["duration"] < SHORTEST:
        expected = f"at least 2d with --{scenarios[0]}: customers need a past before they are attacked"
        given = "1h (the default)" if values["duration"] == HOUR else f"{values['duration'] // SECOND}s"
        yield Fault("--duration", given, expected, "--duration 7d")
    yield from _misplaced(values)


def _places(values: dict[str, Any]) -> Iterator[Fault]:
    """Judge where events go: to a file or to a topic."""
    output, topic = values["output"], values["topic"]
    if output == "" and topic == "":
        yield Fault("--output", "nothing", "a file, or --topic", "--output traffic.jsonl")
    if output and topic:
        yield Fault("--topic", f"{topic}, beside --output {output}", "one of both", f"--topic {topic}")
    if topic and values["labels"]:
        expected = "--output beside it: labels tell of lines of a file"
        yield Fault("--labels", f"{values['labels']}, beside --topic", expected, "--output traffic.jsonl")
    if values["rate"] and not topic:
        yield Fault("--rate", str(values["rate"]), "--topic beside it", "--topic projects/my-shop/topics/events")


def _misplaced(values: dict[str, Any]) -> Iterator[Fault]:
    files = {name: values[name] for name in _FILES if values[name]}
    for name, path in files.items():
        if os.path.isdir(path):  # noqa: PTH112  Path's can raise
            yield Fault(f"--{name}", path, "a file, and this is a folder", f"--{name} {name}.jsonl")
        elif not os.path.isdir(os.path.dirname(path) or "."):  # noqa: PTH112, PTH120  as above
            yield Fault(f"--{name}", path, "a file in a folder that is there", f"--{name} {name}.jsonl")
    for one, other in combinations(files, 2):
        if os.path.realpath(files[one]) == os.path.realpath(files[other]):
            yield Fault(f"--{other}", files[other], f"another file than that of --{one}", f"--{other} truth.jsonl")
