"""A delay ends with the event that makes an alert due."""

import pytest

from benchmarks.fraud_delays import Delay, Histories, Replay, delays, earliest, entities_of
from benchmarks.fraud_labels import ATTACK, Instance, Owners
from options.fraud_rules import read_fraud_rules
from transforms.core.records import Event

SECOND = 1_000_000
CARD = {"bin": "400000", "last4": "0042"}


def payment(number: int, seconds: int, **data) -> Event:
    """A declined payment with a card of its own."""
    card = {**CARD, "fingerprint": f"fp_{number}"}
    told = {"merchant_id": f"m{number}", "amount": 100, "currency": "EUR", "status": "declined", "ip": "192.0.2.7"}
    return Event(f"p{number}", "shop", "payment.authorization.v1", seconds * SECOND, {**told, "card": card, **data}, 0)


def attack(*events: Event, entities=frozenset({("ip", "192.0.2.7")})) -> Instance:
    times = [event.time for event in events]
    return Instance("a1", "burst", ATTACK, entities, min(times), max(times), frozenset(event.id for event in events))


def test_entities():
    full = payment(1, 0, device_id="d", account_id="a", merchant_id="m|x")
    change = Event("c", "shop", "account.change.v1", 0, {"account_id": "a", "change_type": "email"}, 0)
    login = Event("l", "shop", "account.login.v1", 0, {"account_id": "", "ip": "192.0.2.1", "outcome": "success"}, 0)
    assert entities_of(full) == [
        ("account", "a"),
        ("ip", "192.0.2.7"),
        ("device", "d"),
        ("card", "fp_1"),
        ("card|merchant", "fp_1|m\\|x"),
        ("merchant|bin", "m\\|x|400000"),
    ]
    assert (entities_of(change), entities_of(login)) == ([("account", "a")], [("ip", "192.0.2.1")])


def test_histories_have_each_event_once_and_in_order():
    events = [payment(2, 20), payment(1, 10), payment(2, 20), payment(3, 5, ip="192.0.2.8"), payment(4, 1, ip="x")]
    histories = Histories(events, {("ip", "192.0.2.7"), ("ip", "192.0.2.8"), ("card", "fp_1")})
    ids = [event.id for event in histories.about([("ip", "192.0.2.7"), ("ip", "192.0.2.8"), ("card", "fp_1")])]
    assert ids == ["p3", "p1", "p2"]
    assert histories.about([("ip", "x")]) == []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 100])
def test_the_earliest(count):
    for first in range(count):
        assert earliest(count, first.__le__) == first
    assert earliest(count, lambda _: False) is None


def test_of_no_moments_there_is_no_earliest():
    assert earliest(0, lambda _: True) is None


def test_few_moments_are_looked_at():
    looked = []

    def fires(number):
        looked.append(number)
        return number >= 5

    assert earliest(10_000, fires) == 5
    assert looked == [0, 1, 3, 7, 5, 4]


BURST = [payment(number, 10 * number) for number in range(1, 31)]


def test_a_burst_is_found_with_its_fifth_card():
    burst = attack(*BURST)
    replay = Replay(read_fraud_rules(""), Owners([burst]))
    assert replay.delay(burst, BURST) == Delay(40, 5, ("card_testing.cards_per_ip",))


def test_what_was_before_counts_and_is_no_event_of_the_attack():
    """Two declines of somebody else at the address: the attack is found two events earlier."""
    burst = attack(*BURST[2:])
    found = delays(
        Replay(read_fraud_rules(""), Owners([burst])), Histories(BURST, {*burst.entities}), {burst: {("card", "none")}}
    )
    assert found == {"a1": Delay(20, 3, ("card_testing.cards_per_ip",))}


def test_what_is_not_found_has_no_delay():
    burst = attack(*BURST[:4])
    assert Replay(read_fraud_rules(""), Owners([burst])).delay(burst, BURST[:4]) is None
