"""Payments and runs for the tests of fraud: what is in, and which alerts are open."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.histories.fraud import admitted
from tests.oracle.fraud import episodes
from tests.program import run_here, select
from transforms.contracts import bundled_fraud_rules

Told = list[dict[str, Any]]
OPEN = "SELECT rule_id, entity_type, entity, window_start, window_end, severity FROM fraud_alerts WHERE status = 'open'"


def payment(number: int, clock: str, **data: Any) -> dict[str, Any]:
    """A declined payment with a card of its own, at a clock time of one day."""
    card = {"fingerprint": f"fp_{number}", "bin": "400000", "last4": "0042"}
    return {
        "specversion": "1.0",
        "id": f"p{number} {clock}",
        "source": "shop",
        "type": "payment.authorization.v1",
        "time": f"2026-09-17T{clock}Z",
        "data": {
            "transaction_id": f"t{number}",
            "merchant_id": f"m{number}",
            "amount": 5000,
            "currency": "EUR",
            "status": "declined",
            "card": card,
            "ip": "192.0.2.7",
            **data,
        },
    }


def run(output: Path, events: Told, *options: str) -> None:
    """A run over events on lines."""
    assert run_here(output, "--input", written(output, events), "--no_archive", *options) in (0, 3)


def written(output: Path, events: Told) -> Path:
    """A file of events on lines, within an output."""
    output.mkdir(exist_ok=True)
    path = output / "input.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def open_alerts(output: Path) -> list[list[Any]]:
    """What is open in the store."""
    return select(output, OPEN)


def wanted(events: Told) -> list[list[Any]]:
    """What must be open, by the oracle."""
    found = episodes(admitted(events), yaml.safe_load(bundled_fraud_rules()))
    return sorted([*one[:3], _shown(one.window_start), _shown(one.window_end), one.severity] for one in found)


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
