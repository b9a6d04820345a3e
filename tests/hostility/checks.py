"""What must hold of an output, whatever was read."""

import gzip
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq

from tests.program import added_up, ledger, select

COMPARED = {
    "page_views": "url, window_start, window_end, views, bot_views, visitors",
    "dead_letters": "dead_letter_id, stage, reason, error_message, violations, event_type, message_id, position,"
    " timestamp, publish_time, attributes, payload_bytes",
    "ledger": "event_type, minute, received, counted, duplicate, rejected, masked",
}
"""All but what tells runs apart."""
_ONE = "SELECT * FROM (SELECT {{columns}}, count(*) FROM {0}.{{table}} GROUP BY {{columns}} EXCEPT"
_TWO = " SELECT {{columns}}, count(*) FROM {1}.{{table}} GROUP BY {{columns}} LIMIT 1)"
_EITHER = " UNION ALL ".join((_ONE + _TWO).format(*pair) for pair in (("main", "again"), ("again", "main")))
"""A row that only one of two stores has."""


def write(path: Path, messages: Iterable[bytes]) -> Path:
    """Write messages on lines, one after another; a name that ends in .gz compresses them."""
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
        file.writelines(message + b"\n" for message in messages)
    return path


def faults(output: Path, kind: str, count: int) -> list[str]:
    """Say what does not hold of the output of so many messages."""
    received, counted, duplicate, rejected, _ = added_up(ledger(output))
    found = []
    if received != counted + duplicate + sum(rejected.values()):
        found.append(f"the ledger does not add up: {received}, {counted}, {duplicate}, {rejected}")
    if received < count:
        found.append(f"{count} messages, {received} received")
    if kind in ("access_log", "types") and received != count:
        found.append(f"{count} lines, {received} received")
    if kind == "envelopes" and (seen := accounted(output)) != (sent := {f"m{number}" for number in range(count)}):
        found.append(f"missing: {sorted(sent - seen)[:5]}, of nobody: {sorted(seen - sent)[:5]}")
    return found


def differences(output: Path, replayed: Path) -> list[str]:
    """Name the tables that the run over an archive has otherwise than the run that wrote it.

    SQLite compares them: held here, they would count as memory of the processes that are started after.
    """
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        store.execute("ATTACH ? AS again", (str(replayed / "millrace.db"),))
        rows = {table: store.execute(_EITHER.format(table=table, columns=COMPARED[table])) for table in COMPARED}
        return [f"from the archive, {table} is another: {row!r:.300}" for table in rows for row in rows[table]]


def accounted(output: Path) -> set[str]:
    """Collect the ids of messages that stand in the archive or among the dead letters."""
    ids = {row[0] for row in select(output, "SELECT DISTINCT message_id FROM dead_letters")}
    for path in (output / "archive").rglob("*.parquet"):
        ids.update(pq.ParquetFile(path).read(["message_id"]).column(0).to_pylist())
    return ids
