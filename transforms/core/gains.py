"""What sets gained between two looks, and parting or compacting sets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.core.sets import Column, Ints, Sets, numbered, pack
from transforms.core.unions import union

COMPACT_BYTES = 1 << 20


class Gain(NamedTuple):
    """What cells hold, and what they gained since they were last looked at.

    ``changed`` numbers the cells whose counts differ now; ``counted`` and ``seen`` are gains per cell, in distinct
    identities and in distinct sightings. A duplicate is a gain in ``seen`` that changes no count.
    """

    sets: Sets
    changed: Ints
    counted: Ints
    seen: Ints
    timing: str = "final"

    @property
    def is_nothing(self) -> bool:
        """Tell whether no set grew."""
        return not self.seen.any() and not len(self.changed)


def gain(before: Sets | None, after: Sets, timing: str) -> Gain:
    """Compare the sets of cells; ``after`` must be a union that began with the partials of ``before``."""
    now = _sizes(after)
    old = np.zeros_like(now)
    if before is not None:
        old[:, : len(before)] = _sizes(before)
    identities, sightings, bots, visitors = now - old
    return Gain(after, np.flatnonzero(identities + bots + visitors), identities, sightings, timing)


def _sizes(sets: Sets) -> Ints:
    return np.stack([column.sizes(len(sets)) for column in sets.columns])


def by_window(sets: Sets) -> Iterator[tuple[int, Sets]]:
    """Part sets by window."""
    for window in np.unique(sets.windows).tolist():
        yield window, _part(sets, sets.windows == window)


def _part(sets: Sets, kept: NDArray[np.bool_]) -> Sets:
    """Keep the marked cells."""
    number = np.cumsum(kept) - 1
    cells = np.flatnonzero(kept)
    names, name_of = numbered(sets.names[name] for name in sets.name_of[cells])

    def part(column: Column) -> Column:
        mine = kept[column.cells]
        return Column(number[column.cells[mine]], column.values[mine])

    return Sets(names, name_of, sets.windows[cells], sets.keys[cells], *map(part, sets.columns))


def every_cell(sets: Sets) -> Gain:
    """Give all cells, gaining nothing."""
    return gain(sets, sets, "")._replace(changed=np.arange(len(sets)))


def compact(partials: Iterable[bytes], limit: int = COMPACT_BYTES) -> Iterator[bytes]:
    """Unite small partials into fewer; none is made larger than ``limit`` bytes."""
    group: list[bytes] = []
    size = 0
    for partial in sorted(partials, key=len):
        if group and size + len(partial) > limit:
            yield pack(union(group))
            group, size = [], 0
        group.append(partial)
        size += len(partial)
    if group:
        yield pack(union(group))
