"""Finding input files: paths, folders, globs and standard input, on any file system that Beam knows."""

import os
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from apache_beam.io.filesystems import FileSystems

from pipeline.endpoints.file_bytes import CHUNK_BYTES
from pipeline.endpoints.files import InputFile
from pipeline.errors import InputError

STDIN = "-"


def find_inputs(patterns: Iterable[str], spool: Path) -> list[InputFile]:
    """Find the files that the patterns name, each once, in a stable order.

    Args:
        patterns: paths, folders (all files below, hidden ones apart), globs, URIs of Beam file systems, or ``-``.
        spool: a folder for standard input, which is copied so that it can be read again.

    Raises:
        InputError: a pattern matches nothing, or files cannot be read; all are named.
    """
    found: dict[str, InputFile] = {}
    faults: list[str] = []
    for pattern in patterns:
        try:
            matches = list(_match(pattern, spool))
        except InputError as fault:
            faults.append(str(fault))
            continue
        if not matches:
            faults.append(f"{pattern}: no file matches")
        for file in matches:
            found.setdefault(_identity(file.path), file)
    faults += [f"{file.name}: permission denied" for file in found.values() if not _readable(file.path)]
    if faults:
        raise InputError("cannot read the input:" + "".join(f"\n  {fault}" for fault in faults))
    return sorted(found.values())


def _match(pattern: str, spool: Path) -> Iterator[InputFile]:
    if pattern == STDIN:
        yield _spooled(sys.stdin.buffer, spool)
    elif "://" in pattern:
        yield from _match_remote(pattern)
    elif Path(pattern).is_dir():
        yield from _below(Path(pattern))
    elif Path(pattern).exists():  # a name may hold a glob's characters
        yield _local(Path(pattern))
    else:
        yield from (_local(Path(match.path)) for match in _matched(pattern) if Path(match.path).is_file())


def _match_remote(pattern: str) -> Iterator[InputFile]:
    below = pattern.rstrip("/") + "/**"
    matches = _matched(pattern) or ([] if "*" in pattern else _matched(below))
    for match in matches:
        yield InputFile(match.path, match.path, match.size_in_bytes, match.last_updated_in_seconds)


def _matched(pattern: str) -> list[Any]:
    try:
        (result,) = FileSystems.match([pattern])
    except Exception as error:
        raise InputError(f"{pattern}: {error}") from error
    return list(result.metadata_list)


def _below(folder: Path) -> Iterator[InputFile]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (_local(Path(parent, name)) for name in names if not name.startswith("."))


def _local(path: Path) -> InputFile:
    status = path.stat()
    return InputFile(str(path), str(path), status.st_size, status.st_mtime)


def _spooled(stream: IO[bytes], spool: Path) -> InputFile:
    """Copy a stream; its content's hash stands in its name, since it has neither a name nor a time of its own."""
    copy = spool / "stdin"
    digest = sha256()
    with copy.open("wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
    return InputFile(f"stdin:{digest.hexdigest()[:16]}", str(copy), copy.stat().st_size, 0.0)


def _identity(path: str) -> str:
    return path if "://" in path else os.path.realpath(path)


def _readable(path: str) -> bool:
    return "://" in path or os.access(path, os.R_OK)
