"""Reading the bytes of one file: any file system that Beam knows, plain or gzip, in chunks of at most 1 MiB."""

import zlib
from collections.abc import Iterator
from typing import IO

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from pipeline.errors import InputError
from pipeline.progress import PROGRESS
from transforms.core.rejects import GZIP_MAGIC

CHUNK_BYTES = 1 << 17
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class CutOff(Exception):  # noqa: N818 - the end of what is readable, no error of ours
    """The compressed data ends, or breaks, before its end."""


def open_file(path: str) -> IO[bytes]:
    """Open a file of any file system that Beam knows, as it is stored.

    Raises:
        InputError: the file cannot be opened.
    """
    try:
        return FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)  # type: ignore[no-any-return]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def read_head(file: IO[bytes], size: int) -> tuple[bytes, bool]:
    """Give the first ``size`` decompressed bytes, and whether the file is gzip."""
    head = b""
    first = file.read(CHUNK_BYTES)
    if not first.startswith(GZIP_MAGIC):
        return first[:size], False
    file.seek(0)
    try:
        for chunk in gunzipped_chunks(file, size):
            head += chunk
            if len(head) >= size:
                break
    except CutOff:
        pass  # the reading proper makes the reject
    return head[:size], True


def plain_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Read a plain file."""
    while chunk := file.read(CHUNK_BYTES):
        PROGRESS.add(len(chunk))
        yield chunk


def gunzipped_chunks(file: IO[bytes], size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Decompress all members of a gzip file, at most ``size`` bytes at a time."""
    member = zlib.decompressobj(_GZIP_WINDOW)
    pending, started = b"", False
    try:
        while pending or (pending := file.read(CHUNK_BYTES)):
            if member.eof:
                pending = pending.lstrip(b"\0")  # zero padding behind a member is allowed
                if pending:
                    member, started = zlib.decompressobj(_GZIP_WINDOW), False
                continue
            started = True
            PROGRESS.add(len(pending))
            if chunk := member.decompress(pending, size):
                yield chunk
            pending = member.unconsumed_tail or member.unused_data
            PROGRESS.add(-len(pending))
    except zlib.error as error:
        raise CutOff(f"gzip: {error}") from None
    if started and not member.eof:
        raise CutOff("gzip: the file ends before the stream does")
