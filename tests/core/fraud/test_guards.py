"""The guards: what looks like fraud and is none gives no alert, or none that is urgent. Each goes without its guard."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from options.fraud_rules import default_fraud_rules
from tests.core.fraud.judged import event_of_admitted
from tests.oracle.fraud_acts import approved, at, change, declined, failure, success
from tests.oracle.records import Admitted
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import unite, unpack
from transforms.core.fraud.flagging import ALERTED, Flagger
from transforms.core.fraud.gathering import Gatherer

PARIS, TOKYO = {"lat": 48.86, "lon": 2.35}, {"lat": 35.68, "lon": 139.69}


def found(events: Sequence[Admitted], fraud_from: datetime | None = None) -> list[tuple[str, str]]:
    """The rules that alert, with severities."""
    return sorted((one.rule_id.partition(".")[2], str(one.severity)) for one in alerts_of(events, fraud_from))


def alerts_of(events: Sequence[Admitted], fraud_from: datetime | None = None) -> list[Alert]:
    """The alerts by the default rules."""
    rules = default_fraud_rules()
    gatherer = Gatherer(rules, seed=3, slots=1)
    gatherer.add(map(event_of_admitted, events))
    evidence = unite(unpack(part) for _, part in gatherer.flush())
    since = None if fraud_from is None else int(fraud_from.timestamp() * 1_000_000)
    return [one.alert for one in Flagger(rules, since).flag(evidence) if one.outcome == ALERTED]


def burst(**data: object) -> list[Admitted]:
    """Twelve cards declined within three minutes, from one IP and device."""
    return [declined(card, at(card / 4), merchant_id=f"m{card}", device_id="d", **data) for card in range(12)]


TESTING = [
    ("attempts", "review"),
    ("attempts", "review"),
    ("cards_per_device", "high"),
    ("cards_per_ip", "high"),
    ("decline_ratio", "high"),
    ("declines_per_ip", "review"),
]


def test_a_burst_without_a_guard():
    assert found(burst()) == TESTING


@pytest.mark.parametrize(("normal", "severity"), [(11, "high"), (12, "review")])
def test_a_shared_ip_alone_is_never_urgent(normal, severity):
    """It is about the IP: the device stays urgent."""
    office = [success(f"employee {n}", at(-5)) for n in range(normal)]
    alerts = found([*burst(), *office])
    assert ("cards_per_ip", severity) in alerts
    assert ("cards_per_device", "high") in alerts


@pytest.mark.parametrize("code", ["91", "96"])
def test_an_issuer_that_is_down_is_nobodys_doing(code):
    assert found(burst(response_code=code)) == []


def test_recurring_payments_do_not_count():
    assert found(burst(channel="recurring")) == []
    assert found(burst(channel="ecommerce")) == TESTING


def test_a_flash_sale_is_no_card_testing():
    """A hundred cards in ten minutes from one network, one BIN and one merchant, one in ten declined."""
    sale = [(declined if card % 10 == 0 else approved)(card, at(card / 10), device_id="kiosk") for card in range(100)]
    assert found(sale) == []


def test_a_password_reset_day_in_one_office():
    """Forty people mistype, choose a new password, and are in."""
    day = [
        event
        for n in range(40)
        for event in (
            *(failure(f"a{n}", at(n / 10 + turn / 60)) for turn in range(3)),
            change("password", at(n / 10 + 1), f"a{n}"),
            success(f"a{n}", at(n / 10 + 2)),
        )
    ]
    assert found(day) == []
    assert found([event for event in day if event.data.get("outcome") != "success"]) == [
        ("credential_stuffing", "review"),
        ("credential_stuffing_slow", "review"),
    ]


@pytest.mark.parametrize(
    ("device", "before", "alerts"),
    [
        ("phone", True, []),
        ("phone", False, [("failures_then_success", "review")]),
        (None, True, []),
        (None, False, [("failures_then_success", "review")]),
    ],
)
def test_a_forgetful_owner_is_on_a_device_that_is_known(device, before, alerts):
    on = {"device_id": device} if device else {}
    known = [success("a", at(hours=-20), **on)] if before else []
    assert found([*known, *(failure("a", at(n / 4)) for n in range(6)), success("a", at(3), **on)]) == alerts


GUESSED = [("guessing", "review")]


@pytest.mark.parametrize(
    ("failed", "alerts"),
    [
        (9, []),
        (10, GUESSED),
        (19, GUESSED),
        (20, [("failures_then_success", "high"), *GUESSED]),
    ],
)
def test_nobody_mistypes_twenty_times(failed, alerts):
    """Real: 147 failures at the user's own address, and then a success."""
    known = [success("a", at(hours=-20))]
    assert found([*known, *(failure("a", at(n / 4)) for n in range(failed)), success("a", at(6))]) == alerts


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (True, "20 failed logins within 10 min, then a success; from 20 failures on it is urgent on any device"),
        (
            False,
            (
                "20 failed logins within 10 min, then a success on a device that the account was not seen on;"
                " from 5 failures on it is reviewed"
            ),
        ),
    ],
)
def test_a_reason_says_no_more_of_the_device_than_is_so(known, text):
    before = [success("a", at(hours=-20))] if known else []
    alerts = alerts_of([*before, *(failure("a", at(n / 4)) for n in range(20)), success("a", at(6))])
    told = [alert for alert in alerts if alert.rule_id == "takeover.failures_then_success"]
    assert [reason["text"] for alert in told for reason in alert.reasons] == [text]


@pytest.mark.parametrize(
    ("buyers", "accounts", "alerts"),
    [
        (16, True, []),
        (16, False, [("cards_per_ip", "review")]),
        (20, True, [("cards_per_ip", "review")]),
        (20, False, [("cards_per_ip", "high")]),
    ],
)
def test_a_mobile_network_in_a_flash_sale_is_not_urgent(buyers, accounts, alerts):
    """Customers with a card each, a quarter of them declined: nothing where those alone are too few."""
    sale = [
        (declined if n % 4 == 0 else approved)(
            n, at(n * 2.9), merchant_id=f"m{n}", account_id=f"a{n}" if accounts else None
        )
        for n in range(buyers)
    ]
    assert found(sale) == alerts


@pytest.mark.parametrize(("hours", "alerts"), [(12, []), (8, [("impossible_travel", "review")])])
def test_a_traveller_takes_the_plane(hours, alerts):
    """Paris and Tokyo are 9,700 km apart: 12 hours are a flight, 8 are none."""
    assert found([success("a", at(), geo=PARIS), success("a", at(hours=hours), geo=TOKYO)]) == alerts


@pytest.mark.parametrize(
    ("devices", "alerts"),
    [
        (("phone", "tablet", "phone", "tablet"), []),
        (("phone", "phone", "phone", "tablet"), [("impossible_travel", "review")]),
    ],
)
def test_a_familys_second_device_is_known_before(devices, alerts):
    times, places = (at(hours=-48), at(hours=-24), at(), at(30)), (PARIS, TOKYO, PARIS, TOKYO)
    logins = [
        success("a", time, device_id=device, geo=geo) for time, device, geo in zip(times, devices, places, strict=True)
    ]
    assert found(logins) == alerts


def chain(history_hours: float = 48, amount: int = 90000) -> list[Admitted]:
    """A takeover: an account with a history, a new device, another address, and a large payment."""
    return [
        success("a", at(hours=-history_hours), device_id="usual"),
        success("a", at(), device_id="new"),
        change("address", at(5)),
        approved(1, at(9), account_id="a", amount=amount),
    ]


def test_a_takeover():
    assert found(chain()) == [("chain", "high")]


CARD = {"ip": "192.0.2.9", "device_id": "phone"}
USUAL = {"ip": "192.0.2.1", "device_id": "laptop"}
ELSEWHERE = [("probe_then_spend_elsewhere", "review")]


@pytest.mark.parametrize(
    ("past", "probe", "spend", "alerts"),
    [
        (USUAL, CARD, CARD, ELSEWHERE),
        (USUAL, CARD, CARD | {"device_id": "another", "ip": "192.0.2.8"}, ELSEWHERE),
        (USUAL, CARD | {"device_id": None}, CARD, ELSEWHERE),
        (None, CARD, CARD, []),
        (USUAL, USUAL, CARD, []),
        (USUAL, CARD, USUAL, []),
        (USUAL, CARD | {"ip": "192.0.2.1"}, CARD | {"ip": "192.0.2.1"}, []),
        (USUAL, USUAL | {"ip": "192.0.2.8"}, CARD, []),
    ],
)
def test_a_customer_who_pays_little_and_then_much_is_at_home_or_on_a_device_of_theirs(past, probe, spend, alerts):
    """A new phone at home is the customer's, and so is the laptop on a journey."""
    known = [approved(1, at(hours=-3), **past)] if past else []
    assert found([*known, approved(1, at(), amount=100, **probe), approved(1, at(90), amount=15000, **spend)]) == alerts


def test_nothing_is_elsewhere_before_absence_is_believed():
    events = [approved(1, at(hours=-3), **USUAL), approved(1, at(), amount=100, **CARD)]
    events.append(approved(1, at(90), amount=15000, **CARD))
    assert found(events, fraud_from=at(1)) == []
    assert found(events, fraud_from=at()) == ELSEWHERE
    payout = [success("a", at(hours=-30), device_id="usual"), success("a", at(), device_id="new")]
    assert found([*payout, change("payout", at(5))], fraud_from=at(1)) == []
    assert found([*payout, change("payout", at(5))], fraud_from=at()) == [("payout_change", "review")]


def test_a_known_payout_account_is_changed_on_a_known_device():
    known = [success("a", at(hours=-30), device_id="usual")]
    there, new = success("a", at(), device_id="usual"), success("a", at(), device_id="new")
    assert found([*known, there, change("payout", at(5))]) == []
    assert found([*known, new, change("payout", at(5))]) == [("payout_change", "review")]
    assert found([*known, new, change("phone", at(5)), change("address", at(6))]) == []
    assert found([new, change("payout", at(5))]) == []


def test_a_cold_start_knows_no_new_device():
    """An account whose history is no day long, or is none, has two devices, and that is all that is known."""
    assert found(chain(history_hours=23)) == []
    assert found(chain()[1:]) == []
    assert found(chain(), fraud_from=at(1)) == []
    assert found(chain(), fraud_from=at()) == [("chain", "high")]


def test_a_second_device_of_a_customer_who_buys_as_usual():
    assert found(chain(amount=19999)) == []
    usual = [approved(1, at(hours=-30 - n), account_id="a", amount=40000) for n in range(3)]
    assert found([*chain(amount=110000), *usual]) == []
    assert found([*chain(amount=120000), *usual]) == [("chain", "review")]
    assert found([*chain(amount=239999), *usual]) == [("chain", "review")]
    assert found([*chain(amount=240000), *usual]) == [("chain", "high")]


def test_a_device_that_the_account_was_on_a_month_ago_is_known():
    assert found([*chain(), success("a", at(hours=-24 * 29), device_id="new")]) == []
    assert found([*chain(), success("a", at(hours=-24 * 31), device_id="new")]) == [("chain", "high")]
