"""Figures are counted from alerts and their owners, and the document says whether targets hold."""

from benchmarks.fraud_delays import Delay
from benchmarks.fraud_document import BY_HAND, document, kept, spoken
from benchmarks.fraud_figures import (
    Attacks,
    Cases,
    Negatives,
    Outcome,
    attacks,
    by_rule,
    cases,
    false_alerts,
    missed,
    negatives,
)
from benchmarks.fraud_labels import ATTACK, HARD_NEGATIVE, Instance, Told
from benchmarks.fraud_runs import Size


def played(name: str, scenario: str, label: str) -> Instance:
    return Instance(name, scenario, label, frozenset(), 0, 60_000_000, frozenset({name}))


def alert(rule: str, entity: str, severity: str = "review") -> Told:
    return Told(rule, severity, ("ip", entity), 0, 1, ())


BURST, SECOND, PROBE = (
    played(name, scenario, ATTACK) for name, scenario in (("a1", "burst"), ("a2", "burst"), ("a3", "probe"))
)
SALE, OFFICE = played("n1", "sale", HARD_NEGATIVE), played("n2", "office", HARD_NEGATIVE)
OWNED = [
    (alert("cards", "thief", "high"), BURST),
    (alert("declines", "thief"), BURST),
    (alert("cards", "carrier", "high"), SALE),
    (alert("declines", "carrier"), SALE),
    (alert("cards", "shared"), OFFICE),
    (alert("declines", "shared"), BURST),
    (alert("cards", "home"), None),
]
FIRST = Outcome(1, 40_000, [BURST, PROBE, SALE, OFFICE], OWNED, {"a1": Delay(90, 5, ("cards",))}, 0)
OTHER = Outcome(2, 60_000, [SECOND], [(alert("cards", "thief"), SECOND)], {"a2": Delay(30, 7, ("cards",))}, 1)
BOTH = [FIRST, OTHER]


def test_attacks():
    assert attacks(BOTH) == [
        Attacks("burst", 2, 2, [Delay(90, 5, ("cards",)), Delay(30, 7, ("cards",))], {"cards": 2, "declines": 1}),
        Attacks("probe", 1, 0, [], {}),
    ]
    assert missed(BOTH) == [PROBE]


def test_hard_negatives():
    assert negatives(BOTH) == [
        Negatives("office", 1, 1, {"review": 1}, {"cards": 1}),
        Negatives("sale", 1, 1, {"high": 1, "review": 1}, {"cards": 1, "declines": 1}),
    ]
    assert [owner for _, owner in false_alerts(BOTH)] == [SALE, SALE, OFFICE, None]


def test_cases_are_entities():
    """The thief's address in two histories is two; the office's is true, since an attack is seen there, too."""
    assert cases(BOTH) == Cases(true=3, false=2, ordinary=1)
    assert cases(BOTH).precision == 0.6
    assert cases([]).precision == 1


def test_alerts_by_rule():
    assert by_rule(BOTH) == {
        "cards": {"attack": 2, "hard_negative": 2, "ordinary traffic": 1},
        "declines": {"attack": 2, "hard_negative": 1},
    }


ROWS = (
    "| attacks found | 66.7% (2 of 3) | at least 95 %: **does not hold** |",
    "| false cases per 100,000 events | 2.00 (2) | at most 1: **does not hold** |",
    "| ... of ordinary traffic | 1.00 (1) |  |",
    "| high alerts of hard negatives | 1 | none: **does not hold** |",
    "| precision of cases | 60.0% (3 of 5) |  |",
    "| burst | 2 | 2 | 1.0 min (to 1.5 min) | 6 (to 7) |",
    "| probe | 0 | 1 | - | - |",
    "* burst: cards 2, declines 1",
    "* a3, probe: 1 events, 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z",
    "| sale | 1 | 1 | 1 | 1 | cards 1, declines 1 |",
    "* n2: cards, review, ip shared",
    "* ordinary traffic: cards, review, ip home",
    "| cards | 2 | 2 | 1 |",
    "| 1 | 40,000 | 1 | 2 | 2 | 2 | 7 |",
    "| 2 | 60,000 | 1 | 1 | 1 | 0 | 1 |",
)


def test_the_document():
    lines = document(BOTH, Size(2, 2, 30_000, 3), "make evaluate").split("\n")
    assert [row for row in ROWS if row not in lines] == []


def test_what_holds():
    text = document([OTHER], Size(2, 2, 30_000, 3), "make evaluate")
    assert "**" not in text
    assert "None was missed." in text
    assert "There is no false alert." in text


def test_what_is_written_by_hand_is_kept():
    assert kept("made before\n" + BY_HAND + "\n\n## Real\n") == f"\n{BY_HAND}\n\n## Real\n"
    assert not kept("made before\n")


def test_times_are_spoken():
    assert [spoken(seconds) for seconds in (0, 59.94, 60, 5400)] == ["0.0 s", "59.9 s", "1.0 min", "1.5 h"]
