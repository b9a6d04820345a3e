"""Running the command, in this process or in one of its own, and reading the tables that it wrote."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.__main__ import main

ROOT = Path(__file__).parents[1]
LENIENT = ("--quiet", "--max_reject_ratio", "1")
"""Small inputs for tests are mostly rejects."""

Tables = dict[str, list[Any]]


def run_here(output: Path, *arguments: str | Path) -> int:
    """Run the command in this process (a process of its own costs three seconds more); give its exit status."""
    return main([*LENIENT, "--output", str(output), *map(str, arguments)])


def run_process(output: Path, *arguments: str | Path, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run the command as a person does."""
    command = [sys.executable, "-m", "pipeline", *LENIENT, "--output", str(output), *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=ROOT)


def read_tables(output: Path) -> Tables:
    """Read what is promised to stay the same: no row holds a time of writing, an attempt, a version or a run's id."""
    return {
        "page_views": select(
            output, "SELECT url, window_start, window_end, views, bot_views, visitors FROM page_views"
        ),
        "dead_letters": dead_letters(output),
        "ledger": ledger(output),
    }


def dead_letters(output: Path) -> list[dict[str, Any]]:
    """Read the dead letters as objects; bytes are shown, in hex, only where there is no text."""
    query = (
        "SELECT dead_letter_id, stage, reason, error_message, violations, event_type, message_id, position,"
        " timestamp, publish_time, attributes, payload_string, payload_bytes FROM dead_letters"
    )
    names = query.removeprefix("SELECT ").removesuffix(" FROM dead_letters").split(", ")
    letters = [dict(zip(names, row, strict=True)) for row in select(output, query)]
    for letter in letters:
        letter |= {name: json.loads(letter[name]) for name in ("violations", "attributes")}
        payload = letter.pop("payload_bytes")
        if letter["payload_string"] is None:
            letter["payload_bytes"] = payload.hex()
        else:
            assert payload == letter["payload_string"].encode()
    return letters


def ledger(output: Path) -> list[list[Any]]:
    """Read the ledger: type, minute, received, counted, duplicate, rejected by reason, masked."""
    query = "SELECT event_type, minute, received, counted, duplicate, rejected, masked FROM ledger ORDER BY run"
    return [[*row[:5], json.loads(row[5]), row[6]] for row in select(output, query)]


def select(output: Path, query: str) -> list[list[Any]]:
    """Query the store; rows come sorted."""
    with closing(sqlite3.connect(output / "millrace.db")) as connection:
        return sorted(list(row) for row in connection.execute(query))


def added_up(rows: Iterable[list[Any]]) -> list[Any]:
    """Sum the rows of a ledger: received, counted, duplicate, rejected by reason, masked."""
    total: list[Any] = [0, 0, 0, {}, 0]
    for _, _, received, counted, duplicate, rejected, masked in rows:
        total[:3] = total[0] + received, total[1] + counted, total[2] + duplicate
        total[3] = {r: total[3].get(r, 0) + rejected.get(r, 0) for r in sorted(total[3].keys() | rejected.keys())}
        total[4] += masked
    return total
