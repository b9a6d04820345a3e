"""Counting as sets: packed sets, and their union.

A *cell* is a name (a URL) in a window. Of each cell four sets of 64-bit hashes are kept: identities; sightings, which
are pairs of an identity and an occurrence; identities of bots; visitors. Union is associative, commutative and
idempotent, so shuffled, repeated and retried partials end in the same sets. A *partial* holds many cells, packed into
columns: there is no Python object per event, neither in memory nor on the wire.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]
NO_WINDOW = -(1 << 62)
"""The window of sets that belong to none; they never expire."""
_MASK = (1 << 64) - 1
_RADIX_CELLS = 1 << 16  # numpy sorts 16-bit integers by radix, ten times faster than longer ones
_LENGTH_BYTES = 4


class Sliced(Protocol):
    """Bytes that can be had in slices: ``bytes``, or what lies elsewhere and is fetched as it is asked for."""

    def __getitem__(self, part: slice, /) -> bytes: ...


class _Header(msgspec.Struct, array_like=True):
    """The head of a partial: per cell a name, a window, a key and four sizes. The sets follow, column after column."""

    names: list[str]
    name_of: bytes
    windows: bytes
    keys: bytes
    sizes: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Header).decode


class Column(NamedTuple):
    """A set per cell: ``cells`` is ascending; after a union the values of a cell are ascending and distinct."""

    cells: Ints
    values: U64

    def sizes(self, cells: int) -> Ints:
        """Count the values of each cell."""
        return np.bincount(self.cells, minlength=cells)


class Sets(NamedTuple):
    """The sets of many cells: ``names[name_of[i]]`` and ``windows[i]`` say which cell ``i`` is.

    ``keys`` are the cells' ``cell_key``, which order them in a partial.
    """

    names: list[str]
    name_of: Ints
    windows: Ints
    keys: U64
    identities: Column
    sightings: Column
    bots: Column
    visitors: Column

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.windows)

    @property
    def columns(self) -> tuple[Column, Column, Column, Column]:
        """Give the four kinds of sets in their order."""
        return self.identities, self.sightings, self.bots, self.visitors


def cell_key(name: str, window: int) -> int:
    """Give the number by which cells are ordered. Two cells may share one: it decides on no result."""
    return xxh3_64_intdigest(name.encode(), window & _MASK)


def numbered(names: Iterable[str]) -> tuple[list[str], Ints]:
    """Replace names by numbers: the distinct names, and for each name given the number of it."""
    numbers: dict[str, int] = {}
    name_of = [numbers.setdefault(name, len(numbers)) for name in names]
    return list(numbers), np.array(name_of, dtype=np.int64)


def stable_order(cells: Ints, bound: int) -> Ints:
    """Give the order that sorts cell numbers below ``bound`` and leaves those of one cell as they come."""
    return np.argsort(cells.astype(np.uint16) if bound <= _RADIX_CELLS else cells, kind="stable")


def pack(sets: Sets) -> bytes:
    """Pack sets into a partial."""
    sets = _in_order(sets)
    sizes = np.stack([column.sizes(len(sets)) for column in sets.columns])
    return write_partial(sets.names, sets.name_of, (sets.windows, sets.keys, sizes), [c.values for c in sets.columns])


def write_partial(
    names: list[str], name_of: Sequence[int] | Ints, cells: tuple[Ints, U64, Ints], values: Sequence[U64]
) -> bytes:
    """Write a partial; ``cells`` are windows, keys in ascending order, and four sizes (4 x cells)."""
    windows, keys, sizes = cells
    header = _encode(
        _Header(
            names,
            np.asarray(name_of, dtype="<u4").tobytes(),
            windows.astype("<i8", copy=False).tobytes(),
            keys.astype("<u8", copy=False).tobytes(),
            sizes.astype("<u4", copy=False).tobytes(),
        )
    )
    columns = [column.astype("<u8", copy=False).tobytes() for column in values]
    return b"".join((len(header).to_bytes(_LENGTH_BYTES, "little"), header, *columns))


def _in_order(sets: Sets) -> Sets:
    """Number the cells anew in the order of their keys, unless they are."""
    if not len(sets) or (sets.keys[1:] >= sets.keys[:-1]).all():
        return sets
    order = np.argsort(sets.keys, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))

    def moved(column: Column) -> Column:
        cells = rank[column.cells]
        by_cell = stable_order(cells, len(order))
        return Column(cells[by_cell], column.values[by_cell])

    cells = sets.name_of[order], sets.windows[order], sets.keys[order]
    return Sets(sets.names, *cells, *map(moved, sets.columns))


class Part:
    """A partial whose head is read and whose sets are not."""

    def __init__(self, partial: Sliced) -> None:
        self._start = _LENGTH_BYTES + int.from_bytes(partial[0:_LENGTH_BYTES], "little")
        header = _decode(partial[_LENGTH_BYTES : self._start])
        self._partial = partial
        self._names = header.names
        self._name_of = np.frombuffer(header.name_of, dtype="<u4")
        self._windows = np.frombuffer(header.windows, dtype="<i8")
        self._sizes = np.frombuffer(header.sizes, dtype="<u4").reshape(4, -1)
        self.keys = np.frombuffer(header.keys, dtype="<u8")

    def weights(self) -> NDArray[np.uint32]:
        """Give the size of each cell: that of its largest set."""
        largest: NDArray[np.uint32] = self._sizes.max(axis=0)
        return largest

    def read_all(self) -> Sets:
        """Read the sets of all cells; their values are as they were packed."""
        ends = self._sizes.sum(axis=1).cumsum().tolist()
        values = np.frombuffer(self._partial[self._start : self._start + 8 * ends[-1]], dtype="<u8")
        cells = np.arange(4 * len(self.keys)).repeat(self._sizes.ravel())
        starts = zip([0, *ends], ends, strict=False)
        numbered_from = (kind * len(self.keys) for kind in range(4))
        columns = [
            Column(cells[start:end] - first, values[start:end])
            for (start, end), first in zip(starts, numbered_from, strict=True)
        ]
        return Sets(self._names, self._name_of, self._windows, self.keys, *columns)

    def read(self, first: int, end: int) -> Sets:
        """Read the sets of some cells."""
        if end - first == len(self.keys):
            return self.read_all()
        offsets = np.concatenate(([0], self._sizes.ravel().cumsum(dtype=np.int64)))
        columns = (self._read_column(offsets[kind * len(self.keys) :], kind, first, end) for kind in range(4))
        return Sets(self._names, self._name_of[first:end], self._windows[first:end], self.keys[first:end], *columns)

    def _read_column(self, offsets: Ints, kind: int, first: int, end: int) -> Column:
        start, stop = (self._start + 8 * int(offsets[cell]) for cell in (first, end))
        cells = np.arange(end - first).repeat(self._sizes[kind, first:end])
        return Column(cells, np.frombuffer(self._partial[start:stop], dtype="<u8"))


def unpack(partial: Sliced) -> Sets:
    """Undo ``pack``."""
    return Part(partial).read_all()
