"""The archive on this machine: files written under a temporary name, renamed once; and read back."""

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.sqlite_access import AFTERWARDS, ATTEMPTS, FIRST_WAIT_SECONDS
from pipeline.errors import StoreError
from transforms.core.archive_rows import BadArchiveError, read_rows
from transforms.core.archiving import ArchiveFile
from transforms.core.reasons import Reason
from transforms.core.records import Form, Message, Unreadable
from transforms.core.rejects import OPAQUE_HEAD_BYTES
from transforms.keep_archive import Archivable
from transforms.windows import Nothing

LOG = logging.getLogger(__name__)

FOLDER = "archive"
"""The archive's place within an output."""
PARQUET_MAGIC = b"PAR1"
ABANDONED_SECONDS = 24 * 3600
_INCOMING = ".incoming"
_ROWS_AT_ONCE = 2_500


class StoreFiles(beam.PTransform):
    """Write files of the archive below a local folder. A file is named by its content: written again, it is the same.

    Args:
        folder: the archive.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def expand(self, files: beam.PCollection[ArchiveFile]) -> beam.PCollection[str]:
        """Write each file, and give its path."""
        return files | beam.ParDo(_Store(self._folder)).with_output_types(str)


class NoArchive(beam.PTransform):
    """Stands in place of KeepArchive where no archive is wanted."""

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, entries: Archivable) -> beam.PCollection[str]:
        """Do nothing, with one of the inputs: portable runners know no step without parts."""
        return entries.unopened | "Nothing" >> beam.ParDo(Nothing()).with_output_types(str)


class _Store(beam.DoFn):
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, file: ArchiveFile) -> Iterator[str]:
        store_file(Path(self._folder), file)
        DRAIN.wrote()
        yield file.path


def store_file(archive: Path, file: ArchiveFile) -> None:
    """Write a file whole or not at all; a full or failing disk is tried again a few times.

    Raises:
        StoreError: still failing after the last try.
    """
    target = archive / file.path
    temporary = archive / _INCOMING / f"{target.name}.{secrets.token_hex(4)}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            temporary.parent.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(file.content)
            temporary.rename(target)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            told = f"cannot write the archive, {archive}: {error.strerror or error}"
            if attempt == ATTEMPTS:
                raise StoreError(told + AFTERWARDS) from error
            if attempt == 1:
                LOG.warning("%s; trying again", told)
            time.sleep(FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
        else:
            return


def remove_abandoned(archive: str) -> None:
    """Remove what runs that were killed left half written, a day ago or more: no run works that long at one file."""
    for path in Path(archive, _INCOMING).glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                path.unlink()


def read_archive_file(file: IO[bytes], path: str, *, kept: bool) -> Iterator[Message]:
    """Read a file of the archive as Messages; one that is damaged, or none of ours, ends in an unreadable Message.

    Args:
        file: open, at its start.
        path: names the file.
        kept: whether it lies in the archive of the output that is written.
    """
    try:
        for rows in read_rows(file, _ROWS_AT_ONCE):
            yield Message(b"", form=Form.ARCHIVED, block=path, rows=rows, kept=kept)
    except BadArchiveError as error:
        file.seek(0)
        head, size, digest = file.read(OPAQUE_HEAD_BYTES), 0, sha256()
        file.seek(0)
        while chunk := file.read(1 << 20):
            size += len(chunk)
            digest.update(chunk)
        seen = Unreadable(Reason.BAD_ARCHIVE, size, digest.hexdigest(), str(error))
        yield Message(head, message_id=Path(path).stem, unreadable=seen)
