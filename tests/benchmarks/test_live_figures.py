"""Figures of live runs follow from notes and readings by plain arithmetic."""

import os
import subprocess
import sys

import pytest

from benchmarks.live_delays import Delays, delays
from benchmarks.live_figures import backlog, memory, percentile
from benchmarks.live_processes import Meter, Usage, family, usage
from benchmarks.live_room import Note, Reading
from benchmarks.live_traffic import Mark

NOTES = [Note(at, messages, None) for at, messages in ((0.0, 0), (1.0, 100), (2.0, 200), (5.0, 900), (6.0, 1000))]
READINGS = [Reading(at, {"Python": Usage(at * 0.5, int(at) << 20)}) for at in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)]


def test_a_backlog_is_measured_between_a_tenth_and_nine_tenths():
    found = backlog(1000, 5000, NOTES, READINGS, {"open": 0.25, "count": 0.5})
    assert found.messages_per_second == 800 / 4
    assert found.events_per_second == 4000 / 4
    assert found.processes == {"Python": pytest.approx(2.0 / 4000 * 1e6)}
    assert found.stages == {"open": 50.0, "count": 100.0}


def test_memory_is_told_minute_for_minute():
    readings = [Reading(100.0 + at, {"Python": Usage(0.0, int(at))}) for at in range(200)]
    assert memory(readings, 100.0, 3) == {"Python": [0, 60, 120, 180]}


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        (range(1, 101), 0.99, 99),
        (range(1, 101), 0.5, 50),
        ([7.0], 0.99, 7.0),
        ([1.0, 2.0], 0.99, 2.0),
    ],
)
def test_percentiles_are_values_that_were_seen(values, share, wanted):
    assert percentile(list(values), share) == wanted


class Seen:
    def __init__(self) -> None:
        self.served = {"a": 10.0, "b": 21.0, "c": 75.0}
        self.stored = {"a": 63.0, "c": 124.0}


def test_delays_count_from_publication_from_the_watermark_and_from_the_end_of_the_window():
    marks = [Mark("a", 1.0), Mark("b", 20.0), Mark("c", 70.0)]
    notes = [Note(60.0, 0, None), Note(61.5, 0, 59_999_999), Note(62.0, 0, 60_000_000), Note(62.5, 0, 61_000_000)]
    assert delays(marks, Seen(), notes) == Delays([9.0, 1.0, 5.0], [1.0], [3.0], [4.0], missing=1)


INNER = """
import time
blob = bytearray(80 << 20)
end = time.process_time() + 0.3
while time.process_time() < end:
    pass
print(flush=True)
input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_descends_from_a_process_is_told_apart():
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {INNER!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    found, whole = Meter({"one": process.pid}, ("one", "below")).read(), family(process.pid)
    process.communicate(b"\n")
    assert found["below"].cpu >= 0.3
    assert found["below"].memory > 80 << 20
    assert found["one"].memory < 80 << 20
    assert whole.memory >= found["below"].memory
    assert usage(os.getpid()).cpu > 0
    assert usage(2**22 + 1) == Usage(0.0, 0)
