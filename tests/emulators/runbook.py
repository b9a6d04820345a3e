"""The runbook's commands and statements, as they stand there, on this machine and in emulators."""

import json
import re

from pipeline.__main__ import main
from tests.docs.documents import code, section, words
from tests.emulators.rows import rows
from tests.program import run_here

RUNBOOK = "docs/runbook.md"
REPLAY, ERASE = "Replay from the archive", "Erase a user's data"
STATEMENTS = {
    statement: heading
    for heading in (REPLAY, "Reject rate", "Ledger")
    for statement in code(section(RUNBOOK, heading), "sql")
}
_OF_DATAFLOW = ("--runner", "--project", "--region", "--temp_location", "--sdk_container_image")
_HOURS = "dt=2026-09-17/hour=1[0-2]"


def view(number, clock, user="u8", url="/a"):
    """A page view at a clock time of one day."""
    return {
        "specversion": "1.0",
        "id": f"v{number}",
        "source": "shop",
        "type": "web.page_view.v1",
        "time": f"2026-09-17T{clock}Z",
        "data": {"url": url, "user_id": user},
    }


def run(folder, lines, *options):
    """Run the pipeline over events, and texts that are none, as lines of a file."""
    path = folder / "events.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    assert run_here(folder / "out", "--input", path, *options) == 0


def given(heading, containing, directory, dataset):
    """The words of a command of the runbook, its places replaced, without the program."""
    [command] = [text for text in code(section(RUNBOOK, heading)) if containing in text]
    places = {"PROJECT-$NAME-archive/events/": directory.removeprefix("gs://"), "PROJECT:$NAME": dataset}
    python, dash_m, _, *options = words(command, **places)
    assert (python, dash_m) == ("python", "-m")
    return options


def replay(directory, dataset, hours=_HOURS):
    """Replay some hours of the archive, here instead of on Dataflow."""
    options = [word.replace(_HOURS, hours) for word in given(REPLAY, "--input", directory, dataset)]
    for option in _OF_DATAFLOW:
        del options[options.index(option) : options.index(option) + 2]
    assert main([*options, "--quiet", "--max_reject_ratio", "1"]) == 0


def ask(client, dataset, statement):
    """Run a statement with the dataset as the default one: the emulator wants names of tables in full."""
    return rows(client, re.sub(r"\bFROM (?!UNNEST)(\w+)", rf"FROM `{dataset}.\1`", statement))
