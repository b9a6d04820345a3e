"""Times of sending: so many, in order, within the span, and by the rhythm of the day."""

from collections import Counter
from itertools import islice, pairwise

import pytest

from pipeline.simulator.dice import Dice
from pipeline.simulator.people import REST
from pipeline.simulator.rhythm import HOURS, PEAK, sending_times
from transforms.core.times import DAY, HOUR, MINUTE, SECOND, parse_time

MIDNIGHT = parse_time("2026-09-17T00:00:00Z")


@pytest.mark.parametrize("duration", [1, SECOND, 7 * MINUTE, HOUR, DAY + 1, 40 * DAY])
@pytest.mark.parametrize("count", [1, 7, 1_000])
@pytest.mark.parametrize("start", [MIDNIGHT, MIDNIGHT + 10 * HOUR + 17 * MINUTE + 1])
def test_so_many_times_in_order_and_within_the_span(start, count, duration):
    times = list(sending_times(start, duration, count, Dice(3, "times")))
    assert len(times) == count
    assert times == sorted(times)
    assert start <= times[0]
    assert times[-1] < start + duration


def test_hours_have_their_share():
    counts = Counter((time - MIDNIGHT) // HOUR for time in sending_times(MIDNIGHT, DAY, 148_200, Dice(3, "times")))
    # Between two hours the weight changes by quarters: 80 and 92 make 80, 83, 86, 89.
    assert [counts[9], counts[3], counts[12]] == [8_450, 800, 9_775]
    assert min(counts, key=counts.__getitem__) == 3


def test_times_are_lazy():
    first = next(sending_times(MIDNIGHT, 3650 * DAY, 10**12, Dice(3, "times")))
    assert MIDNIGHT <= first < MIDNIGHT + HOUR


def test_no_time_of_the_day_has_more_than_the_peak():
    """People rest as long as they should only if no such span has more than ``PEAK`` times its share."""
    for first in range(24):
        for length in range(REST // HOUR, 49):
            # Four quarters of an hour: 4, 3, 2 and 1 parts of its weight; 0, 1, 2 and 3 parts of the next one's.
            weights = [10 * HOURS[(first + hour) % 24] + 6 * HOURS[(first + hour + 1) % 24] for hour in range(length)]
            sums = [sum(weights[at : at + REST // HOUR]) for at in range(length - REST // HOUR + 1)]
            assert max(sums) * length <= PEAK * sum(weights) * (REST // HOUR)


def test_neighbours_are_not_evenly_spaced():
    gaps = {after - before for before, after in pairwise(islice(sending_times(MIDNIGHT, DAY, 9_999, Dice(3, "x")), 99))}
    assert len(gaps) > 90
