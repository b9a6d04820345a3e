"""What must hold of an output, whatever was read."""

from pathlib import Path

import pyarrow.parquet as pq

from tests.program import added_up, ledger, select


def write(path: Path, messages: list[bytes]) -> Path:
    path.write_bytes(b"".join(message + b"\n" for message in messages))
    return path


def arguments(kind: str, path: Path) -> list[str]:
    return ["--input", str(path), "--input_format", "access_log" if kind == "access_log" else "json"]


def faults(output: Path, kind: str, count: int) -> list[str]:
    """Say what does not hold of the output of so many messages."""
    received, counted, duplicate, rejected, _ = added_up(ledger(output))
    found = []
    if received != counted + duplicate + sum(rejected.values()):
        found.append(f"the ledger does not add up: {received}, {counted}, {duplicate}, {rejected}")
    if received < count:
        found.append(f"{count} messages, {received} received")
    if kind == "access_log" and received != count:
        found.append(f"{count} lines, {received} received")
    if kind == "envelopes" and (seen := accounted(output)) != (sent := {f"m{number}" for number in range(count)}):
        found.append(f"missing: {sorted(sent - seen)[:5]}, of nobody: {sorted(seen - sent)[:5]}")
    return found


def accounted(output: Path) -> set[str]:
    """Collect the ids of messages that stand in the archive or among the dead letters."""
    ids = {row[0] for row in select(output, "SELECT DISTINCT message_id FROM dead_letters")}
    for path in (output / "archive").rglob("*.parquet"):
        ids.update(pq.ParquetFile(path).read(["message_id"]).column(0).to_pylist())
    return ids
