"""Reading the archive that a run wrote."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


def files_of(output: Path) -> dict[str, bytes]:
    """The archive's files, by their paths below it."""
    archive = output / "archive"
    return {str(path.relative_to(archive)): path.read_bytes() for path in archive.rglob("*") if path.is_file()}


def rows_of(output: Path) -> list[dict[str, Any]]:
    """All rows of the archive, with the folder that each lies in."""
    found = []
    for path in sorted((output / "archive").rglob("*.parquet")):
        folder = str(path.parent.relative_to(output / "archive"))
        found += [{"folder": folder} | row for row in pq.ParquetFile(path).read().to_pylist()]
    return sorted(found, key=lambda row: (row["message_id"], row["position"]))
