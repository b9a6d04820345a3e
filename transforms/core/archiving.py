"""The archive's files: every event as it came, masked, in Parquet, named by content.

A file holds the rows (``archive_rows``) of one hour from one *block* of the input, which is the same in every run: a
run made again makes the same files again. Rows are written in stretches of about 1 MB, in the order in which they came.
"""

import io
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_128

from transforms.core.archive_rows import SCHEMA, BadArchiveError, Stretch
from transforms.core.records import EventBatch, Reject
from transforms.core.times import HOUR, format_time

STRETCH_BYTES = 1 << 20
FILE_BYTES = 64 << 20
"""What a block may come to, decompressed, before its files are closed and others begun."""
MERGED_BYTES = 16 << 20
"""What files of live runs come to, compressed, before another one is begun."""
_REPEATING = ["attributes", "form", "encoding", "unreadable"]
_COUNTED = ["publish_time", "first_event_time", "last_event_time"]
_NAMING = ("message_id", "position", "publish_time", "attributes", "data", "unreadable")
"""What tells a row from another: how it was packed is no part of it."""

_TEXTS = ("message_id", "attributes", "data", "unreadable")
"""Where a row holds what others wrote."""


class ArchiveFile(NamedTuple):
    """A finished file: its path below the archive, and its bytes."""

    path: str
    content: bytes

    @property
    def folder(self) -> str:
        """Give the folder of the hour."""
        return self.path.rpartition("/")[0]


class Archiver:
    """Makes files of what it is given, block after block; what comes from this output's archive is passed over."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._block = ""
        self._stretch = Stretch()
        self._files: dict[int | None, _File] = {}
        self._bytes = 0

    def add_batch(self, batch: EventBatch) -> Iterator[ArchiveFile]:
        """Add admitted events; gives the files that are finished by it."""
        if not batch.origin.kept:
            yield from self._begin(batch.origin.block)
            self._stretch.add_batch(batch)
            yield from self._settle()

    def add_rejects(self, rejects: Iterable[Reject]) -> Iterator[ArchiveFile]:
        """Add refused events; gives the files that are finished by it."""
        for reject in rejects:
            if not reject.kept:
                yield from self._begin(reject.block)
                self._stretch.add_reject(reject)
                yield from self._settle()

    def finish(self) -> Iterator[ArchiveFile]:
        """Give the files that are begun."""
        self._close_stretch()
        for hour, file in self._files.items():
            yield file.close(_folder(hour))
        self.reset()

    def _begin(self, block: str) -> Iterator[ArchiveFile]:
        if block != self._block:
            yield from self.finish()
            self._block = block

    def _settle(self) -> Iterator[ArchiveFile]:
        if self._stretch.size >= STRETCH_BYTES:
            self._close_stretch()
        if self._bytes >= FILE_BYTES:
            block = self._block
            yield from self.finish()
            self._block = block

    def _close_stretch(self) -> None:
        stretch, self._stretch = self._stretch, Stretch()
        self._bytes += stretch.size
        for hour, rows in stretch.by_hour():
            if hour not in self._files:
                self._files[hour] = _File()
            self._files[hour].write(rows)


class _File:
    """One file in the making: compressed stretches in memory, and the hash of what names it."""

    def __init__(self) -> None:
        self._target = io.BytesIO()
        self._digest = xxh3_128()
        self._writer = pq.ParquetWriter(
            self._target, SCHEMA, compression="zstd", use_dictionary=_REPEATING, write_statistics=_COUNTED
        )

    def write(self, rows: pa.RecordBatch) -> None:
        self._writer.write_batch(rows)
        for name in _NAMING:
            column = rows.column(name)
            for part in (column.fill_null(0) if name in _COUNTED else column).buffers()[1:]:
                self._digest.update(part)

    def close(self, folder: str) -> ArchiveFile:
        self._writer.close()
        return ArchiveFile(f"{folder}/{self._digest.hexdigest()}.parquet", self._target.getvalue())


def merge(folder: str, files: Iterable[bytes]) -> Iterator[ArchiveFile]:
    """Make few files of many of one hour.

    Args:
        folder: of the hour.
        files: their bytes, as of ArchiveFile; an iterable that is read once.
    """
    file, size = _File(), 0
    for content in files:
        if size and size + len(content) > MERGED_BYTES:
            yield file.close(folder)
            file, size = _File(), 0
        size += len(content)
        for rows in pq.ParquetFile(io.BytesIO(content)).iter_batches():
            file.write(rows)
    yield file.close(folder)


def without(file: ArchiveFile, mentions: Container[bytes]) -> tuple[ArchiveFile | None, int]:
    """Take rows out of a file.

    Args:
        file: a file of the archive.
        mentions: holds the texts (``_TEXTS``) whose rows are taken out.

    Returns:
        What takes its place under a name of its own, None where no row is left; and how many were taken out: with none
        it is the file itself.

    Raises:
        BadArchiveError: the file is damaged, or none of the archive's.
    """
    rest, kept, taken = _File(), 0, 0
    try:
        parquet = pq.ParquetFile(io.BytesIO(file.content))
        if not parquet.schema_arrow.equals(SCHEMA):
            raise BadArchiveError("Parquet, but none of Millrace's archive: other columns")
        for rows in parquet.iter_batches():
            texts = zip(*(rows.column(name).cast(pa.binary()).to_pylist() for name in _TEXTS), strict=True)
            keep = [not any(text in mentions for text in row if text) for row in texts]
            kept, taken = kept + sum(keep), taken + len(keep) - sum(keep)
            if any(keep):
                rest.write(rows.filter(pa.array(keep)))
    except (pa.ArrowException, OSError) as error:
        raise BadArchiveError(f"Parquet: {str(error).splitlines()[0]}") from error
    if not taken:
        return file, 0
    return (rest.close(file.folder) if kept else None), taken


def _folder(hour: int | None) -> str:
    if hour is None:
        return "dt=unknown"
    date, _, clock = format_time(hour * HOUR).partition("T")
    return f"dt={date}/hour={clock[:2]}"
