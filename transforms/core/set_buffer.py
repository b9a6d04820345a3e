"""Collecting sightings on a worker until they are flushed as partials."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from transforms.core.sets import U64, Column, Ints, Sets, cell_key, numbered, pack, stable_order

BOT = 1 << 63
"""Added to a cell's number: the sighting is a bot's."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd: a product with it is another number for each


class _Cells(NamedTuple):
    """The cells of a buffer: a list a property, one entry a cell."""

    names: list[str]
    windows: list[int]
    slots: list[int]
    keys: list[int]


class _Rows(NamedTuple):
    """Sightings, a column a property."""

    cells: U64
    identities: U64
    occurrences: U64
    visitors: U64

    def at(self, places: Any) -> "_Rows":
        return _Rows(*(column[places] for column in self))


class SetBuffer:
    """Collects sightings in flat arrays until they are flushed as partials, one per slot.

    A caller finds the numbers of its cells in a dict of its own making, which is emptied with the buffer.

    Args:
        cells: the caller's dict.
    """

    def __init__(self, cells: dict[Any, Any] | None = None) -> None:
        self.cells: dict[Any, Any] = {} if cells is None else cells
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.cells.clear()
        self._cells = _Cells([], [], [], [])
        self._columns = [bytearray() for _ in _Rows._fields]

    def __len__(self) -> int:
        """Count the sightings held."""
        return len(self._columns[0]) // 8

    def new_cell(self, name: str, window: int, slot: int) -> int:
        """Number a new cell; partials are grouped by ``slot``. A name and window may have several cells."""
        self._cells.names.append(name)
        self._cells.windows.append(window)
        self._cells.slots.append(slot)
        self._cells.keys.append(cell_key(name, window))
        return len(self._cells.names) - 1

    def add(self, cells: U64, identities: U64, occurrences: U64, visitors: U64) -> None:
        """Add sightings: columns of one length. A bot's has BOT in its cell; 0 is no occurrence, and no visitor."""
        for column, values in zip(self._columns, (cells, identities, occurrences, visitors), strict=True):
            column.extend(values.data)

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """Give what was collected, a (slot, partial) pair per slot, and start afresh."""
        rows, cells = _Rows(*(np.frombuffer(column, dtype="<u8") for column in self._columns)), self._cells
        self.reset()
        if len(rows.cells):
            yield from _partials(rows, cells)


def _partials(rows: _Rows, cells: _Cells) -> Iterator[tuple[int, bytes]]:
    """Group the rows by slot and cell in one pass; nothing is sorted within a cell, the union does that once."""
    slots, keys = np.array(cells.slots, dtype=np.int64), np.array(cells.keys, dtype=np.uint64)
    windows = np.array(cells.windows, dtype=np.int64)
    by_slot = np.lexsort((keys, slots))
    rank = np.empty_like(by_slot)
    rank[by_slot] = np.arange(len(slots))
    ranks = rank[(rows.cells & np.uint64(BOT - 1)).astype(np.int64)]
    order = stable_order(ranks, len(slots))
    ranks = ranks[order]
    present, firsts = np.unique(slots[by_slot], return_index=True)
    ends = [*firsts[1:].tolist(), len(slots)]
    for slot, first, end in zip(present.tolist(), firsts.tolist(), ends, strict=True):
        start, stop = np.searchsorted(ranks, (first, end))
        mine = by_slot[first:end]
        names, name_of = numbered(cells.names[cell] for cell in mine.tolist())
        columns = _columns(rows.at(order[start:stop]), ranks[start:stop] - first)
        yield slot, pack(Sets(names, name_of, windows[mine], keys[mine], *columns))


def _columns(rows: _Rows, cells: Ints) -> Iterator[Column]:
    """Part rows into the four kinds of sets; they become distinct in the union.

    A sighting is a pair of two hashes under a secret seed, and held as one number made of both: two pairs are the same
    number by chance only, as two events are the same identity.
    """
    seen, is_bot, has_visitor = rows.occurrences != 0, rows.cells >= np.uint64(BOT), rows.visitors != 0
    yield Column(cells, rows.identities)
    yield Column(cells[seen], rows.identities[seen] * _SPREAD + rows.occurrences[seen])
    yield Column(cells[is_bot], rows.identities[is_bot])
    yield Column(cells[has_visitor], rows.visitors[has_visitor])
