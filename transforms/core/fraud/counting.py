"""Distinct values in windows that slide, for all windows of an entity at once."""

import numpy as np
from numpy.typing import NDArray

from transforms.core.sets import U64

Numbers = NDArray[np.int64]
_BEFORE = -(1 << 62)


def distinct_in_windows(buckets: Numbers, values: U64, ends: Numbers, window: int) -> Numbers:
    """Count the distinct values in each window, from ``window`` before its end up to it, both included.

    Args:
        buckets: when each value was seen.
        values: as many; one may be seen again and again.
        ends: the windows' ends, in ascending order.
        window: the width, in the units of the buckets.
    """
    order = np.lexsort((buckets, values))
    seen, what = buckets[order], values[order]
    before = np.full(len(seen), _BEFORE)
    again = what[1:] == what[:-1]
    before[1:][again] = seen[:-1][again]
    # A sighting stands for its value in those windows that hold it, and none that came before.
    first = np.searchsorted(ends, np.maximum(seen, before + window + 1))
    last = np.searchsorted(ends, seen + window, side="right")
    stands = first < last
    changes = np.bincount(first[stands], minlength=len(ends) + 1) - np.bincount(last[stands], minlength=len(ends) + 1)
    counts: Numbers = np.cumsum(changes[: len(ends)])
    return counts
