"""A normal day's traffic: an endless stream of facts for each kind of event; the caller takes what it needs.

Normal means that no fraud rule has cause to fire: a customer keeps to one device, one card and one city, mistypes a
password at most twice in a row, and tries a declined card once more.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from random import Random
from typing import Any, NamedTuple

from pipeline.sample.casting import address, page, weighted
from pipeline.sample.items import BOT, DAY, HOUR, MINUTE, SECOND, Fact, moment, rfc3339
from pipeline.simulator.shop import (
    AGENTS,
    BOTS,
    CALLS,
    CHANGES,
    DECLINES,
    MERCHANTS,
    MISTYPED,
    OUTCOMES,
    QUERIES,
    SECOND_TRIES,
    SPELLINGS,
    Customer,
    crawler_address,
)

_RULES = (
    ("card_testing.cards_per_ip", "ip", "198.51.100.{}"),
    ("card_testing.cards_per_device", "device", "d-9{:03}"),
    ("card_testing.bin_attack", "merchant|bin", "shop-home|400{:03}"),
    ("takeover.failures_then_success", "account", "a-9{:03}"),
)
_NOTES = (None, "Our own office.", "Customer confirmed by phone.", "Many cards, one address.", "Not sure yet.")


class Visit(NamedTuple):
    """A visitor's stay: the fields that name the visitor, the pages wanted, and the seconds between them."""

    visitor: dict[str, Any]
    pages: int
    pace: int
    labels: tuple[str, ...] = ()


def page_views(rng: Random, people: Sequence[Customer], rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """View pages, visit by visit; a crawler's visit is four times as long, so about 8 % of the views are crawlers'."""
    while True:
        visit = _stay(rng, people) if rng.randrange(46) else _crawl(rng)
        yield from _views(rng, moment(rng, rhythm), visit)


def _views(rng: Random, at: int, visit: Visit) -> Iterator[Fact]:
    previous = None
    for _ in range(visit.pages):
        url = _spelling(rng, page(rng))
        yield Fact(at, {"url": url, "referrer": previous, **visit.visitor}, visit.labels)
        previous = weighted(rng, ((url, 2), (None, 3)))
        at = min(at + rng.randint(SECOND, visit.pace * SECOND), DAY + 24 * HOUR - 1)


def _crawl(rng: Random) -> Visit:
    agent = rng.choice(BOTS)
    return Visit({"ip": crawler_address(agent), "user_agent": agent}, rng.randint(5, 35), 10, (BOT,))


def _stay(rng: Random, people: Sequence[Customer]) -> Visit:
    customer = rng.choice(people)
    session = f"s-{rng.getrandbits(20):05x}"
    visitor: dict[str, Any] = weighted(
        rng,
        (
            ({"user_id": customer.account_id, "session_id": session, "ip": customer.ip}, 45),
            ({"user_id": None, "session_id": session, "ip": customer.ip}, 40),
            ({"user_id": "", "session_id": "", "ip": customer.ip}, 8),
            ({"ip": address(rng)}, 5),
            ({"ip": None}, 2),
        ),
    )
    return Visit(visitor | {"user_agent": customer.user_agent}, rng.randint(1, 9), 90)


def _spelling(rng: Random, path: str) -> str:
    """Spell a page's URL in one of the ways that clients do."""
    query = rng.choice(QUERIES)
    return weighted(rng, SPELLINGS).format(path=path, query=query)


def requests(rng: Random, people: Sequence[Customer], rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """Call the shop's interface: no page views, some of them errors."""
    while True:
        method, url, status = rng.choice(CALLS)
        size = rng.randint(40, 4000) if status == HTTPStatus.OK else None
        data = {"method": method, "url": url, "status": status, "bytes": size, "ip": rng.choice(people).ip}
        yield Fact(moment(rng, rhythm), data | {"referrer": None, "user_agent": rng.choice(AGENTS)})


def logins(rng: Random, people: Sequence[Customer], rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """Sign in, now and then after one or two mistyped passwords."""
    while True:
        customer, at = rng.choice(people), moment(rng, rhythm)
        for _ in range(weighted(rng, MISTYPED)):
            yield Fact(at, _login(rng, customer) | {"outcome": "failure", "failure_reason": "bad_password"})
            at += rng.randint(5, 40) * SECOND
        yield Fact(at, _login(rng, customer) | {"outcome": "success"})


def _login(rng: Random, customer: Customer) -> dict[str, Any]:
    data = {"account_id": customer.account_id, "ip": customer.ip, "device_id": customer.device_id}
    return data | {"user_agent": customer.user_agent, "geo": _geo(rng, customer)}


def payments(rng: Random, people: Sequence[Customer], rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """Pay for an order; a declined card is tried once more, and goes through more often than not."""
    while True:
        customer, at = rng.choice(people), moment(rng, rhythm)
        first = _payment(rng, customer, weighted(rng, OUTCOMES))
        yield Fact(at, first)
        if first["status"] == "declined":
            second = _payment(rng, customer, weighted(rng, SECOND_TRIES))
            yield Fact(at + rng.randint(15, 90) * SECOND, second | {"amount": first["amount"]})


def _payment(rng: Random, customer: Customer, status: str) -> dict[str, Any]:
    code = {"approved": "00", "declined": weighted(rng, DECLINES), "error": None}[status]
    return {
        "transaction_id": f"t-{rng.getrandbits(32):08x}",
        "merchant_id": rng.choice(MERCHANTS),
        "amount": int(rng.triangular(500, 60_000, 2_500)),
        "currency": customer.city.currency,
        "status": status,
        "response_code": code,
        "channel": "ecommerce",
        "account_id": customer.account_id,
        "card": customer.card._asdict(),
        "ip": customer.ip,
        "device_id": customer.device_id,
        **weighted(rng, (({}, 3), ({"checks": {"cvc": "pass", "avs_postal": None}, "geo": _geo(rng, customer)}, 1))),
    }


def _geo(rng: Random, customer: Customer) -> dict[str, Any]:
    """Look up an address: the home town, wrong by a few kilometres."""
    city = customer.city
    lat, lon = (round(degrees + rng.uniform(-0.05, 0.05), 2) for degrees in (city.lat, city.lon))
    return {"lat": lat, "lon": lon, "country": city.country, "asn": city.asn}


def changes(rng: Random, people: Sequence[Customer], rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """Change an account: customers from their own device, or support for them."""
    while True:
        customer = rng.choice(people)
        data = {"account_id": customer.account_id, "change_type": rng.choice(CHANGES)}
        own = {"ip": customer.ip, "device_id": customer.device_id, "actor": "self"}
        support = {"ip": None, "device_id": None, "actor": "support"}
        yield Fact(moment(rng, rhythm), data | weighted(rng, ((own, 9), (support, 1))))


def reviews(rng: Random, rhythm: tuple[int, ...]) -> Iterator[Fact]:
    """Judge alerts of the days before."""
    while True:
        at = moment(rng, rhythm)
        rule, entity_type, entity = rng.choice(_RULES)
        data = {
            "review_id": f"review-{rng.getrandbits(32):08x}",
            "alert_id": f"{rng.getrandbits(64):016x}",
            "rule_id": rule,
            "entity_type": entity_type,
            "entity": entity.format(rng.randint(100, 254)),
            "verdict": rng.choice(("confirmed_fraud", "false_positive", "inconclusive")),
            "reviewer": rng.choice(("kim", "noor", "sasha")),
            "note": rng.choice(_NOTES),
            "decided_at": rfc3339(at - rng.randint(0, 2 * MINUTE)),
        }
        yield Fact(at, data)
