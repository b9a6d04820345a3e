"""A home that cannot be written: waiting, telling, giving up."""

import threading

import pytest

from pipeline.endpoints import stalls
from pipeline.endpoints.stalls import STALLS, persistently
from pipeline.errors import StoreError


class PassingError(Exception):
    """A fault that passes."""


def passing(error: Exception) -> str | None:
    return "it is away" if isinstance(error, PassingError) else None


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(stalls, "LONGEST_WAIT_SECONDS", 0.002)


class Home:
    """Fails a number of times, and notes what is stalled meanwhile."""

    def __init__(self, failures: int, error: Exception):
        self.failures, self.error = failures, error
        self.seen: list[list[tuple[str, str]]] = []

    def write(self) -> str:
        self.seen.append([(stall.home, stall.why) for stall in STALLS.current()])
        if len(self.seen) <= self.failures:
            raise self.error
        return "written"


def test_what_passes_is_waited_for_and_seen_as_a_stall():
    home = Home(3, PassingError())
    assert persistently("a home", home.write, passing) == "written"
    assert home.seen == [[], *[[("a home", "it is away")]] * 3]
    assert STALLS.current() == []


def test_what_does_not_pass_is_raised():
    home = Home(3, ValueError("a mistake of ours"))
    with pytest.raises(ValueError, match="a mistake of ours"):
        persistently("a home", home.write, passing)
    assert home.seen == [[]]


def test_patience_ends():
    with pytest.raises(StoreError, match="cannot write a home: it is away; tried for 0 s"):
        persistently("a home", Home(10**9, PassingError()).write, passing, patience=0.01)
    assert STALLS.current() == []


def test_a_stall_lasts_until_all_threads_are_through():
    first = STALLS.begin("a home", "x")
    threads = [threading.Thread(target=STALLS.begin, args=("a home", "y"))]
    for thread in threads:
        thread.start()
        thread.join()
    STALLS.begin("a home", "z")
    [stall] = STALLS.current()
    assert (stall.why, stall.since) == ("z", first.since)
    STALLS.end("a home")
    [stall] = STALLS.current()
    assert stall.why == "y"
    STALLS._stalls.clear()


def test_it_is_told_once_and_again_when_it_is_over(caplog, monkeypatch):
    caplog.set_level("WARNING", "pipeline")  # a quiet run of the command before leaves it higher
    monkeypatch.setattr(stalls, "TOLD_AFTER_SECONDS", 0)
    persistently("a home", Home(3, PassingError()).write, passing)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("cannot write a home since ")
    assert first.endswith(": it is away; trying again")
    assert second.startswith("a home: no longer waiting")
