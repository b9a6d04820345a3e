"""Counting as sets: the packed sets that workers build, and their union.

A *cell* is a name (a URL) in a window. Of each cell three sets are kept: sightings, which are pairs of an identity
and an occurrence, identities of bots, and visitors. Union is associative, commutative and
idempotent, so shuffled, repeated and retried partials end in the same sets. A *partial* holds many cells, packed into
columns: there is no Python object per event, neither in memory nor on the wire.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Ints = NDArray[np.int64]
_BOT = 1 << 63
NO_WINDOW = -(1 << 62)
"""The window of sets that belong to none; they never expire."""
_RADIX_CELLS = 1 << 16  # numpy sorts 16-bit integers by radix, ten times faster than longer ones


class _Packed(msgspec.Struct, array_like=True):
    """A partial on the wire: per cell a name, a window and three sizes; then the sets, cell after cell."""

    names: list[str]
    name_of: bytes
    windows: bytes
    sizes: bytes
    identities: bytes
    occurrences: bytes
    bots: bytes
    visitors: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


class Column(NamedTuple):
    """A set per cell: ``cells`` is ascending; after a union the values of a cell are ascending and distinct."""

    cells: Ints
    values: U64

    def sizes(self, cells: int) -> Ints:
        """Count the values of each cell."""
        return np.bincount(self.cells, minlength=cells)


class Sets(NamedTuple):
    """The sets of many cells: ``names[name_of[i]]`` and ``windows[i]`` say which cell ``i`` is."""

    names: list[str]
    name_of: Ints
    windows: Ints
    sightings: Column
    occurrences: U64
    bots: Column
    visitors: Column

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.windows)

    def identities(self) -> Column:
        """Give the distinct identities: the sightings with the occurrences forgotten."""
        keep = _first_of_run(self.sightings.cells, self.sightings.values)
        return Column(self.sightings.cells[keep], self.sightings.values[keep])


class SetBuffer:
    """Collects sightings in one flat array until they are flushed as partials, one per slot.

    The hot loop of a caller does two things an event: it finds the cell's number, in a dict of its own making that
    is emptied with the buffer, and calls ``add((cell | bot_flag, identity, occurrence, visitor))``, where a visitor
    of 0 means none.

    Args:
        cells: the caller's dict.
    """

    BOT = _BOT

    def __init__(self, cells: dict[Any, Any] | None = None) -> None:
        self.cells: dict[Any, Any] = {} if cells is None else cells
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.cells.clear()
        self._names: list[str] = []
        self._windows: list[int] = []
        self._slots: list[int] = []
        self._rows = array("Q")
        self.add: Callable[[tuple[int, int, int, int]], None] = self._rows.extend

    def __len__(self) -> int:
        """Count the sightings held."""
        return len(self._rows) // 4

    def new_cell(self, name: str, window: int, slot: int) -> int:
        """Number a new cell; partials are grouped by ``slot``. A name and window may have several cells."""
        self._names.append(name)
        self._windows.append(window)
        self._slots.append(slot)
        return len(self._names) - 1

    def add_rows(self, rows: U64) -> None:
        """Add many sightings at once: rows of four numbers, as ``add`` takes them."""
        self._rows.frombytes(rows.tobytes())

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """Give what was collected, a (slot, partial) pair per slot, and start afresh."""
        rows = np.frombuffer(self._rows, dtype="<u8").reshape(-1, 4) if self._rows else None
        names, windows = self._names, np.array(self._windows, dtype=np.int64)
        slots = np.array(self._slots, dtype=np.int64)
        self.reset()
        if rows is not None:
            yield from _partials(rows, names, windows, slots)


def _partials(rows: U64, names: list[str], windows: Ints, slots: Ints) -> Iterator[tuple[int, bytes]]:
    """Group the rows by slot and cell in one pass; nothing is sorted within a cell, the union does that once."""
    by_slot = np.argsort(slots, kind="stable")
    rank = np.empty_like(by_slot)
    rank[by_slot] = np.arange(len(slots))
    cell_of_row = (rows[:, 0] & np.uint64(_BOT - 1)).astype(np.int64)
    ranks = rank[cell_of_row].astype(np.uint16 if len(slots) <= _RADIX_CELLS else np.int64)
    order = np.argsort(ranks, kind="stable")
    rows, ranks = rows[order], ranks[order].astype(np.int64)
    present, firsts = np.unique(slots[by_slot], return_index=True)
    ends = [*firsts[1:].tolist(), len(slots)]
    for slot, first, end in zip(present.tolist(), firsts.tolist(), ends, strict=True):
        start, stop = np.searchsorted(ranks, (first, end))
        cells = by_slot[first:end]
        mine = [names[cell] for cell in cells.tolist()]
        yield slot, pack(_gather(rows[start:stop], ranks[start:stop] - first, mine, windows[cells]))


def _gather(rows: U64, cell: Ints, names: list[str], windows: Ints) -> Sets:
    """Make Sets of raw rows whose cells are numbered from 0; columns need not be distinct before the union."""
    distinct, name_of = numbered(names)
    is_bot = rows[:, 0] >= np.uint64(_BOT)
    has_visitor = rows[:, 3] != 0
    return Sets(
        distinct,
        name_of,
        windows,
        Column(cell, rows[:, 1]),
        rows[:, 2],
        Column(cell[is_bot], rows[is_bot, 1]),
        Column(cell[has_visitor], rows[has_visitor, 3]),
    )


def numbered(names: Iterable[str]) -> tuple[list[str], Ints]:
    """Replace names by numbers: the distinct names, and for each name given the number of it."""
    numbers: dict[str, int] = {}
    name_of = [numbers.setdefault(name, len(numbers)) for name in names]
    return list(numbers), np.array(name_of, dtype=np.int64)


def _first_of_run(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Mark the rows of sorted columns that differ from the row before."""
    first = np.ones(len(columns[0]), dtype=bool)
    if len(first) > 1:
        first[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return first


def _distinct(cells: Ints, values: U64) -> Column:
    order = np.lexsort((values, cells))
    cells, values = cells[order], values[order]
    keep = _first_of_run(cells, values)
    return Column(cells[keep], values[keep])


def _distinct_pairs(cells: Ints, values: U64, seconds: U64) -> tuple[Column, U64]:
    order = np.lexsort((seconds, values, cells))
    cells, values, seconds = cells[order], values[order], seconds[order]
    keep = _first_of_run(cells, values, seconds)
    return Column(cells[keep], values[keep]), seconds[keep]


def pack(sets: Sets) -> bytes:
    """Pack sets into a partial."""
    cells = len(sets)
    sizes = np.stack([column.sizes(cells) for column in (sets.sightings, sets.bots, sets.visitors)])
    return _encode(
        _Packed(
            sets.names,
            sets.name_of.astype("<u4").tobytes(),
            sets.windows.astype("<i8").tobytes(),
            sizes.astype("<u4").tobytes(),
            sets.sightings.values.astype("<u8", copy=False).tobytes(),
            sets.occurrences.astype("<u8", copy=False).tobytes(),
            sets.bots.values.astype("<u8", copy=False).tobytes(),
            sets.visitors.values.astype("<u8", copy=False).tobytes(),
        )
    )


def unpack(partial: bytes) -> Sets:
    """Undo ``pack``."""
    packed = _decode(partial)
    windows = np.frombuffer(packed.windows, dtype="<i8")
    sizes = np.frombuffer(packed.sizes, dtype="<u4").reshape(3, -1)
    cells = np.arange(len(windows))
    seen, bots, visitors = (np.repeat(cells, size) for size in sizes)
    return Sets(
        packed.names,
        np.frombuffer(packed.name_of, dtype="<u4").astype(np.int64),
        windows,
        Column(seen, np.frombuffer(packed.identities, dtype="<u8")),
        np.frombuffer(packed.occurrences, dtype="<u8"),
        Column(bots, np.frombuffer(packed.bots, dtype="<u8")),
        Column(visitors, np.frombuffer(packed.visitors, dtype="<u8")),
    )


def union(partials: Iterable[bytes]) -> Sets:
    """Unite partials, in any order and however often each is given."""
    parts = [unpack(partial) for partial in partials]
    keys: dict[tuple[str, int], int] = {}
    renumbered = [
        np.array(
            [
                keys.setdefault((part.names[name], window), len(keys))
                for name, window in zip(part.name_of.tolist(), part.windows.tolist(), strict=True)
            ],
            dtype=np.int64,
        )
        for part in parts
    ]

    def joined(column: str) -> tuple[Ints, U64]:
        columns: list[Column] = [getattr(part, column) for part in parts]
        cells = [number[c.cells] for number, c in zip(renumbered, columns, strict=True)]
        return np.concatenate(cells), np.concatenate([c.values for c in columns])

    names, name_of = numbered(name for name, _ in keys)
    sightings, occurrences = _distinct_pairs(*joined("sightings"), np.concatenate([p.occurrences for p in parts]))
    windows = np.array([window for _, window in keys], dtype=np.int64)
    return Sets(
        names, name_of, windows, sightings, occurrences, _distinct(*joined("bots")), _distinct(*joined("visitors"))
    )
