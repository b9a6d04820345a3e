"""The timeline of a case: the deciding events of its alerts, found in the archive beside the store."""

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.case_records import Evidence
from transforms.core.fraud.money import in_major_units
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.times import HOUR, SECOND, format_time, parse_time

MOST_FILES = 400
SECONDS = 3.0
_NO_ARCHIVE = "There is no archive beside this store (--no_archive), so that events are shown by their ids only."
_NOT_FOUND = "The archive does not hold these events as CloudEvents; they are shown by their ids only."
_CUT = "The archive is large: not all of it was searched for these events."
_FACTS = ("amount", "currency", "response_code", "channel", "failure_reason", "change_type", "actor", "merchant_id")
_NAMES = ("account_id", "ip", "device_id")
_KINDS = {"account_id": "account", "device_id": "device", "merchant_id": "merchant"}
_HIDING = Pseudonyms()
"""Names e-mail addresses as alerts do; where alerts hide more, no names are told."""
_COLUMNS = ["first_event_time", "data"]


def find_evidence(archive: Path, alerts: Sequence[sqlite3.Row], *, named: bool) -> tuple[list[Evidence], str]:
    """Find the events that decided alerts, in order of time, and say why there are none or not all.

    Args:
        archive: its folder, which need not be there.
        alerts: rows of fraud_alerts.
        named: whether accounts, addresses and devices are told.
    """
    decides: dict[str, list[str]] = defaultdict(list)
    for alert in alerts:
        for event_id in json.loads(alert["event_ids"]):
            decides[event_id].append(alert["rule_id"])
    if not archive.is_dir():
        return [], _NO_ARCHIVE
    if not decides:
        return [], ""
    first = parse_time(min(alert["first_event_time"] for alert in alerts))
    last = parse_time(max(alert["last_event_time"] for alert in alerts)) + SECOND
    files = [file for hour in range(first // HOUR, last // HOUR + 1) for file in _files(archive, hour)]
    found: dict[str, Evidence] = {}
    deadline = time.monotonic() + SECONDS
    for number, path in enumerate(files):
        if number >= MOST_FILES or time.monotonic() > deadline:
            return _in_order(found), _CUT
        for one in _read(path, first, last, decides, named=named):
            found[one.event_id] = one
        if len(found) == len(decides):
            break
    return _in_order(found), "" if found else _NOT_FOUND


def _in_order(found: Mapping[str, Evidence]) -> list[Evidence]:
    return sorted(found.values(), key=lambda one: (one.time, one.event_id))


def _files(archive: Path, hour: int) -> list[Path]:
    day, clock = format_time(hour * HOUR)[:13].split("T")
    return sorted((archive / f"dt={day}" / f"hour={clock}").glob("*.parquet"))


def _read(path: Path, first: int, last: int, decides: Mapping[str, list[str]], *, named: bool) -> Iterator[Evidence]:
    import pyarrow as pa  # noqa: PLC0415 - a third of a second that the page's start need not wait for
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        rows = pq.read_table(path, columns=_COLUMNS)
    except (pa.ArrowException, OSError):
        return  # being replaced, or damaged: the timeline is what can be read
    times = rows.column("first_event_time").cast(pa.int64())
    rows = rows.filter(pc.and_(pc.greater_equal(times, first), pc.less(times, last)))
    happened = rows.column("first_event_time").cast(pa.int64()).to_pylist()
    for at, data in zip(happened, rows.column("data").to_pylist(), strict=True):
        try:
            event = json.loads(data)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("id") in decides and isinstance(event.get("data"), dict):
            yield _evidence(event, format_time(at), decides[event["id"]], named=named)


def _evidence(event: Mapping[str, Any], at: str, rules: list[str], *, named: bool) -> Evidence:
    data = event["data"]
    names = _FACTS + _NAMES if named else _FACTS
    facts = {
        name: _HIDING.name(_KINDS.get(name, name), str(data[name]))
        for name in names
        if data.get(name) not in (None, "")
    }
    if isinstance(data.get("amount"), int) and isinstance(data.get("currency"), str):
        facts["amount"] = f"{in_major_units(data['amount'], data['currency']):,} {facts.pop('currency')}"
    card = data.get("card")
    if named and isinstance(card, dict):
        facts["card"] = f"{card.get('bin', '')}...{card.get('last4', '')}"
    outcome = str(data.get("status") or data.get("outcome") or "")
    return Evidence(str(event["id"]), at, str(event.get("type", "")), outcome, facts, rules)
