"""Each attack has the shape that its name promises; how large it is differs from one to the next."""

from itertools import pairwise

import pytest

from pipeline.simulator.scenarios.catalogue import ATTACKS
from tests.simulator.scenes import CHANGE, LOGIN, OF_EACH, PAYMENT, everything, kilometres, played, share, values
from transforms.core.times import HOUR, MINUTE, SECOND


def successes(events):
    return [event for event in events if event.kind == LOGIN and event.data["outcome"] == "success"]


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_come_in_turn_and_differ(name):
    assert len(played(name)) == OF_EACH
    assert {one.performance.label for one in played(name)} == {"attack"}
    assert len({tuple(event.time for event in one.events) for one in played(name)}) == OF_EACH


def test_a_burst_tries_many_cards_from_one_address():
    for one in played("card_testing_burst"):
        tries = one.data(PAYMENT)
        assert len(tries) == len(one.events) >= 6
        assert len(values(tries, "card")) >= 0.7 * len(tries)
        assert list(values(tries, "ip")) == one.entities["ip"]
        assert [device for device in values(tries, "device_id") if device] == one.entities["device"]
        assert len(values(tries, "merchant_id")) == len(values(tries, "device_id")) == 1
        assert max(data["amount"] for data in tries) <= 500
        assert max(after.time - event.time for event, after in pairwise(one.events)) < 70 * SECOND
        assert not one.before
        if len(tries) > 60:
            assert 0.3 < share(tries, "status", "declined") <= 1
    assert {not one.entities["device"] for one in played("card_testing_burst")} == {True, False}


def test_slow_and_low_is_of_many_addresses_and_one_device_or_issuer():
    for one in played("slow_and_low"):
        tries = one.data(PAYMENT)
        hours = (one.events[-1].time - one.events[0].time) / HOUR
        assert hours > 0.7
        assert 4 < len(tries) / hours < 340
        assert max(values(tries, "ip").values()) <= 2
        assert len(values(tries, "ip")) >= len(tries) / 2
        assert len(values(tries, "merchant_id")) == 1
        assert len(values(tries, "card")) == len(tries)
        prefixes = {data["card"]["bin"] for data in tries}
        if "device" in one.entities:
            assert list(values(tries, "device_id")) == one.entities["device"]
        else:
            assert [f"{tries[0]['merchant_id']}|{prefix}" for prefix in prefixes] == one.entities["merchant|bin"]
            assert len(values(tries, "device_id")) >= len(tries) / 2
    assert {tuple(one.entities) for one in played("slow_and_low")} == {("device",), ("merchant|bin",)}


def test_a_bin_attack_guesses_numbers_of_one_issuer():
    for one in played("bin_attack"):
        tries = one.data(PAYMENT)
        assert len(values(tries, "card")) == len(tries) >= 40
        assert {f"{data['merchant_id']}|{data['card']['bin']}" for data in tries} == {*one.entities["merchant|bin"]}
        assert len(one.entities["merchant|bin"]) == 1
        assert values(tries, "ip").keys() == {*one.entities["ip"]}
        assert len(one.entities["ip"]) <= 30
        assert share(tries, "status", "declined") > 0.7
        declines = [data for data in tries if data["status"] == "declined"]
        assert share(declines, "response_code", "14") > 0.5


def test_a_probe_comes_before_much_is_spent_with_a_customers_card():
    for one in played("probe_then_spend"):
        paid = one.data(PAYMENT)
        amounts = [data["amount"] for data in paid]
        assert list(values(paid, "card")) == one.entities["card"]
        probes = sum(amount <= 150 for amount in amounts)
        assert probes in (1, 2)
        assert max(amounts[:probes]) <= 150
        assert min(amounts[probes:]) >= 15_000
        assert {data["status"] for data in paid[:-1]} == {"approved"}
        usual = [event.data for event in one.before if event.kind == PAYMENT]
        assert values(usual, "card").keys() == values(paid, "card").keys()
        assert not values(usual, "ip").keys() & values(paid, "ip").keys()


def test_stuffing_fails_for_many_accounts_and_hits_about_one_in_a_hundred():
    tried = hit = 0
    for one in played("credential_stuffing"):
        logins = one.data(LOGIN)
        found = successes(one.events)
        assert len(logins) == len(one.events) >= 200
        assert max(values(logins, "account_id").values()) <= 2
        assert values(logins, "ip").keys() == {*one.entities["ip"]}
        assert len(one.entities["ip"]) <= 12
        assert {event.data["account_id"] for event in found} == {*one.entities["account"]}
        assert 1 <= len(found) <= 0.021 * len(logins)
        assert {data["failure_reason"] for data in logins if data["outcome"] == "failure"} == {
            "bad_password",
            "unknown_user",
        }
        for event in found:
            home = {e.data["device_id"] for e in successes(one.before) if same_account(e, event)}
            assert len(home) == 1
            assert event.data["device_id"] not in home
        tried, hit = tried + len(logins), hit + len(found)
    assert 0.005 < hit / tried < 0.02


def test_brute_force_ends_in_a_success_of_an_unknown_device():
    for one in played("brute_force"):
        *failures, success = one.data(LOGIN)
        assert len(failures) >= 8
        assert {data["outcome"] for data in failures} == {"failure"}
        assert success["outcome"] == "success"
        assert [*values(one.data(LOGIN), "account_id")] == one.entities["account"]
        assert success["device_id"] not in {event.data["device_id"] for event in successes(one.before)}
        assert one.events[-1].time - one.events[-2].time <= 6 * MINUTE


def test_a_chain_is_login_then_change_then_a_purchase_far_above_the_usual():
    for one in played("takeover_chain"):
        kinds = [event.kind for event in one.events if event.data.get("outcome") != "failure"]
        assert kinds == sorted(kinds, key=[LOGIN, CHANGE, PAYMENT].index)
        assert set(kinds) == {LOGIN, CHANGE, PAYMENT}
        assert {event.data["account_id"] for event in one.events} == {*one.entities["account"]}
        assert {data["change_type"] for data in one.data(CHANGE)} <= {"password", "email", "phone", "address", "payout"}
        usual = sorted(event.data["amount"] for event in one.before if event.kind == PAYMENT)
        assert len(usual) >= 3
        assert min(data["amount"] for data in one.data(PAYMENT)) >= max(25_000, 2.4 * usual[len(usual) // 2])
        assert len({data["currency"] for data in one.data(PAYMENT)} | {e.data["currency"] for e in purchases(one)}) == 1
        devices = {event.data["device_id"] for event in one.events}
        assert len(devices) == 1
        assert not devices & {event.data["device_id"] for event in one.before}
        assert one.events[-1].time - one.events[0].time < 20 * HOUR


def test_nobody_travels_so_fast():
    for one in played("impossible_travel"):
        home, away = successes(one.before)[-1], successes(one.events)[0]
        distance = kilometres(home.data["geo"], away.data["geo"])
        assert distance > 5_000
        assert distance / ((away.time - home.time) / HOUR) > 1_800
        assert same_account(home, away)
        assert home.data["ip"] != away.data["ip"]
        assert [event.kind for event in one.events[1:]] == [PAYMENT] * (len(one.events) - 1)


def test_who_is_attacked_has_a_past_with_the_usual_device_and_amounts():
    for one in everything():
        if one.performance.label == "attack" and one.before:
            for account in one.entities.get("account", ()):
                logins = [e for e in successes(one.before) if e.data["account_id"] == account]
                assert len(logins) >= 2
                assert len({e.data["device_id"] for e in logins}) == len({e.data["ip"] for e in logins}) == 1
                first_own = min(e.time for e in one.events if e.data.get("account_id") == account)
                assert logins[0].time < first_own - 10 * HOUR
            assert max(event.time for event in one.before) <= one.performance.begin


def purchases(one):
    return [event for event in one.before if event.kind == PAYMENT]


def same_account(event, other):
    return event.data["account_id"] == other.data["account_id"]
