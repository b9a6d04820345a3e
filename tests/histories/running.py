"""Running what is told with the real command, and reading the store as the oracle would have it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.histories.plans import Told
from tests.oracle import judging
from tests.oracle.records import File, Letter, Options, Tables
from tests.program import run_here, select

LINE_ID = re.compile("[0-9a-f]{24}-[0-9a-f]{16}")
NOTHING_ADMITTED = 3


def arguments(options: Options) -> list[str]:
    """Write options as on the command line; those that are as preset are left out."""
    return [word for name, value in options._asdict().items() for word in _argument(name, value)]


def _argument(name: str, value: Any) -> Iterator[str]:
    if value == Options._field_defaults[name]:
        return
    if name == "mapping":
        for part, text in value._asdict().items():
            if text:
                yield from (f"--{part}", ",".join(map("=".join, text)) if part == "rename" else text)
    elif name.endswith(("_duration", "_lateness", "_skew")):
        yield from (f"--{name}", f"{value // type(value)(seconds=1)}s")
    else:
        yield f"--{name}={str(value).lower() if isinstance(value, bool) else value}"


def write(folder: Path, files: tuple[File, ...]) -> Path:
    """Write the files of one run."""
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        (folder / f"file {number}").write_bytes(file.stored)
    return folder


def run(told: Told, folder: Path, *more: str) -> Path:
    """Make all runs of a history; give the output."""
    out = folder / "out"
    for number in told.history.order:
        assert run_here(out, *words(told, folder, number), *more) == status(told, number)
    return out


def words(told: Told, folder: Path, number: int) -> list[str]:
    """Write the files of one run, where they are not yet, and give the words of its command line."""
    place = folder / f"input {number}"
    if not place.exists():
        write(place, told.inputs[number])
    named = f"{place},{place}/file*" if told.history.overlapping else str(place)
    return ["--input", named, "--input_format", told.history.input_format, *arguments(told.history.options)]


def status(told: Told, number: int) -> int:
    """Foretell the exit status of a run."""
    (ledger,) = judging.judge([told.inputs[number]], told.history.options).ledgers
    return 0 if any(row[3] for row in ledger) else NOTHING_ADMITTED


def judged(told: Told) -> Tables:
    """Ask the oracle. A run made again is the same run, with one account."""
    tables = judging.judge([told.inputs[number] for number in dict.fromkeys(told.history.order)], told.history.options)
    return tables._replace(ledgers=sorted(filter(None, tables.ledgers), key=str))


def stored(out: Path) -> Tables:
    """Read the tables of a store."""
    views = select(out, "SELECT url, window_start, window_end, views, bot_views, visitors FROM page_views")
    letters = select(
        out,
        "SELECT stage, reason, message_id, position, payload_bytes, event_type, publish_time, attributes, violations,"
        " payload_string FROM dead_letters",
    )
    rows = select(out, "SELECT run, event_type, minute, received, counted, duplicate, rejected, masked FROM ledger")
    ledgers = [[[*row[1:6], json.loads(row[6]), row[7]] for row in run] for _, run in groupby(rows, lambda row: row[0])]
    return Tables(views, Counter(map(_letter, letters)), sorted(ledgers, key=str))


def _letter(row: list[Any]) -> Letter:
    stage, reason, message_id, position, payload, event_type, published, attributes, violations, text = row
    assert text == _text(payload)
    return Letter(
        stage,
        reason,
        None if LINE_ID.fullmatch(message_id) else message_id,
        position,
        payload,
        event_type,
        published,
        tuple(sorted(json.loads(attributes).items())),
        tuple(sorted({violation["pointer"] for violation in json.loads(violations)})),
    )


def _text(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None
