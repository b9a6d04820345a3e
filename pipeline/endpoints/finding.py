"""Finding input files: paths, folders, globs, streams and standard input, on any file system that Beam knows."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from glob import glob
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from apache_beam.io.filesystems import FileSystems

from pipeline.endpoints.alert_log import ALERTS_NAME
from pipeline.endpoints.archive import FOLDER as ARCHIVE
from pipeline.endpoints.file_bytes import CHUNK_BYTES
from pipeline.endpoints.files import InputFile
from pipeline.endpoints.sqlite_schema import STORE_NAME
from pipeline.errors import InputError, Misfit, MisfitError

STDIN = "-"
ENDS_BYTES = 4096
_GLOB = frozenset("*?[")


def find_inputs(patterns: Iterable[str], spool: Path) -> list[InputFile]:
    """Find the files that the patterns name, each once, in a stable order.

    Args:
        patterns: paths, folders (all files below, hidden ones apart), globs, URIs of Beam file systems, or ``-``.
        spool: a folder for standard input and pipes, which are copied so that they can be read again.

    Raises:
        MisfitError: patterns match nothing; all are named.
        InputError: files or folders are there and cannot be read; all are named.
    """
    found: dict[str, InputFile] = {}
    unmatched: list[str] = []
    faults: list[str] = []
    for pattern in patterns:
        try:
            matches = list(_match(pattern, spool))
        except InputError as fault:
            faults.append(str(fault))
            continue
        except OSError as error:
            faults.append(f"{pattern}: {error.strerror or error}")
            continue
        if not matches:
            unmatched.append(pattern)
        for file in matches:
            found.setdefault(_identity(file.path), file)
    if unmatched:
        raise MisfitError(_unmatched(pattern) for pattern in unmatched)
    files = []
    for file in found.values():
        try:
            files.append(_with_ends(file))
        except OSError as error:
            faults.append(f"{file.name}: {error.strerror or error}")
    if faults:
        raise InputError("cannot read the input:" + "".join(f"\n  {fault}" for fault in faults))
    return sorted(files)


def _unmatched(pattern: str) -> Misfit:
    if "://" not in pattern and Path(pattern).is_dir():
        expected = "a folder with files in it (those whose names begin with a dot do not count)"
    elif _GLOB & set(pattern):
        expected = "a glob that matches a file"
    else:
        expected = "a file, a folder or a glob; nothing is there"
    return Misfit("--input", pattern, expected, "--input 'logs/*.gz'")


def _match(pattern: str, spool: Path) -> Iterator[InputFile]:
    if pattern == STDIN:
        yield _spooled("stdin", sys.stdin.buffer, spool)
    elif "://" in pattern:
        yield from _match_remote(pattern)
    elif Path(pattern).is_dir():
        yield from _below(Path(pattern))
    elif Path(pattern).exists():  # a name may hold a glob's characters
        yield _local(Path(pattern), spool)
    else:
        # Neither Path.glob, which takes no absolute pattern, nor Beam's, which finds nothing without a folder in front.
        for path in map(Path, glob(pattern, recursive=True)):  # noqa: PTH207
            yield from _below(path) if path.is_dir() else [_local(path, spool)]


def _match_remote(pattern: str) -> Iterator[InputFile]:
    address = pattern.rstrip("/")
    bucket_only = address.count("/") == len("//")
    matches = [] if bucket_only or address != pattern else _matched(pattern)
    for match in matches or ([] if _GLOB & set(pattern) else _matched(f"{address}/**")):
        if not match.path.endswith("/"):  # what stores keep in place of an empty folder
            yield InputFile(match.path, match.path, match.size_in_bytes, match.last_updated_in_seconds or 0.0)


def _matched(pattern: str) -> list[Any]:
    try:
        (result,) = FileSystems.match([pattern])
    except Exception as error:  # each store's client raises its own, and all mean the same here
        raise InputError(f"{pattern}: {error}") from error
    return list(result.metadata_list)


def _below(folder: Path) -> Iterator[InputFile]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}")

    seen: set[str] = set()  # folders, by their real paths: links may lead round in circles
    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if os.path.realpath(parent) in seen:
            folders.clear()
            continue
        seen.add(os.path.realpath(parent))
        if STORE_NAME in names and ARCHIVE in folders:
            folders.remove(ARCHIVE)  # what an output holds was input already; it is read where it is named
        written = (".", STORE_NAME, *((ALERTS_NAME,) if STORE_NAME in names else ()))
        paths = (Path(parent, name) for name in names if not name.startswith(written))
        yield from (_regular(path) for path in paths if path.is_file())


def _local(path: Path, spool: Path) -> InputFile:
    """Take a file, or copy what can be read once only: a named pipe, or a shell's ``<(command)``."""
    if path.is_file():
        return _regular(path)
    mode = path.stat().st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        raise InputError(f"{path}: neither a file nor a folder nor a pipe")
    with path.open("rb") as stream:
        return _spooled("pipe", stream, spool)


def _regular(path: Path) -> InputFile:
    status = path.stat()
    return InputFile(str(path), str(path), status.st_size, status.st_mtime)


def _spooled(kind: str, stream: IO[bytes], spool: Path) -> InputFile:
    """Copy a stream; its content's hash stands in its name, since it has neither a name nor a time of its own."""
    copy = spool / f"{kind}{len(os.listdir(spool))}"  # noqa: PTH208  a count of what is there
    digest = sha256()
    try:
        with copy.open("wb") as file:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
    except OSError as error:
        raise InputError(
            f"{kind}: cannot be copied to {spool}: {error.strerror or error} (TMPDIR names the place)"
        ) from error
    return InputFile(f"{kind}:{digest.hexdigest()[:16]}", str(copy), copy.stat().st_size, 0.0)


def _identity(path: str) -> str:
    return path if "://" in path else os.path.realpath(path)


def _with_ends(file: InputFile) -> InputFile:
    """Read both ends of a local file: permissions alone do not tell what a disk or a network share will do.

    Raises:
        OSError: the file cannot be read.
    """
    if "://" in file.path:
        return file
    with Path(file.path).open("rb") as opened:
        digest = sha256(opened.read(ENDS_BYTES))
        opened.seek(max(0, file.size - ENDS_BYTES))
        digest.update(opened.read(ENDS_BYTES))
    return file._replace(ends=digest.hexdigest()[:16])
