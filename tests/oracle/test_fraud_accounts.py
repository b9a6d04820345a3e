"""The fraud oracle on cases worked by hand: rules about where an account is, and what is done with it."""

import pytest

from tests.oracle.fraud import episodes
from tests.oracle.fraud_acts import NOON, approved, at, change, failure, success
from tests.oracle.fraud_orders import distance
from tests.oracle.test_fraud import RULES, found, told

BERLIN, COTTBUS, TOKYO = (52.52, 13.405), (51.76, 14.334), (35.68, 139.69)


def geo(position):
    return {"geo": {"lat": position[0], "lon": position[1]}}


@pytest.mark.parametrize(
    ("one", "two", "hours", "is_found"),
    [
        (BERLIN, COTTBUS, 0.1, True),
        (BERLIN, COTTBUS, 0.2, False),
        (BERLIN, (52.52, 14.87), 0.01, False),
        (BERLIN, (52.52, 14.90), 0.01, True),
        (BERLIN, TOKYO, 9.9, True),
        (BERLIN, TOKYO, 10, False),
        (BERLIN, TOKYO, 0, False),
        ((0, 179.5), (0, -179.5), 0.1, True),
        ((0, 179.6), (0, -179.6), 0.01, False),
        ((90, 0), (90, 180), 0.01, False),
        ((-90, 17), (-89, -100), 0.1, True),
        ((89.6, 0), (89.6, 180), 0.01, False),
        ((None, 13), TOKYO, 1, False),
    ],
)
def test_travel(one, two, hours, is_found):
    events = [success(**geo(one)), success(time=at(hours=hours), **geo(two))]
    assert bool(found(events, "impossible_travel")) == is_found


def test_distances():
    degree = 6371.0088 * 3.141592653589793 / 180
    assert distance((0, 179), (0, -179)) == pytest.approx(2 * degree)
    assert distance((0, 0), (0, 180)) == pytest.approx(180 * degree)
    assert distance((89, 0), (89, 180)) == pytest.approx(2 * degree)
    assert distance((90, 5), (90, 77)) == pytest.approx(0, abs=1e-9)
    assert distance(BERLIN, TOKYO) == pytest.approx(8918, abs=5)


def test_the_speed_is_told_up_to_a_limit():
    def events(hours):
        return [success(**geo((0, 0))), success(time=at(hours=hours), **geo((0, 90)))]

    assert told(events(1), "impossible_travel") == [(5000, "review")]
    ((speed, _),) = told(events(10), "impossible_travel")
    assert speed == pytest.approx(1000.76, abs=0.01)
    assert not found(events(24), "impossible_travel")
    assert found([*events(24), success(time=at(hours=12), **geo((0, -60)))], "impossible_travel")


@pytest.mark.parametrize(
    ("earlier", "one", "two", "is_found"),
    [
        (None, "d1", "d1", True),
        (None, "d1", "d2", True),
        ("d2", "d1", "d2", False),
        ("d2", None, "d2", False),
        ("d1", "d1", "d1", True),
        (None, "d1", None, True),
    ],
)
def test_who_has_two_devices_need_not_travel(earlier, one, two, is_found):
    events = [success(device_id=one, **geo(BERLIN)), success(time=at(5), device_id=two, **geo(TOKYO))]
    before = [success(time=at(micros=-1), device_id=earlier)] if earlier else []
    assert bool(found([*before, *events], "impossible_travel")) == is_found


@pytest.mark.parametrize(("micros", "is_found"), [(0, True), (1, False)])
def test_the_window_of_a_journey(micros, is_found):
    slow = {"rules": [rule | {"kmh": {"value": 300}} for rule in RULES["rules"]]}
    events = [success(**geo(BERLIN)), success(time=at(hours=24, micros=micros), **geo(TOKYO))]
    assert bool(found(events, "impossible_travel", slow)) == is_found


def test_a_device_of_the_same_moment_was_not_known_before():
    events = [success(device_id="d1", **geo(BERLIN)), success(time=at(5), device_id="d2", **geo(TOKYO))]
    assert found([success(device_id="d2"), *events], "impossible_travel")


def chain(*more, login=NOON, changed=None, paid=None, device="d2", **facts):
    """An account of a day on one device, then one on another; it changes after an hour and pays after two."""
    return [
        success(time=at(hours=-24), device_id="d1"),
        success(time=login, device_id=device),
        change(time=changed or at(hours=1)),
        approved(1, paid or at(hours=2), **{"account_id": "a", "amount": 20_000} | facts),
        *more,
    ]


def test_a_chain():
    (alert,) = found(chain(), "chain")
    assert alert == ("takeover.chain", "account", "a", NOON, at(121), 200, "review")
    assert [one.severity for one in found(chain(amount=39_999), "chain")] == ["review"]
    assert [one.severity for one in found(chain(amount=40_000), "chain")] == ["high"]


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({"amount": 19_999}, False),
        ({"amount": 200, "currency": "JPY"}, True),
        ({"amount": 199, "currency": "JPY"}, False),
        ({"status": "declined"}, False),
        ({"channel": "recurring"}, False),
        ({"account_id": None}, False),
        ({"account_id": "b"}, False),
        ({"changed": NOON}, False),
        ({"changed": at(hours=2)}, False),
        ({"changed": at(micros=1)}, True),
        ({"paid": at(hours=24)}, True),
        ({"paid": at(hours=24, micros=1)}, False),
        ({"login": at(micros=-1)}, False),
        ({"device": "d1"}, False),
        ({"device": None}, False),
        ({"device": ""}, False),
    ],
)
def test_links_of_a_chain(changes, is_found):
    assert bool(found(chain(**changes), "chain")) == is_found


@pytest.mark.parametrize("kind", ["mfa", "device_added"])
def test_other_changes_are_no_link(kind):
    events = chain()
    events[2].data["change_type"] = kind
    assert not found(events, "chain")


@pytest.mark.parametrize(
    ("earlier", "is_found"),
    [
        ([], False),
        ([success(time=at(hours=-24), device_id="d1")], True),
        ([success(time=at(hours=-24, micros=1), device_id="d1")], False),
        ([success(time=at(hours=-720), device_id="d1")], True),
        ([success(time=at(hours=-720, micros=-1), device_id="d1")], False),
        ([success(time=at(hours=-24), device_id=None)], False),
        ([success("b", time=at(hours=-24), device_id="d1")], False),
        ([failure(time=at(hours=-24), device_id="d1")], False),
        ([success(time=at(hours=-24), device_id="d1"), success(time=at(-1), device_id="d2")], False),
        ([success(time=at(hours=-24), device_id="d1"), success(time=at(hours=-721), device_id="d2")], True),
        ([success(time=at(hours=-24), device_id="d1"), failure(time=at(-1), device_id="d2")], True),
    ],
)
def test_a_device_is_new_to_an_account_with_a_past(earlier, is_found):
    assert bool(found([*earlier, *chain()[1:]], "chain")) == is_found


def usual(*amounts, hours: float = -1, **changes):
    return [approved(time=at(hours=hours), account_id="a", amount=amount, **changes) for amount in amounts]


@pytest.mark.parametrize(
    ("payments", "least"),
    [
        ([], 20_000),
        (usual(30_000, 30_000), 20_000),
        (usual(10_000, 30_000, 90_000), 90_000),
        (usual(100, 200, 300), 20_000),
        (usual(10_000, 20_000, 30_001, 90_000), 75_002),
        (usual(30_000, 30_000, 30_000, channel="recurring"), 20_000),
        (usual(30_000, 30_000, 30_000, status="declined"), 20_000),
        (usual(30_000, 30_000, 30_000, currency="USD"), 20_000),
        (usual(30_000, 30_000, 30_000, hours=-720), 90_000),
        (usual(30_000, 30_000, 30_000, hours=-721), 20_000),
        (usual(9_000, 9_000, 9_000, hours=0), 20_000),
    ],
)
def test_the_median(payments, least):
    assert found(chain(*payments, amount=least), "chain")
    assert not found(chain(*payments, amount=least - 1), "chain")


def test_orders_can_be_shadows():
    rules = {"rules": [rule | {"state": "SHADOW"} for rule in RULES["rules"]]}
    assert episodes(chain(), RULES)
    assert not episodes(chain(), rules)
