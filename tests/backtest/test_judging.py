"""Judging alerts made by hand by labels made by hand."""

import pytest

from pipeline.backtesting.judging import Truth, judge
from pipeline.backtesting.results import Judgement, Kind, kinds, missed
from tests.backtest.findings import alert, finding, label
from transforms.core.fraud.flagging import SHADOWED
from transforms.core.fraud.rules import Severity
from transforms.core.times import MINUTE

ATTACK = label("a1", 10, 30, True, "192.0.2.7", "e1", "e2")
INNOCENT = label("n1", 10, 30, False, "192.0.2.9", "e3")


@pytest.mark.parametrize(
    "told",
    [
        alert(0, 10),
        alert(30, 60),
        alert(15, 16, entity="card", entity_type="card", event_ids=["x", "e2"]),
    ],
    ids=["ends with its first event", "begins with its last", "about another entity of its events"],
)
def test_an_alert_is_about_an_attack(told):
    truth = Truth([ATTACK, INNOCENT])
    assert truth.about(told) == [ATTACK]
    assert truth.is_about_attack(told)


@pytest.mark.parametrize(
    "told",
    [
        alert(0, 9),
        alert(31, 40),
        alert(10, 30, entity="192.0.2.7", entity_type="device"),
        alert(31, 40, entity="192.0.2.1", event_ids=["e1"]),
    ],
    ids=["before", "after", "a device of the same name", "an event of the same id at another time"],
)
def test_an_alert_is_about_nothing(told):
    assert Truth([ATTACK, INNOCENT]).about(told) == []


def test_an_alert_about_an_attack_is_about_no_innocent_too():
    assert Truth([ATTACK, INNOCENT]).about(alert(10, 30, event_ids=["e3"])) == [ATTACK]


def test_precision_recall_and_delays_by_rule_and_in_all():
    second = label("a2", 100, 200, True, "192.0.2.8")
    third = label("a3", 300, 310, True, "192.0.2.1")
    found = [
        finding(5, 30, known=12),
        finding(5, 30, rule="s", known=11),
        finding(110, 200, entity="192.0.2.8", known=140),
        finding(150, 160, entity="192.0.2.8", rule="s", outcome=SHADOWED),
        finding(400, 410),
        finding(10, 20, entity="192.0.2.9", rule="s", severity=Severity.HIGH),
        finding(10, 20, entity="192.0.2.9"),
    ]
    r, s, nothing, in_all = judge(["r", "s", "t"], found, Truth([ATTACK, second, third, INNOCENT]))
    assert (r.alerts, r.right, r.precision, r.recall) == (4, 2, 0.5, 2 / 3)
    assert (r.delays, r.negatives) == ({"a1": 2 * MINUTE, "a2": 40 * MINUTE}, {"n1": Severity.REVIEW})
    assert (r.median_delay, r.longest_delay) == (2 * MINUTE, 40 * MINUTE)
    assert (s.alerts, s.right, s.delays, s.negatives) == (2, 1, {"a1": MINUTE}, {"n1": Severity.HIGH})
    assert (nothing.precision, nothing.recall, nothing.median_delay, nothing.longest_delay) == (None, 0, None, None)
    assert (in_all.alerts, in_all.right, in_all.recall) == (6, 3, 2 / 3)
    assert in_all.delays == {"a1": MINUTE, "a2": 40 * MINUTE}
    assert (in_all.negatives_of(Severity.HIGH), in_all.negatives_of(Severity.REVIEW)) == (1, 0)


def test_what_was_known_before_the_attack_comes_without_delay():
    [_, in_all] = judge(["r"], [finding(0, 30, known=5)], Truth([ATTACK]))
    assert in_all.delays == {"a1": 0}


def test_without_attacks_there_is_no_recall():
    [_, in_all] = judge(["r"], [], Truth([INNOCENT]))
    assert in_all.recall is None


def test_missed_attacks_begin_with_those_that_the_old_rules_find():
    labels = [label(f"a{n}", n * 10, n * 10 + 5, True, f"192.0.2.{n}") for n in range(4)] + [INNOCENT]
    truth = Truth(labels)
    new, old = ([finding(n * 10, n * 10 + 2, entity=f"192.0.2.{n}") for n in found] for found in ([1], [1, 3]))
    judgement = Judgement("f.jsonl", labels, judge(["r"], new, truth), judge(["r"], old, truth))
    assert [one.instance for one in missed(judgement)] == ["a3", "a0", "a2"]
    assert kinds(judgement) == [Kind("burst", True, 4, 1, 2), Kind("burst", False, 1, 0, 0)]
