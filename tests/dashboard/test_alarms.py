"""Alarms say in plain words what is wrong, the gravest first."""

from dataclasses import replace

import pytest

from dashboard.alarms import alarms, level
from dashboard.records import Freshness, RejectReason, RunAccount

FRESH = Freshness("2026-09-17T10:40:00Z", "2026-09-17T10:40:05Z", "2026-09-17T10:40:10Z", 10, 5, is_history=False)
OLD = Freshness("2015-05-17T10:40:00Z", "2026-09-17T10:40:05Z", "2026-09-17T10:40:10Z", 10**8, 10**8, is_history=True)
STALE = Freshness("2026-09-17T10:00:00Z", "2026-09-17T10:00:05Z", "2026-09-17T10:40:10Z", 2410, 2405, is_history=False)
CATCHING_UP = replace(STALE, quiet_seconds=3)
REASON = RejectReason("not_json", 50, "It is not JSON.", "Mend the producer.", "", "", "", "")


def account(received, counted, duplicate=0, rejected=0, *, writing=False):
    missing = received - counted - duplicate - rejected
    return RunAccount("0123456789abcdef", received, counted, duplicate, rejected, 0, "", "", missing, writing)


@pytest.mark.parametrize(
    ("runs", "fresh", "cut_off", "expected"),
    [
        ([], OLD, 0, []),
        ([account(100, 90, 5, 5)], FRESH, 0, []),
        ([account(100, 90, 0, 10)], FRESH, 0, []),
        ([account(100, 89, 0, 11)], FRESH, 0, [("red", "Too many events were rejected")]),
        ([account(100, 0, 0, 100)], FRESH, 0, [("red", "Nothing was admitted")]),
        ([account(100, 93)], FRESH, 0, [("red", "The ledger does not add up")]),
        ([account(100, 93, writing=True)], FRESH, 0, []),
        ([account(100, 107)], STALE, 0, [("red", "The ledger does not add up"), ("amber", "Nothing new is coming")]),
        ([account(100, 100)], CATCHING_UP, 0, []),
        ([account(100, 100)], STALE, 0, [("amber", "Nothing new is coming")]),
        ([account(100, 100)], OLD, 2, [("amber", "A run was cut off")]),
        ([account(0, 0)], FRESH, 0, []),
    ],
)
def test_what_is_told(runs, fresh, cut_off, expected):
    found = alarms(runs, [REASON], fresh, cut_off)
    assert [(alarm.level, alarm.title) for alarm in found] == expected
    assert level(found) == (expected[0][0] if expected else "green")


def test_the_numbers_are_told():
    (missing,) = alarms([account(1100, 1093)], [], FRESH, 0)
    assert "Run 0123456789ab received 1,100 events, and 7 events are unaccounted for" in missing.text
    (refused,) = alarms([account(100, 50, 0, 50)], [REASON], FRESH, 0)
    assert "50 of 100 events" in refused.text
    assert "not_json: Mend the producer." in refused.text
