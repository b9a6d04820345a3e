"""Each hard negative looks like an attack in one thing, and is an ordinary day in all others."""

from itertools import pairwise

import pytest

from pipeline.simulator.scenarios.catalogue import HARD_NEGATIVES
from tests.simulator.scenes import CHANGE, LOGIN, OF_EACH, PAYMENT, kilometres, played, share, values
from transforms.core.times import HOUR, MINUTE


def devices(events):
    """Give the devices of each account."""
    found: dict[str, set[str]] = {}
    for event in events:
        if event.data.get("device_id"):
            found.setdefault(event.data["account_id"], set()).add(event.data["device_id"])
    return found


@pytest.mark.parametrize("name", HARD_NEGATIVES)
def test_hard_negatives_come_in_turn_and_differ(name):
    assert len(played(name)) == OF_EACH
    assert {one.performance.label for one in played(name)} == {"hard_negative"}
    assert len({tuple(event.time for event in one.events) for one in played(name)}) == OF_EACH


@pytest.mark.parametrize("name", ["flash_sale", "nat_office", "issuer_outage", "password_reset_day", "traveller"])
def test_all_keep_their_devices(name):
    for one in played(name):
        assert {len(own) for own in devices(one.before + one.events).values()} == {1}


def test_a_flash_sale_has_many_cards_few_declines_and_one_merchant():
    for one in played("flash_sale"):
        paid = one.data(PAYMENT)
        assert len(values(paid, "card")) == len(paid) == len(one.events) >= 100
        assert len(values(paid, "merchant_id")) == 1
        assert share(paid, "status", "declined") < 0.15
        assert len({data["amount"] for data in paid}) == 2
        assert len(values(paid, "ip")) >= 0.8 * len(paid)
        assert one.events[-1].time - one.events[0].time <= 50 * MINUTE
    assert {bool(one.entities.get("ip")) for one in played("flash_sale")} == {True, False}


def test_an_office_is_many_people_behind_one_address():
    for one in played("nat_office"):
        everything = [event.data for event in one.events]
        assert list(values(everything, "ip")) == one.entities["ip"]
        people = values(everything, "account_id").keys()
        assert len(people) >= 25
        logins, paid = one.data(LOGIN), one.data(PAYMENT)
        assert {data["account_id"] for data in logins if data["outcome"] == "success"} == people
        assert 0 <= share(logins, "outcome", "failure") < 0.35
        assert share(paid, "status", "declined") < 0.25
        assert len(values(paid, "card")) == len(paid)
        assert not {event.data["ip"] for event in one.before} & {*one.entities["ip"]}


def test_in_an_outage_an_issuers_cards_are_declined_with_91_and_96_and_then_not():
    for one in played("issuer_outage"):
        paid = one.of(PAYMENT)
        down = [event for event in paid if event.data["status"] == "declined"]
        up = [event for event in paid if event.data["status"] == "approved"]
        assert {event.data["response_code"] for event in down} == {"91", "96"}
        assert down[-1].time < up[0].time + 2 * 1_000_000
        assert len({event.data["card"]["bin"] for event in paid}) == 1
        pairs = {f"{event.data['merchant_id']}|{event.data['card']['bin']}" for event in paid}
        assert pairs == {*one.entities["merchant|bin"]}
        assert max(values([event.data for event in down], "card").values()) <= 5
        assert len(values([event.data for event in paid], "ip")) >= 30


def test_on_a_reset_day_many_mistype_change_their_password_and_log_in():
    for one in played("password_reset_day"):
        acts: dict[str, list[str]] = {}
        for event in one.events:
            acts.setdefault(event.data["account_id"], []).append(event.data.get("outcome") or event.data["change_type"])
        assert acts.keys() == {*one.entities["account"]}
        assert len(acts) >= 60
        for *mistyped, change, success in acts.values():
            assert 1 <= len(mistyped) <= 4
            assert {*mistyped} == {"failure"}
            assert (change, success) == ("password", "success")
        assert 0 <= share(one.data(CHANGE), "actor", "support") < 0.2


def test_a_traveller_is_no_faster_than_a_plane():
    speeds = []
    for one in played("traveller"):
        logins = one.of(LOGIN)
        home, away = logins
        distance = kilometres(home.data["geo"], away.data["geo"])
        speeds.append(distance / ((away.time - home.time) / HOUR))
        assert distance > 200
        assert {event.data["account_id"] for event in one.events} == {*one.entities["account"]}
        assert {event.kind for event in one.events[2:]} <= {PAYMENT}
    assert max(speeds) < 850
    assert max(speeds) > 300


def test_a_family_has_one_card_and_a_device_each():
    for one in played("family_card"):
        paid = one.data(PAYMENT)
        assert list(values(paid, "card")) == one.entities["card"]
        assert list(values([event.data for event in one.events], "ip")) == one.entities["ip"]
        own = devices(one.before + one.events)
        assert own.keys() == {*one.entities["account"]}
        assert [len(found) for found in own.values()] == [1] * len(own)
        assert 2 <= len(set.union(*own.values())) <= 5
        assert {data["status"] for data in paid} == {"approved"}


def test_a_second_device_goes_on_as_the_first_did():
    for one in played("second_device"):
        [account] = one.entities["account"]
        assert len(devices(one.before)[account]) == 1
        assert len(devices(one.before + one.events)[account]) == 2
        assert one.events[0].data["outcome"] == "success"
        assert one.events[1].data["change_type"] == "device_added"
        assert {event.data["ip"] for event in one.before + one.events} == {one.events[0].data["ip"]}
        usual = sorted(event.data["amount"] for event in one.before if event.kind == PAYMENT)
        assert max(data["amount"] for data in one.data(PAYMENT)) < 4.2 * usual[len(usual) // 2]


def test_renewals_are_recurring_and_come_from_one_server():
    for one in played("recurring_payments"):
        paid = one.data(PAYMENT)
        assert values(paid, "channel").keys() == {"recurring"}
        assert list(values(paid, "ip")) == one.entities["ip"]
        assert len(values(paid, "card")) == len(paid) >= 150
        assert 0 < share(paid, "status", "declined") < 0.27
        assert max(after.time - event.time for event, after in pairwise(one.events)) < 8_000_000
