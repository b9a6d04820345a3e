"""Normal traffic: events keep their contracts, customers give no fraud rule cause, pages are visited as pages are."""

import json
import re
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from pipeline.simulator.history import history
from pipeline.simulator.records import Item
from pipeline.simulator.shop import PAGES
from pipeline.simulator.site import HOT_PAGE
from tests.normal_customers import assert_logins_are_normal, assert_payments_are_normal
from tests.simulator.plans import plan
from transforms.contracts import bundled_contracts
from transforms.core.bots import is_bot
from transforms.core.contracts import Contracts
from transforms.core.times import DAY, SECOND
from transforms.core.urls import canonical_url

SHOPPERS = {"page_view": 0, "request": 0, "login": 1, "payment": 1, "change": 0}
RIGHT = {"malformed": 0, "late": 0, "in_future": 0, "duplicates": 0}


def events(count, **changes):
    """The good events of a history, decoded; (event, item)."""
    items = [entry for entry in history(plan(count, **(RIGHT | changes))) if isinstance(entry, Item)]
    return [(json.loads(item.encoded()), item) for item in items]


def of_type(found, kind):
    return [(event["time"], event["data"]) for event, _ in found if event["type"].endswith(kind)]


def test_every_event_keeps_its_contract():
    contracts = Contracts(bundled_contracts())
    mix = {"page_view": 4, "request": 1, "login": 1, "payment": 1, "change": 1}
    found = events(4_000, mix=mix)
    names: Counter[str] = Counter()
    for event, _ in found:
        judge = contracts.find(event["type"])
        assert judge, event
        assert judge.accepts(event["data"]), event
        names[judge.name] += 1
    assert names.keys() == {
        "web.page_view.v1",
        "http.request.v1",
        "account.login.v1",
        "payment.authorization.v1",
        "account.change.v1",
    }


@pytest.mark.parametrize(
    "history_of",
    [
        pytest.param({"count": 30_000}, id="an hour, crowded"),
        pytest.param({"count": 2_000}, id="an hour, ten cards of an issuer at a merchant now and then"),
        pytest.param({"count": 12_000, "duration": 3 * DAY, "seed": 5}, id="three days, customers come again"),
        pytest.param({"count": 12_000, "duration": SECOND}, id="all in a second"),
    ],
)
def test_no_fraud_rule_has_cause_to_fire(history_of):
    found = events(**history_of, mix=SHOPPERS)
    assert_payments_are_normal(of_type(found, "payment.authorization.v1"))
    assert_logins_are_normal(of_type(found, "account.login.v1"))


def test_passwords_are_mistyped_and_cards_declined_now_and_then():
    found = events(20_000, mix=SHOPPERS)
    outcomes = Counter(data["outcome"] for _, data in of_type(found, "account.login.v1"))
    statuses = Counter(data["status"] for _, data in of_type(found, "payment.authorization.v1"))
    assert outcomes["failure"] / outcomes.total() == pytest.approx(0.115, abs=0.01)
    assert statuses["declined"] / statuses.total() == pytest.approx(0.06, abs=0.01)
    assert statuses["error"] > 50


def test_pages_are_visited_by_zipfs_law_and_one_is_hot():
    views = Counter(canonical_url(data["url"]) for _, data in of_type(events(40_000), "page_view.v1"))
    shares = {path: views[f"https://shop.example{path}"] + views[path] for path in PAGES}
    assert len([path for path in shares if shares[path]]) > 290
    assert {HOT_PAGE, "/"} == set(sorted(shares, key=shares.__getitem__)[-2:])
    assert 1.8 < shares["/"] / shares[PAGES[1]] < 2.2
    assert 8 < shares["/"] / shares[PAGES[9]] < 12


def test_visits_have_several_pages_at_their_pace():
    visits = defaultdict(list)
    for time, data in of_type(events(40_000), "page_view.v1"):
        if data.get("session_id"):
            visits[data["session_id"]].append(datetime.fromisoformat(time))
    whole = [sorted(times) for times in visits.values() if len(times) > 2]
    paces = sorted((times[-1] - times[0]).total_seconds() / (len(times) - 1) for times in whole)
    assert len(whole) > 1_000
    assert 5 < paces[len(paces) // 2] < 60
    assert max(map(len, visits.values())) == 9


def test_crawlers_have_their_share_and_are_labelled():
    views = [(event["data"], item) for event, item in events(20_000) if event["type"].endswith("page_view.v1")]
    assert all(is_bot(data["user_agent"]) == item.is_bot for data, item in views)
    assert sum(item.is_bot for _, item in views) / len(views) == pytest.approx(0.08, abs=0.006)
    assert not any(item.is_bot for _, item in events(2_000, bots=0.0))


def test_traffic_has_several_sources_and_spellings():
    found = events(5_000)
    assert {event["source"] for event, _ in found} == {
        "//shop.example/web",
        "//shop.example/app",
        "//shop.example/api",
        "//shop.example/accounts",
        "//shop.example/checkout",
    }
    urls = [data["url"] for _, data in of_type(found, "page_view.v1")]
    assert {re.split(r"(?<![:/])/(?!/)", url)[0] for url in urls} == {
        "https://shop.example",
        "HTTPS://SHOP.EXAMPLE",
        "https://Shop.Example:443",
        "",
    }
    assert {mark for mark in "?#" if any(mark in url for url in urls)} == {"?", "#"}
    assert sum(event["type"].startswith("com.acme.") for event, _ in found) / len(found) == pytest.approx(
        0.05, abs=0.01
    )


def test_all_happens_in_the_span_and_is_sent_soon():
    found = events(5_000, duration=600 * SECOND)
    times = [datetime.fromisoformat(event["time"]) for event, _ in found]
    start = datetime.fromisoformat("2026-09-17T10:00:00Z")
    assert all(0 <= (time - start).total_seconds() < 600 for time in times)
    assert times != sorted(times)
    delays = [item.sent / 1e6 - time.timestamp() for time, (_, item) in zip(times, found, strict=True)]
    assert min(delays) > -0.001
    assert max(delays) <= 61
    assert sorted(delays)[len(delays) // 2] < 3


def test_the_mix_is_as_wanted():
    kinds = Counter(event["type"].removeprefix("com.acme.") for event, _ in events(2_000, mix=SHOPPERS | {"change": 2}))
    assert kinds.keys() == {"account.login.v1", "payment.authorization.v1", "account.change.v1"}
    assert kinds["account.change.v1"] == pytest.approx(1_000, abs=70)


def test_what_is_not_normal_is_seen():
    found = events(400, mix=SHOPPERS)
    payments, logins = of_type(found, "payment.authorization.v1"), of_type(found, "account.login.v1")
    time, paid = payments[0]
    cards = [paid | {"card": paid["card"] | {"fingerprint": f"fp_{number}"}} for number in range(12)]
    for attack in (
        [(time, data | {"device_id": f"d-{number}"}) for number, data in enumerate(cards[:5])],
        [(time, data | {"ip": f"192.0.2.{number}"}) for number, data in enumerate(cards[:2])],
        [
            (time, data | {"ip": f"192.0.2.{number}", "device_id": f"d-{number}", "status": "declined"})
            for number, data in enumerate(cards)
        ],
        [(time, paid | {"transaction_id": f"t-{number}"}) for number in range(11)],
        [(time, paid | {"amount": 99})],
    ):
        with pytest.raises(AssertionError):
            assert_payments_are_normal(payments + attack)
    time, login = logins[0]
    for attack in (
        [(f"2026-09-17T10:40:0{number}Z", login | {"outcome": "failure"}) for number in range(5)],
        [(time, login | {"outcome": "failure", "account_id": f"a-{number}"}) for number in range(3)],
        [(time, login | {"outcome": "success", "device_id": f"d-{number}"}) for number in range(2)],
        [(time, login | {"outcome": "success", "geo": {"lat": lat, "lon": 0.0}}) for lat in (0.0, 50.0)],
    ):
        with pytest.raises(AssertionError):
            assert_logins_are_normal(logins + attack)
