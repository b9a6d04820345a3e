"""Stores that real runs made, for pages to show."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.program import LENIENT, ROOT, run_here

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
"""When attacks happen that a verdict of now comes before; plain files may hold events of any time."""


def moment(minutes: float) -> str:
    return (SOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(kind: str, number: object, at: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{kind} {number} {at}",
        "source": "//shop",
        "type": kind,
        "time": at,
        "data": data,
    }


def view(number: object, at: str, url: str, **data: Any) -> dict[str, Any]:
    fields = {"url": url, "session_id": f"s{number}", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    return event("web.page_view.v1", number, at, **(fields | data))


def payment(number: int, at: str, **data: Any) -> dict[str, Any]:
    card = {"fingerprint": f"fp_{number}_{at}", "bin": "400000", "last4": "0042"}
    fields = {"transaction_id": f"t{number}", "merchant_id": f"m{number}", "amount": 5000, "currency": "EUR"}
    return event(
        "payment.authorization.v1",
        number,
        at,
        **(fields | {"status": "declined", "card": card, "ip": "192.0.2.7"} | data),
    )


def burst(start: float, **data: Any) -> list[dict[str, Any]]:
    """Six stolen cards from one address within six minutes: card testing."""
    return [payment(number, moment(start + number), **data) for number in range(6)]


def lines(folder: Path, events: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
    return path


def run(output: Path, events: list[dict[str, Any]], *options: str) -> None:
    assert run_here(output, "--input", lines(output.parent / "input", events), *options) in (0, 3)


def running(output: Path, path: Path) -> "subprocess.Popen[bytes]":
    """A run that works on its own while a page is open."""
    command = [sys.executable, "-m", "pipeline", *LENIENT, "--output", str(output), "--input", str(path)]
    return subprocess.Popen(command, cwd=ROOT)


def value(output: Path, query: str, *values: Any) -> Any:
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        return store.execute(query, values).fetchone()[0]
