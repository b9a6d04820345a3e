"""What is read off a live run: how fast a backlog was read, what that cost by process and by step, and memory."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.live_delays import Delays
from benchmarks.live_processes import Usage
from benchmarks.live_room import Note, Reading

FROM, TO = 0.1, 0.9
"""The part of a backlog that is measured: before it workers start, after it they run dry."""
MINUTE_SECONDS = 60


class Backlog(NamedTuple):
    """A backlog that was read: how fast, and the CPU microseconds per event by process, and within Python by stage."""

    messages: int
    events: int
    messages_per_second: float
    events_per_second: float
    processes: Mapping[str, float]
    stages: Mapping[str, float]


class Steady(NamedTuple):
    """Steady traffic: messages a second, minutes, delays, and memory in bytes by process, minute for minute."""

    rate: int
    minutes: int
    delays: Delays
    memory: Mapping[str, Sequence[int]]


def backlog(
    messages: int, events: int, notes: Sequence[Note], readings: Sequence[Reading], stages: Mapping[str, float]
) -> Backlog:
    """Read off how a backlog of so many messages, with so many events, was worked on."""
    begin, end = (next(note for note in notes if note.messages >= part * messages) for part in (FROM, TO))
    rate = (end.messages - begin.messages) / (end.at - begin.at)
    before, after = _reading(readings, begin.at), _reading(readings, end.at)
    measured = (end.messages - begin.messages) * events / messages
    spent = {name: (after[name].cpu - before[name].cpu) / measured * 1e6 for name in after}
    within = {stage: seconds / events * 1e6 for stage, seconds in stages.items()}
    return Backlog(messages, events, rate, rate * events / messages, spent, within)


def memory(readings: Sequence[Reading], begin: float, minutes: int) -> dict[str, list[int]]:
    """Give the memory by process at the end of each minute from a time on, that of the beginning first."""
    moments = [_reading(readings, begin + number * MINUTE_SECONDS) for number in range(minutes + 1)]
    return {name: [moment[name].memory for moment in moments] for name in moments[0]}


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that a share of the values does not exceed; the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def _reading(readings: Sequence[Reading], at: float) -> Mapping[str, Usage]:
    """Give the first reading from a time on, or the last."""
    place = bisect_left(readings, at, key=lambda reading: reading.at)
    return readings[min(place, len(readings) - 1)].usage
