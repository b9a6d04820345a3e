"""The union of packed sets: associative, commutative and idempotent, at once or some cells at a time."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from transforms.core.sets import U64, Column, Ints, Part, Sets, Sliced, numbered, stable_order, unpack

UNITED_AT_ONCE = 1 << 16
"""Values per kind of set that a union in parts holds at once, about; a cell is never parted."""
_LARGE_CELL = 32  # from here on a call per cell costs less than sorting all cells at once


def union(partials: Iterable[Sliced]) -> Sets:
    """Unite partials, in any order and however often each is given; cells are numbered as they appear."""
    return _unite([unpack(partial) for partial in partials])


def union_in_parts(partials: Iterable[Sliced], at_once: int = UNITED_AT_ONCE) -> Iterator[Sets]:
    """Unite partials some cells at a time, so that no more is held than the sets of those; each cell comes once."""
    parts = [Part(partial) for partial in partials]
    starts = _starts(parts, at_once) if parts else ()
    bounds = [[*np.searchsorted(part.keys, starts).tolist(), len(part.keys)] for part in parts]
    for number in range(len(starts)):
        ranges = [(part, *bound[number : number + 2]) for part, bound in zip(parts, bounds, strict=True)]
        yield _unite([part.read(first, end) for part, first, end in ranges if first < end])


def _starts(parts: Sequence[Part], at_once: int) -> U64:
    """Give the least key of each group of cells that are united at once."""
    keys, cell_of = np.unique(np.concatenate([part.keys for part in parts]), return_inverse=True)
    sizes = np.bincount(cell_of, weights=np.concatenate([part.weights() for part in parts]))
    group = (np.cumsum(sizes) // at_once).astype(np.int64)
    return keys[_first_of_run(group)]


def _unite(parts: Sequence[Sets]) -> Sets:
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
    names, name_of = numbered(name for name, _ in keys)
    windows = np.array([window for _, window in keys], dtype=np.int64)
    order = np.empty(len(keys), dtype=np.uint64)
    for part, number in zip(parts, renumbered, strict=True):
        order[number] = part.keys
    columns = (
        _distinct([number[column.cells] for number, column in zip(renumbered, kind, strict=True)], kind, len(keys))
        for kind in zip(*(part.columns for part in parts), strict=True)
    )
    return Sets(names, name_of, windows, order, *columns)


def _distinct(cells_of: Sequence[Ints], columns: Sequence[Column], bound: int) -> Column:
    """Join columns whose cells are renumbered, sort each cell's values and keep each once."""
    cells = np.concatenate(cells_of)
    values = np.concatenate([column.values for column in columns])
    if len(values) < _LARGE_CELL * bound:
        order = np.argsort(values)
        order = order[stable_order(cells[order], bound)]
        cells, values = cells[order], values[order]
    else:
        order = stable_order(cells, bound)
        cells, values = cells[order], values[order]
        start = 0
        for end in np.cumsum(np.bincount(cells, minlength=bound)).tolist():
            values[start:end].sort()
            start = end
    keep = _first_of_run(cells, values)
    return Column(cells[keep], values[keep])


def _first_of_run(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Mark the rows of sorted columns that differ from the row before."""
    first = np.ones(len(columns[0]), dtype=bool)
    if len(first) > 1:
        first[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return first
