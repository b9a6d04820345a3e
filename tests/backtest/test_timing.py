"""When an alert would have been known: with the event that decides it."""

from random import Random

import pytest

from options.fraud_rules import default_fraud_rules
from pipeline.backtesting.findings import overlaps
from pipeline.backtesting.timing import Timer
from tests.backtest.findings import MORNING
from transforms.core.fraud.evidence import NOTHING, unite, unpack
from transforms.core.fraud.flagging import Flagger
from transforms.core.fraud.gathering import LOGIN, PAYMENT, Gatherer
from transforms.core.records import Event
from transforms.core.times import MINUTE

RULES = default_fraud_rules()


def declined(number, minute):
    data = {
        "card": {"fingerprint": f"f{number}", "bin": "400000"},
        "amount": 5000,
        "currency": "EUR",
        "status": "declined",
        "merchant_id": f"m{number}",
        "ip": "192.0.2.7",
    }
    return Event(f"p{number}", "shop", PAYMENT, MORNING + int(minute * MINUTE), data, number)


def login(number, minute, account, outcome):
    data = {"account_id": account, "outcome": outcome, "ip": "192.0.2.7"}
    return Event(f"l{number}", "shop", LOGIN, MORNING + int(minute * MINUTE), data, number)


def evidence_of(events):
    gatherer = Gatherer(RULES)
    gatherer.add(events)
    return unite([NOTHING, *(unpack(part) for _, part in gatherer.flush())])


def known(events):
    """Minutes in which alerts are known, by rule and type of entity."""
    evidence = evidence_of(events)
    timer = Timer(RULES, None)
    return {
        (found.alert.rule_id, found.alert.entity_type): (timer.known_at(evidence, found) - MORNING) / MINUTE
        for found in Flagger(RULES).flag(evidence)
    }


@pytest.mark.parametrize("spacing", [1, 7])
def test_the_fifth_card_decides(spacing):
    found = known([declined(number, number * spacing) for number in range(8)])
    assert found["card_testing.cards_per_ip", "ip"] == 4 * spacing
    assert found["card_testing.declines_per_ip", "ip"] == 5 * spacing


def test_a_hit_is_known_with_the_success_or_with_what_makes_its_place_a_bad_one():
    before = [login(number, 0, f"a{number}", "failure") for number in range(20)]
    assert known([*before, login(30, 3, "b", "success")])["takeover.stuffing_hit", "account"] == 3
    slow = [login(number, number / 8, f"a{number}", "failure") for number in range(20)]
    assert known([*slow, login(30, 0.5, "b", "success")])["takeover.stuffing_hit", "ip"] == 15 / 8


@pytest.mark.parametrize("seed", range(8))
def test_events_up_to_then_tell_of_it_and_those_before_do_not(seed):
    """The facts of earlier events are judged anew, instead of the earlier facts of all events."""
    random = Random(seed)
    minutes = [random.randrange(240) + random.random() for _ in range(90)]
    events = [declined(number, minute) for number, minute in enumerate(minutes[:45])]
    events += [
        login(number, minute, f"a{random.randrange(20)}", "success" if random.random() < 0.1 else "failure")
        for number, minute in enumerate(minutes[45:], start=45)
    ]
    evidence, timer, flagger = evidence_of(events), Timer(RULES, None), Flagger(RULES)
    found = flagger.flag(evidence)
    assert len({one.alert.rule_id for one in found}) > 1

    def tells(alert, until):
        earlier = flagger.flag(evidence_of([event for event in events if event.time <= until]))
        return any(
            (one.alert.rule_id, one.alert.entity) == (alert.rule_id, alert.entity) and overlaps(one.alert, alert)
            for one in earlier
        )

    for one in found:
        moment = timer.known_at(evidence, one)
        assert moment in {event.time for event in events}
        assert tells(one.alert, moment)
        assert not tells(one.alert, moment - 1)
