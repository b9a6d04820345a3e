"""When events are sent: a day has its rhythm, and every quarter of an hour its share of the events."""

from collections.abc import Iterator
from itertools import chain, pairwise

from pipeline.simulator.dice import Dice
from transforms.core.times import HOUR, MINUTE

HOURS = (20, 14, 10, 8, 8, 12, 24, 44, 64, 80, 92, 98, 100, 94, 90, 90, 92, 96, 100, 98, 90, 74, 52, 32)
"""The weight of each hour of the day, in UTC; between two hours the weight changes by quarters."""

PEAK = 2
"""No time of the day has more than so many times the events of the mean."""

_QUARTER = 15 * MINUTE


def sending_times(start: int, duration: int, count: int, dice: Dice) -> Iterator[int]:
    """Give ``count`` times from ``start`` on, in order, before ``start + duration``; lazily, in microseconds."""
    total = sum((end - begin) * _weight(begin) for begin, end in _quarters(start, duration))
    done = passed = 0
    for begin, end in _quarters(start, duration):
        passed += (end - begin) * _weight(begin)
        share = passed * count // total - done
        # One time in each of as many parts: the order needs no sorting, and no quarter more or less than its share.
        parts = share << 32
        for number in range(share):
            yield begin + ((number << 32) + dice.bits()) * (end - begin) // parts
        done += share


def _quarters(start: int, duration: int) -> Iterator[tuple[int, int]]:
    """Part a span at the quarters of hours."""
    end = start + duration
    return pairwise(chain((start,), range(start - start % _QUARTER + _QUARTER, end, _QUARTER), (end,)))


def _weight(time: int) -> int:
    """Weigh a quarter by the hours on both sides of it."""
    hour, quarter = time % (24 * HOUR) // HOUR, time % HOUR // _QUARTER
    return HOURS[hour] * (4 - quarter) + HOURS[(hour + 1) % 24] * quarter
