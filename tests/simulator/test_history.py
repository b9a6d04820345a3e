"""A history: so much of each fault as was asked for, in order, lazily, and in memory that does not grow."""

import tracemalloc
from collections import Counter
from itertools import islice

import msgspec
import pytest

from pipeline.simulator.dice import Dice
from pipeline.simulator.faults import FAULTS
from pipeline.simulator.history import history
from pipeline.simulator.outcomes import COUNTED, DUPLICATE
from pipeline.simulator.pool import MOST_VISITS, Pool
from pipeline.simulator.records import Broken, Item
from tests.simulator.plans import plan
from transforms.core.times import DAY, HOUR, MINUTE


def outcomes(this):
    return Counter(entry.item.outcome if isinstance(entry, Broken) else entry.outcome for entry in history(this))


def test_so_many_are_sent_and_in_order():
    sent = [entry.item.sent if isinstance(entry, Broken) else entry.sent for entry in history(plan(3_000))]
    assert len(sent) == 3_000
    assert sent == sorted(sent)


def test_faults_have_their_shares():
    """Of 20,000 events; the bounds are about three standard deviations, and the seed is fixed."""
    found = outcomes(plan(20_000, duplicates=0.1, late=0.05, in_future=0.04, malformed=0.08, envelope=True))
    assert found[DUPLICATE] == pytest.approx(2_000, abs=120)
    assert found["too_late"] == pytest.approx(1_000, abs=90)
    assert found["in_future"] == pytest.approx(800, abs=80)
    malformed = {reason: found[reason] for reason in (*FAULTS, "bad_envelope", "not_decompressible")}
    assert sum(malformed.values()) == pytest.approx(1_600, abs=110)
    assert all(number == pytest.approx(1_600 / 9, abs=45) for number in malformed.values())
    assert found.total() == 20_000


def test_without_publish_times_nothing_is_late_and_no_message_is_broken():
    found = outcomes(plan(20_000, late=0.05, in_future=0.05))
    assert found.keys() == {COUNTED, DUPLICATE, "bad_envelope", *FAULTS}


def test_nothing_goes_wrong_where_nothing_should():
    right = {"duplicates": 0.0, "late": 0.0, "in_future": 0.0, "malformed": 0.0, "bulky_every": 10}
    assert outcomes(plan(500, envelope=True, **right)) == {COUNTED: 500}


@pytest.mark.parametrize(
    ("envelope", "bulky"),
    [
        (False, {"too_large": 2, "too_many_events": 2}),
        (True, {"too_large": 2, "too_many_events": 2, "decompressed_too_large": 2}),
    ],
)
def test_the_bulky_come_once_in_so_many_events(envelope, bulky):
    found = outcomes(plan(20, bulky_every=10, envelope=envelope))
    assert {reason: found[reason] for reason in bulky} == bulky


@pytest.mark.parametrize("part", ["malformed", "late", "duplicates"])
def test_everything_may_go_wrong(part):
    nothing = {"duplicates": 0.0, "late": 0.0, "in_future": 0.0, "malformed": 0.0}
    found = outcomes(plan(300, duration=10 * MINUTE, envelope=True, **nothing | {part: 1.0}))
    assert found[COUNTED] == (1 if part == "duplicates" else 0)
    assert found.total() == 300


def test_a_duplicate_says_what_was_said_a_while_before():
    seen: dict[str, Item] = {}
    copies = 0
    for entry in history(plan(20_000, duplicates=0.2, duration=2 * HOUR)):
        if isinstance(entry, Item) and entry.outcome == DUPLICATE:
            first = seen[entry.id]
            assert msgspec.structs.replace(entry, sent=first.sent, outcome=COUNTED) == first
            assert 0 <= entry.sent - first.sent < 20 * MINUTE
            copies += 1
        elif isinstance(entry, Item):
            assert entry.id not in seen
            seen[entry.id] = entry
    assert copies == pytest.approx(4_000, abs=200)


def test_where_all_is_long_ago_nothing_is_sent_again():
    assert outcomes(plan(200, duration=300 * DAY, duplicates=0.5, malformed=0.0)) == {COUNTED: 200}


def test_another_seed_is_another_history():
    def written(**changes):
        return [entry.encoded() for entry in history(plan(50, malformed=0.0, **changes)) if isinstance(entry, Item)]

    assert written(seed=3) == written(seed=3)
    assert not set(written(seed=3)) & set(written(seed=4))


def test_a_history_is_lazy():
    first = list(islice(history(plan(10**12, envelope=True)), 3))
    assert len(first) == 3


def test_memory_does_not_grow_with_the_events():
    entries = history(plan(10**7, duration=100 * DAY, envelope=True))
    tracemalloc.start()
    peaks = []
    for count in (15_000, 15_000):
        for _ in islice(entries, count):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def test_memory_does_not_grow_with_the_rate():
    """A pool holds a bounded number of visits, however many events a second come to it."""
    begun = []

    def begin():
        begun.append("visit")
        return iter(("first", "second"))

    pool = Pool(Dice(1, "pool"), 10**9, begin)
    tracemalloc.start()
    drawn = Counter(pool.draw() for _ in range(3 * MOST_VISITS))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    assert drawn["first"] == len(begun)
    assert drawn["second"] > MOST_VISITS / 2
