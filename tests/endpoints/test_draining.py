"""Draining: the input ends when nothing has been written for longer than anything waits."""

import pytest

from pipeline.endpoints.draining import QUIET_SECONDS, Drain


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_run_that_does_not_drain_is_never_quiet(clock):
    drain = Drain()
    clock[0] += 10 * QUIET_SECONDS
    assert not drain.is_set()
    assert not drain.is_quiet()


def test_quiet_is_counted_from_the_beginning_and_from_every_write(clock):
    drain = Drain()
    drain.wrote()
    clock[0] += 100
    drain.set()
    assert drain.is_set()
    clock[0] += QUIET_SECONDS - 1
    assert not drain.is_quiet()
    drain.wrote()
    clock[0] += QUIET_SECONDS - 1
    assert not drain.is_quiet()
    clock[0] += 1
    assert drain.is_quiet()


def test_asking_again_does_not_begin_anew(clock):
    drain = Drain()
    drain.set()
    clock[0] += QUIET_SECONDS
    drain.set()
    assert drain.is_quiet()
    drain.clear()
    assert not drain.is_set()
