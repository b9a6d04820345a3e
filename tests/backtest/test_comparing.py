"""Comparing alerts made by hand."""

import pytest

from pipeline.backtesting.comparing import Counts, Read, compare, unite
from pipeline.backtesting.findings import distinct, pack, unpack
from tests.backtest.findings import alert, at, finding
from transforms.core.fraud.flagging import SHADOWED, SUPPRESSED
from transforms.core.fraud.rules import Severity
from transforms.core.times import DAY, HOUR


def gained_and_lost(new, old):
    [*_, in_all] = compare(["r", "s"], new, old)
    return in_all.gained, in_all.lost


@pytest.mark.parametrize(
    "new",
    [
        [finding(5, 20)],
        [finding(20, 30)],
        [finding(0, 12), finding(14, 40)],
    ],
    ids=["begins elsewhere", "meets at one moment", "two in place of one"],
)
def test_an_overlapping_alert_of_the_rule_and_entity_is_the_same(new):
    assert gained_and_lost(new, [finding(10, 20)]) == ([], [])


@pytest.mark.parametrize(
    "new",
    [
        finding(21, 30),
        finding(10, 20, entity="192.0.2.8"),
        finding(10, 20, entity_type="device"),
        finding(10, 20, rule="s"),
    ],
    ids=["later", "another entity", "another type of entity", "another rule"],
)
def test_any_other_is_gained_and_the_old_one_is_lost(new):
    assert gained_and_lost([new], [finding(10, 20)]) == ([new.alert], [alert(10, 20)])


@pytest.mark.parametrize("outcome", [SUPPRESSED, SHADOWED])
def test_what_becomes_no_alert_is_lost_and_counted_apart(outcome):
    [rule, _, in_all] = compare(["r", "s"], [finding(10, 20, outcome=outcome)], [finding(10, 20)])
    assert rule.lost == [alert(10, 20)]
    assert rule.new == in_all.new == Counts(suppressed=outcome == SUPPRESSED, shadowed=outcome == SHADOWED)
    assert rule.old == Counts(alerts=1)


def test_each_rule_has_its_own_and_all_together_have_everything():
    urgent = finding(0, 5, rule="s", severity=Severity.HIGH, score=90)
    new = [finding(0, 5), finding(50, 60), urgent]
    r, s, nothing, in_all = compare(["r", "s", "t"], new, [finding(0, 5)])
    assert [one.rule for one in (r, s, nothing, in_all)] == ["r", "s", "t", ""]
    assert (r.new, r.old, r.gained, r.lost) == (Counts(alerts=2), Counts(alerts=1), [alert(50, 60)], [])
    assert (s.new, s.old, s.gained) == (Counts(alerts=1, high=1), Counts(), [urgent.alert])
    assert (nothing.new, nothing.gained) == (Counts(), [])
    assert (in_all.new, in_all.gained) == (Counts(alerts=3, high=1), [urgent.alert, alert(50, 60)])


def test_an_alert_that_two_slots_tell_of_is_one():
    more = finding(10, 20, evidence_seen=9)
    found = [more, finding(10, 20, evidence_seen=3), finding(0, 5)]
    assert distinct(found) == distinct(reversed(found)) == [finding(0, 5), more]


def test_findings_come_back_from_bytes():
    found = [finding(0, 5, known=3, severity=Severity.HIGH), finding(1, 2, outcome=SHADOWED)]
    assert unpack(pack(found)) == found


def test_what_was_read_adds_up_in_any_order():
    parts = [Read(2, at(30), at(40)), Read(refused=3), Read(), Read(1, at(20), at(20), 1)]
    assert unite(parts) == unite([unite(parts[:2]), unite(reversed(parts[2:]))]) == Read(3, at(20), at(40), 4)
    assert unite([Read(refused=1)]) == Read(refused=1)


@pytest.mark.parametrize(("length", "days"), [(0, 1), (HOUR, 1), (DAY, 1), (36 * HOUR, 1.5)])
def test_days_are_at_least_one(length, days):
    assert Read(2, at(0), at(0) + length).days == days
