"""For each rule: its deciding facts among a million others of the same entity give the same alert, in little room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pytest

from options.fraud_rules import default_fraud_rules
from tests.core.fraud.judged import event_of_admitted
from tests.oracle.fraud_acts import approved, at, change, declined, failure, success
from tests.oracle.records import Admitted
from transforms.core.fraud.evidence import ROW, Evidence, Rows, unite, unpack
from transforms.core.fraud.facts import WHOLE, Fact, width_of
from transforms.core.fraud.flagging import ALERTED, Flagger
from transforms.core.fraud.gathering import Gatherer
from transforms.core.times import MINUTE

MILLION = 1_000_000
HOME, AWAY = {"lat": 52.5, "lon": 13.4}, {"lat": -33.9, "lon": 151.2}
OF_EVENTS = {Fact.DECLINE, Fact.APPROVAL, Fact.FAILURE, Fact.SUCCESS, Fact.AMOUNT}
FIRST = {Fact.SMALL_FIRST, Fact.LARGE_FIRST, Fact.FAILED_FIRST, Fact.CHANGE_FIRST}
LAST = {Fact.SMALL_LAST, Fact.LARGE_LAST, Fact.FAILED_LAST, Fact.CHANGE_LAST}


class Case(NamedTuple):
    """What decides, and what else is about the same entity: in the same minutes, and on the day before."""

    deciding: Sequence[Admitted]
    beside: Sequence[Admitted] = ()
    before: Sequence[Admitted] = ()


def payments(number: int, make: Any, **data: Any) -> list[Admitted]:
    return [make(card, at(card / 4), **data) for card in range(number)]


LOGINS = [success("h1"), success("h2", geo=HOME), failure("h1"), failure("h2")]
PAID = [*(approved(901 + turn, amount=45000) for turn in range(5)), declined(901)]
CASES = {
    "card_testing.cards_per_ip": Case(payments(5, declined), [approved(0), declined(0), *LOGINS], PAID),
    "card_testing.cards_per_device": Case(
        payments(4, declined, device_id="d"), [approved(0, device_id="d")], [approved(902, device_id="d")]
    ),
    "card_testing.declines_per_ip": Case([declined(1, at(turn)) for turn in range(6)], LOGINS, PAID),
    "card_testing.attempts": Case([declined(1, at(turn / 4)) for turn in range(11)], LOGINS, PAID),
    "card_testing.decline_ratio": Case([declined(1, at(turn / 4)) for turn in range(10)], LOGINS, PAID),
    "card_testing.card_retries": Case([declined(1, at(turn)) for turn in range(10)], [approved(1)], [approved(1)]),
    "card_testing.bin_attack": Case(payments(10, declined), [approved(0), declined(1)], PAID),
    "card_testing.probe_then_spend": Case(
        [approved(1, at(), amount=50), approved(1, at(5), amount=60000)],
        [approved(1, amount=5000), declined(1, amount=49000)],
        [approved(1, amount=5000)],
    ),
    "card_testing.small_cards": Case(payments(8, approved, amount=99), [approved(0, amount=99)], PAID),
    "card_testing.bin_slow": Case([declined(n, at(n)) for n in range(30)], [approved(0), declined(1)], PAID),
    "card_testing.card_declines": Case([declined(1, at(turn)) for turn in range(8)], [approved(1)], [approved(1)]),
    "card_testing.probe_then_spend_elsewhere": Case(
        [
            approved(1, at(hours=-20), device_id="usual"),
            approved(1, at(), amount=300, device_id="new", ip="192.0.2.9"),
            approved(1, at(5), amount=15000, device_id="new", ip="192.0.2.8"),
        ],
        [approved(1, amount=400, device_id="usual"), declined(1, amount=90000, device_id="usual")],
        [approved(1, amount=20000, device_id="usual")],
    ),
    "takeover.guessing": Case([failure("a", at(turn / 2)) for turn in range(10)], [success("a")], [success("a")]),
    "takeover.guessing_slow": Case(
        [failure("a", at(hours=-turn / 4)) for turn in range(40)], [success("a")], [success("a")]
    ),
    "takeover.accounts_per_device": Case(
        [failure(f"a{n}", at(n), device_id="d") for n in range(6)],
        [success("h1", device_id="d"), failure("h1", device_id="d")],
        [success("h2", device_id="d")],
    ),
    "takeover.payout_change": Case(
        [
            success("a", at(hours=-30), device_id="usual"),
            success("a", at(2), device_id="new"),
            change("payout", at(3)),
        ],
        [success("a", device_id="usual"), change("mfa"), failure("a")],
        [success("a", device_id="usual"), change("email")],
    ),
    "takeover.failures_then_success": Case(
        [*(failure("a", at(turn / 2)) for turn in range(5)), success("a", at(3), device_id="new")],
        [success("a", device_id="usual", geo=HOME), approved(1, account_id="a")],
        [success("a", device_id="usual"), change("mfa")],
    ),
    "takeover.credential_stuffing": Case([failure(f"a{n}", at(n / 5)) for n in range(16)], LOGINS, [*PAID, *LOGINS]),
    "takeover.credential_stuffing_slow": Case([failure(f"a{n}", at(n)) for n in range(25)], LOGINS, PAID),
    "takeover.stuffing_hit": Case(
        [*(failure(f"a{n}", at(n / 5)) for n in range(16)), success("hit", at(4))], LOGINS, [*PAID, *LOGINS]
    ),
    "takeover.impossible_travel": Case(
        [success("a", at(), device_id="usual", geo=HOME), success("a", at(9), device_id="new", geo=AWAY)],
        [failure("a", geo=AWAY), change("mfa")],
        [success("a", device_id="usual", geo=HOME)],
    ),
    "takeover.chain": Case(
        [
            success("a", at(hours=-30), device_id="usual"),
            success("a", at(2), device_id="new"),
            change("email", at(3)),
            approved(1, at(4), account_id="a", amount=200000),
        ],
        [approved(1, account_id="a", amount=25000), success("a", device_id="usual"), change("mfa"), failure("a")],
        [approved(1, account_id="a", amount=25000), success("a", device_id="usual")],
    ),
}


def evidence_of(events: Sequence[Admitted]) -> Evidence:
    gatherer = Gatherer(default_fraud_rules(), seed=7, slots=1)
    gatherer.add(map(event_of_admitted, events))
    return unite(unpack(part) for _, part in gatherer.flush())


def multiplied(evidence: Evidence, number: int, between: tuple[datetime, datetime], seed: int) -> Evidence:
    """So many facts like those of some events, each of an event of its own between two times."""
    rng = np.random.default_rng(seed)
    rows: Rows = evidence.rows[rng.integers(0, len(evidence.rows), number)].copy()
    start, end = (int(time.timestamp() * 1_000_000) for time in between)
    rows["time"] = rng.integers(start, end, number)
    rows["event"] = rng.integers(0, 2**64, number, np.uint64)
    for strand in np.unique(rows["strand"]).tolist():
        mine, fact = rows["strand"] == strand, Fact(strand & 63)
        time, event = rows["time"][mine], rows["event"][mine]
        bucket = time - time % width_of(strand)
        rows["bucket"][mine] = bucket
        value = ((time - time % MINUTE - time).astype(np.int64) * -1).astype(np.uint64) << np.uint64(32)
        value |= event & np.uint64(0xFFFFFFFF)
        if fact in OF_EVENTS:
            rows["value"][mine] = event
        elif fact in FIRST:
            rows["value"][mine] = value
        elif fact in LAST:
            rows["value"][mine] = np.uint64(WHOLE) - value
    return evidence._replace(rows=rows)


def test_there_is_a_case_for_each_rule():
    assert set(CASES) == {rule.id for rule in default_fraud_rules().rules}


@pytest.mark.parametrize("rule", CASES)
def test_deciding_facts_among_a_million_others(rule):
    case = CASES[rule]
    flagger = Flagger(default_fraud_rules())
    alone = evidence_of(case.deciding)
    wanted = [one.alert for one in flagger.flag(alone) if one.alert.rule_id == rule]
    assert wanted
    kept = alone
    noise = [(case.beside, at(micros=1), at(11)), (case.before, at(hours=-23), at(hours=-2))]
    for seed in range(10):
        for events, start, end in noise:
            if events:
                number = MILLION // 10 // sum(1 for some, *_ in noise if some)
                kept = unite([kept, multiplied(evidence_of(events), number, (start, end), seed)])
    found = [one.alert for one in flagger.flag(kept) if one.alert.rule_id == rule and one.outcome == ALERTED]
    keys = ("alert_id", "window_start", "first_event_time", "severity")
    assert [[getattr(alert, key) for key in keys] for alert in found] == [
        [getattr(alert, key) for key in keys] for alert in wanted
    ]
    assert len(kept.rows) * ROW.itemsize < 64 << 20
