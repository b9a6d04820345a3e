"""Collecting sightings on a worker until they are flushed as partials."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from transforms.core.sets import U64, Ints, cell_key, numbered, stable_order, write_partial

BOT = 1 << 63
"""Added to a cell's number: the sighting is a bot's."""
_NUMBER = np.uint64(BOT - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd: a product with it is another number for each


class _Cells(NamedTuple):
    """The cells of a buffer: a list a property, one entry a cell."""

    names: list[str]
    windows: list[int]
    slots: list[int]
    keys: list[int]


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
        self._columns = bytearray(), bytearray(), bytearray(), bytearray()

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
        if self._columns[0]:
            cells, (numbers, *columns) = self._cells, (np.frombuffer(column, dtype="<u8") for column in self._columns)
            self.reset()
            yield from _partials(cells, numbers, *columns)


def _partials(
    cells: _Cells, numbers: U64, identities: U64, occurrences: U64, visitors: U64
) -> Iterator[tuple[int, bytes]]:
    """Group sightings by slot and cell in one pass; nothing is sorted within a cell, the union does that once."""
    slots, keys = np.array(cells.slots, dtype=np.int64), np.array(cells.keys, dtype=np.uint64)
    windows = np.array(cells.windows, dtype=np.int64)
    by_slot = np.lexsort((keys, slots))
    rank = np.empty_like(by_slot)
    rank[by_slot] = np.arange(len(slots))
    ranks = rank[(numbers & _NUMBER).astype(np.int64)]
    order = stable_order(ranks, len(slots))
    columns = _columns(ranks[order], numbers[order], identities[order], occurrences[order], visitors[order])
    sizes = np.stack([np.bincount(cells_of, minlength=len(slots)) for cells_of, _ in columns])
    ends = np.concatenate((np.zeros((4, 1), dtype=np.int64), sizes.cumsum(axis=1)), axis=1).T.tolist()
    slots, keys, windows, numbered_cells = slots[by_slot], keys[by_slot], windows[by_slot], by_slot.tolist()
    bounds = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), len(slots)]
    for first, end in pairwise(bounds):
        names, name_of = numbered([cells.names[cell] for cell in numbered_cells[first:end]])
        values = [column[start:stop] for (_, column), start, stop in zip(columns, ends[first], ends[end], strict=True)]
        head = windows[first:end], keys[first:end], sizes[:, first:end]
        yield int(slots[first]), write_partial(names, name_of, head, values)


def _columns(cells: Ints, numbers: U64, identities: U64, occurrences: U64, visitors: U64) -> list[tuple[Ints, U64]]:
    """Part sightings into the four kinds of sets, with their cells; they become distinct in the union.

    A sighting is a pair of two hashes under a secret seed, and held as one number made of both: two pairs are the same
    number by chance only, as two events are the same identity.
    """
    seen, is_bot, has_visitor = occurrences != 0, numbers >= BOT, visitors != 0
    return [
        (cells, identities),
        (cells[seen], identities[seen] * _SPREAD + occurrences[seen]),
        (cells[is_bot], identities[is_bot]),
        (cells[has_visitor], visitors[has_visitor]),
    ]
