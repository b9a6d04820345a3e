"""The text of a result: what stands where, whatever the width and whatever the events hold."""

import json

import pytest

from pipeline.backtesting.comparing import Read, compare
from pipeline.backtesting.judging import Truth, judge
from pipeline.backtesting.results import Judgement, Result, RuleSet
from pipeline.report.backtest import summary
from pipeline.report.backtest_json import as_json
from pipeline.report.tables import Table
from pipeline.report.text import columns
from tests.backtest.findings import at, finding, label
from transforms.core.fraud.flagging import SHADOWED, SUPPRESSED
from transforms.core.fraud.rules import Severity, State
from transforms.core.times import DAY

LONG = "card_testing.a_rule_with_a_name_as_long_as_somebody_may_find_it_useful"
HOSTILE = "\x1b[31m\N{CJK UNIFIED IDEOGRAPH-6F22}" * 60


IDS = ("r", "s", LONG)


def result(new, old, labels=(), *, examples=3, events=10):
    truth = Truth(labels)
    judgement = Judgement("fraud.jsonl", labels, judge(IDS, new, truth), judge(IDS, old, truth))
    return Result(
        version="0.1.0",
        inputs=("week.jsonl",),
        files=1,
        size=4_100_000,
        read=Read(events, at(0), at(0) + 2 * DAY, 3) if events else Read(),
        new=RuleSet("new.yaml", "2", "a" * 64, {"r": State.ACTIVE, "s": State.SHADOW, LONG: State.ACTIVE}),
        old=RuleSet("", "1", "b" * 64, {"r": State.ACTIVE, LONG: State.PAUSED}),
        compared=compare(IDS, new, old),
        judgement=judgement if labels else None,
        examples=examples,
    )


NEW = [
    finding(10, 30, known=12),
    finding(10, 30, rule="s", outcome=SHADOWED),
    finding(40, 41, entity="192.0.2.9", severity=Severity.HIGH, score=80),
    finding(40, 41, entity="192.0.2.1", outcome=SUPPRESSED),
]
LABELS = [
    label("a1", 10, 30, True, "192.0.2.7"),
    label("n1", 40, 41, False, "192.0.2.9"),
    label("a2", 90, 95, True, "192.0.2.3"),
]


EVERYTHING = """\
Millrace 0.1.0, fraud rules on history
  Input    week.jsonl: 1 file, 4.1 MB
  Events   payments, logins and changes: 10; refused, of all
           types: 3
  Time     2026-09-17T09:00:00Z to 2026-09-19T09:00:00Z: 2.0
           days
  New      new.yaml, version 2, fingerprint aaaaaaaaaaaa
  Old      the bundled rules, version 1, fingerprint
           bbbbbbbbbbbb

Alerts    a day  new  high  old  high  gained  lost
  r         1.0    2     1    2     0       1     1
  in all    1.0    2     1    2     0       1     1
  No alert under either: s,
  card_testing.a_rule_with_a_name_as_long_as_somebody_may_fi
  nd_it_useful.
  Only evaluated under the new rules: s,
  card_testing.a_rule_with_a_name_as_long_as_somebody_may_fi
  nd_it_useful.

Found, and no alerts    allowed  (old)  shadow  (old)
  r                           1      0       0      0
  s                           0      0       1      0
  in all                      1      0       1      0

Gained (+) and lost (-), up to 3 of each rule, by score
  r
    + ip 192.0.2.9, high, score 80
      2026-09-17T09:40:00Z to 2026-09-17T09:41:00Z
      6 different cards
    - ip 192.0.2.3, review, score 50
      2026-09-17T10:30:00Z to 2026-09-17T10:35:00Z
      6 different cards

By the truth of fraud.jsonl: 2 attacks, 1 hard negative
By rule    right     found  review  high  delay  longest
  r
    new      50%   1/2 50%       0     1  2 min    2 min
    old     100%  2/2 100%       0     0  5 min    7 min
  in all
    new      50%   1/2 50%       0     1  2 min    2 min
    old     100%  2/2 100%       0     0  5 min    7 min
  right: alerts about an attack (precision); found: attacks
  with an alert (recall); review, high: hard negatives with
  an alert, by severity; delay: from an attack's first event
  to the event that leads to an alert, the median and the
  longest.

By scenario    played  new  old
  burst             2    1    2
  burst *           1    1    0
  * innocent: no alert is best

Attacks missed by the new rules: 1
  - burst a2, found by the old rules: 2026-09-17T10:30:00Z;
    ip 192.0.2.3
"""


def test_everything_at_a_width_of_60():
    old = [finding(10, 30, known=17), finding(90, 95, entity="192.0.2.3")]
    assert f"{summary(result(NEW, old, LABELS), 60)}\n" == EVERYTHING


def test_nothing_asks_to_look_at_the_input():
    text = summary(result([], [], events=0), 80)
    assert "NOTHING TO JUDGE: no payment, login or change was admitted. Check --input." in text
    assert "Time" not in text
    assert "  in all    0.0    0     0    0     0       0     0" in text.splitlines()
    assert "No alert under either" not in text


def test_more_than_is_shown_is_counted():
    many = [finding(n * 10, n * 10 + 5, score=50 + n) for n in range(9)]
    lines = summary(result(many, []), 80).splitlines()
    assert [line.strip() for line in lines if line.startswith("    + ")] == [
        "+ ip 192.0.2.7, review, score 58",
        "+ ip 192.0.2.7, review, score 57",
        "+ ip 192.0.2.7, review, score 56",
        "+ and 6 more",
    ]
    assert "Gained" not in summary(result(many, [], examples=0), 80)


@pytest.mark.parametrize("width", [10, 60, 61, 75, 83, 100, 120, 300])
def test_no_line_is_wider_than_the_terminal_and_events_cannot_write_to_it(width):
    reasons = [{"measure": "cards", "observed": 1.0, "threshold": 1.0, "text": HOSTILE}]
    new = [finding(n, n + 1, rule=LONG, entity=f"{HOSTILE}{n}", reasons=reasons, score=50 + n % 50) for n in range(999)]
    hostile = label("a\n1", 0, 5, True, HOSTILE)
    text = summary(result(new, NEW, [*LABELS, hostile._replace(scenario=HOSTILE)]), width)
    assert all(map(str.isprintable, text.split("\n")))
    assert max(map(columns, text.split("\n"))) <= min(max(60, width), 120)


def test_json_holds_what_does_not_exist_as_null():
    content = json.loads(as_json(result([], [], [LABELS[1]], events=0)))
    assert (content["first_event_time"], content["old"]["file"]) == (None, None)
    assert [one["rule"] for one in content["rules"]] == ["r", "s", LONG]
    assert content["rules"][1]["old_state"] is None
    assert content["labels"]["in_all"]["new"] == {
        "alerts": 0,
        "about_attacks": 0,
        "precision": None,
        "attacks_found": 0,
        "recall": None,
        "hard_negatives": {"review": 0, "high": 0},
        "delay_median_seconds": None,
        "delay_longest_seconds": None,
    }
    assert json.loads(as_json(result([], [])))["labels"] is None


def test_a_table_sets_figures_beside_names_or_below_them():
    table = Table("Alerts", ("new", "old"))
    table.add("a.rule", ("12", "1,234"))
    table.add("another.rule.of.26.letters", ("1", "0"))
    assert table.lines(60) == [
        "Alerts                        new    old",
        "  a.rule                       12  1,234",
        "  another.rule.of.26.letters    1      0",
    ]
    assert table.lines(24) == [
        "Alerts        new    old",
        "  a.rule       12  1,234",
        "  another.rule.of.26.le…",
        "                1      0",
    ]
