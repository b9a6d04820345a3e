"""Parking: packed sets wait for their union in files, not in the memory of a runner that holds its shuffle there."""

import os
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

import apache_beam as beam
import msgspec

from transforms.core.sets import Sliced


class ParkingError(Exception):
    """The folder cannot take or give what is parked; the text says why, and what to do."""


class Parking(NamedTuple):
    """Where packed sets wait between the steps that make and unite them.

    ``folder`` is one that all workers share, and that somebody removes after the run; each worker writes a file of its
    own there. Without a folder sets travel through the runner themselves, as they must where workers share no disk, and
    in runs without an end, whose files would only grow.
    """

    folder: str = ""


class _Ticket(NamedTuple):
    """What travels instead: where a partial is parked; ``offset`` and ``size`` in bytes."""

    path: str
    offset: int
    size: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Ticket).decode


class Park(beam.DoFn):
    """Writes partials to a file and hands on tickets."""

    def __init__(self, parking: Parking) -> None:
        self._folder = parking.folder
        self._path = ""

    def process(self, element: tuple[int, bytes]) -> Iterator[tuple[int, bytes]]:
        """Park one partial."""
        slot, partial = element
        try:
            ticket = self._write(partial)
        except OSError as error:
            raise _told(self._folder, error) from error
        yield slot, _encode(ticket)

    def teardown(self) -> None:
        """Close the file; it stays until the folder is removed."""
        if self._path:
            os.close(self._file)

    def _write(self, partial: bytes) -> _Ticket:
        if not self._path:
            self._file, self._path = tempfile.mkstemp(prefix="sets-", dir=self._folder)
        offset = os.lseek(self._file, 0, os.SEEK_END)
        rest = memoryview(partial)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        return _Ticket(self._path, offset, len(partial))


class Fetcher:
    """Gives what tickets stand for; of a partial only the slices asked for are read."""

    def __init__(self, parking: Parking) -> None:
        self._folder = parking.folder
        self._files: dict[str, int] = {}

    def fetch(self, travelled: bytes) -> Sliced:
        """Give the partial behind what travelled: itself, where nothing is parked."""
        if not self._folder:
            return travelled
        ticket = _decode(travelled)
        try:
            return _Parked(self._open(ticket.path), ticket.offset, self._folder)
        except OSError as error:
            raise _told(self._folder, error) from error

    def fetch_whole(self, travelled: bytes) -> bytes:
        """Give the partial behind what travelled, all of it."""
        return self.fetch(travelled)[0 : _decode(travelled).size] if self._folder else travelled

    def close(self) -> None:
        """Close all files."""
        while self._files:
            os.close(self._files.popitem()[1])

    def _open(self, path: str) -> int:
        if path not in self._files:
            self._files[path] = os.open(path, os.O_RDONLY)
        return self._files[path]


class _Parked:
    """A partial in a file."""

    def __init__(self, file: int, offset: int, folder: str) -> None:
        self._file = file
        self._offset = offset
        self._folder = folder

    def __getitem__(self, part: slice) -> bytes:
        wanted: int = part.stop - part.start
        try:
            data = os.pread(self._file, wanted, self._offset + part.start)
        except OSError as error:
            raise _told(self._folder, error) from error
        if len(data) < wanted:
            raise ParkingError(f"intermediate results in {self._folder} were cut off; run the same command again")
        return data


class FetchingDoFn(beam.DoFn):
    """Unites what may be parked; subclasses say how."""

    def __init__(self, parking: Parking) -> None:
        self._parking = parking

    def setup(self) -> None:
        """Be ready to open files."""
        self.fetcher = Fetcher(self._parking)

    def teardown(self) -> None:
        """Close them."""
        self.fetcher.close()


def _told(folder: str, error: OSError) -> ParkingError:
    return ParkingError(
        f"cannot keep intermediate results in {folder}: {error.strerror or error}"
        "\nSet TMPDIR to a folder with more room (about 50 bytes an event), and run the same command again."
    )
