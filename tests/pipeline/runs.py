"""Runs of the command on small generated input, and what a person sees of them."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.__main__ import main

ROOT = Path(__file__).parents[2]


class Seen(NamedTuple):
    """A run's exit status, and what it printed."""

    status: int
    out: str
    err: str


def page_view(number: int, url: str = "", minute: int = 0, day: str = "2026-09-17") -> str:
    event = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "//shop.example",
        "type": "web.page_view.v1",
        "time": f"{day}T{minute // 60:02d}:{minute % 60:02d}:07Z",
        "data": {"url": url or f"/p/{number % 53}", "user_id": f"u{number % 7}"},
    }
    return json.dumps(event)


def views_file(path: Path, numbers: Iterable[int]) -> Path:
    """Write page views over 53 URLs and 97 minutes; the same number is the same event."""
    path.write_text("".join(page_view(number, minute=number % 97) + "\n" for number in numbers))
    return path


def run(capsys: Any, *arguments: str | Path) -> Seen:
    """Run the command in this process."""
    capsys.readouterr()
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return Seen(status, captured.out, captured.err)


def start(*arguments: str | Path, code: str = "", **options: Any) -> "subprocess.Popen[str]":
    """Start the command, or a Python program that changes something and then calls it, as a process."""
    program = ["-c", code] if code else ["-m", "pipeline"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [sys.executable, *program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, text=True, **streams)


def ended(process: "subprocess.Popen[str]") -> Seen:
    out, err = process.communicate(timeout=120)
    return Seen(process.returncode, out or "", err or "")


def is_sound(output: Path) -> bool:
    with closing(sqlite3.connect(output / "millrace.db")) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def no_stack_trace(seen: Seen) -> bool:
    return "Traceback" not in seen.err + seen.out and ".py" not in seen.err
