"""Distinct values in sliding windows, as sets count them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fraud.counting import distinct_in_windows

SEEN = st.lists(st.tuples(st.integers(-20, 40), st.integers(0, 6)), max_size=40)


@given(SEEN, st.lists(st.integers(-30, 60), unique=True), st.integers(0, 15))
def test_as_sets_count(seen, ends, window):
    ends = sorted(ends)
    buckets = np.array([bucket for bucket, _ in seen], dtype=np.int64)
    values = np.array([value for _, value in seen], dtype=np.uint64)
    counted = distinct_in_windows(buckets, values, np.array(ends, dtype=np.int64), window)
    assert counted.tolist() == [len({value for bucket, value in seen if end - window <= bucket <= end}) for end in ends]
