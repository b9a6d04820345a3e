"""Histories of payments, logins and changes in which the default fraud rules fire, or nearly do.

A history is a few scenes, each of one pattern of fraud or of a crowd of honest people, around the same few moments and
among the same few addresses, devices, cards and accounts. Numbers and gaps are drawn from around the thresholds.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.histories.clock import HOUR, MINUTE, SECOND, Clock
from tests.histories.data import CHANGE, LOGIN, PAYMENT
from tests.histories.fraud_scenes import SCENES, Scene
from tests.oracle import times
from tests.oracle.records import Admitted

CLOCK = Clock(datetime(2026, 9, 17, 10, tzinfo=UTC))
DAY = 24 * HOUR
MOMENTS = (
    0,
    0,
    0,
    MINUTE - 1,
    30 * SECOND,
    10 * MINUTE,
    -MINUTE,
    HOUR - MINUTE,
    -HOUR,
    14 * HOUR,
    -10 * HOUR,
    -23 * HOUR,
)
CONTRACTS = {"payment": PAYMENT, "login": LOGIN, "change": CHANGE}


@st.composite
def fraud_events(draw) -> list[dict[str, Any]]:
    """CloudEvents in any order, some more than once, within a day before and after 2026-09-17T10:00Z."""
    scenes = draw(st.lists(st.sampled_from(SCENES), min_size=2, max_size=5))
    told = [act for scene in scenes for act in _moved(draw(scene()), draw(st.sampled_from(MOMENTS)))]
    events = [_event(f"e{number}", *act) for number, act in zip(count(1), told, strict=False)]
    again = draw(st.lists(st.integers(0, max(len(events) - 1, 0)), max_size=6)) if events else []
    events += [events[number] for number in again]
    if shuffle := draw(st.integers(0, 3)):
        Random(shuffle).shuffle(events)
    return events


def _moved(scene: Scene, start: int) -> Scene:
    return [(start + micros, kind, data) for micros, kind, data in scene if -DAY <= start + micros <= DAY]


def _event(name: str, micros: int, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    transaction = {"transaction_id": name} if kind == "payment" else {}
    return {
        "specversion": "1.0",
        "id": name,
        "source": "shop",
        "type": CONTRACTS[kind],
        "time": CLOCK.rfc3339(micros),
        "data": transaction | data,
    }


def admitted(events: Iterable[dict[str, Any]]) -> list[Admitted]:
    """Hand events to the oracle as if all were admitted."""
    return [
        Admitted((event["source"], event["id"]), event["type"], _time(event["time"]), event["data"], was_masked=False)
        for event in events
    ]


def _time(text: str) -> datetime:
    time = times.parsed(text)
    assert time is not None
    return time
