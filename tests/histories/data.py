"""The data of events: one good example of each contract, and what may be changed in it, for better or worse."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

GONE = object()
"""Stands for a field that is taken out."""
CARD = "4111111111111111"
CARDS = (CARD, "5555-5555-5555-4444", "3782 822463 10005")
PAGE_VIEW, REQUEST = "web.page_view.v1", "http.request.v1"
PAYMENT, LOGIN, CHANGE, REVIEW = (
    "payment.authorization.v1",
    "account.login.v1",
    "account.change.v1",
    "fraud.review.v1",
)

URLS = (
    "/a",
    "/a?b=c",
    "/a#top",
    "/b//",
    "/caf\u00e9|x",
    "/two\nlines\0",
    f"/receipt/{CARD}",
    "//Host:80/p",
    "/" + "x" * 2047,
    "HTTPS://Shop.Example",
    "https://shop.example:443/?q#r",
    "http://shop.example:8080/a%20",
    "https://user:secret@shop.example:/x",
    "http://[2001:DB8::1]:80/a",
)
NO_URLS = ("a", "", "ftp://shop.example/", "http://", "http:///a", 5, None, ["/a"], "/" + "x" * 2048)
AGENTS = (
    None,
    "",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "curl/8.4.0",
)
PEOPLE = ("1", "1", "2", "", None, CARD)

GOOD: dict[str, dict[str, Any]] = {
    PAGE_VIEW: {"url": "/a"},
    REQUEST: {"method": "GET", "url": "/a.css", "status": 200, "bytes": 5, "ip": "192.0.2.1"},
    PAYMENT: {
        "transaction_id": "t1",
        "merchant_id": "shop",
        "amount": 1999,
        "currency": "EUR",
        "status": "approved",
        "card": {"fingerprint": "fp_1", "bin": "400000", "last4": "0042"},
        "ip": "192.0.2.1",
        "geo": {"lat": 52.5, "lon": 13},
        "checks": {"cvc": "pass"},
    },
    LOGIN: {"account_id": "a1", "outcome": "success", "ip": "::1", "geo": {"country": "DE"}},
    CHANGE: {"account_id": "a1", "change_type": "email", "actor": None},
    REVIEW: {
        "review_id": "r1",
        "alert_id": "9f86",
        "rule_id": "card_testing.bin_attack",
        "entity_type": "merchant|bin",
        "entity": "shop|400000",
        "verdict": "false_positive",
        "reviewer": "kim",
        "decided_at": "2026-09-17T10:40:00Z",
    },
}

Change = tuple[str, Any]
"""A dotted path into the data, and what stands there afterwards."""

CHANGES: dict[str, tuple[Change, ...]] = {
    PAGE_VIEW: (
        ("extra", {"deep": [1, 2.5, "\u00fc"]}),
        ("note", CARDS[1]),
        (CARD, 1),
        ("number", int(CARD)),
        ("referrer", "https://other.example/"),
        ("url", GONE),
        ("user_id", 5),
        ("session_id", "s" * 257),
        ("ip", ["192.0.2.1"]),
        ("user_agent", True),
    ),
    REQUEST: (
        ("status", 200.0),
        ("status", 599),
        ("status", 600),
        ("status", "200"),
        ("status", True),
        ("status", GONE),
        ("ip", ""),
        ("bytes", None),
        ("bytes", -1),
        ("url", None),
        ("method", "M" * 65),
    ),
    PAYMENT: (
        ("amount", 0),
        ("amount", 19.99),
        ("amount", 2**53),
        ("currency", "eur"),
        ("status", None),
        ("channel", None),
        ("channel", "fax"),
        ("cvv", "123"),
        ("mcc", "573"),
        ("card", None),
        ("card.bin", GONE),
        ("card.fingerprint", "400000000000"),
        ("card.track", "x"),
        ("card.exp_month", 13),
        ("geo.lat", -90.5),
        ("geo.city", "Pune"),
        ("geo", None),
        ("checks.cvc", "7"),
        ("account_id", CARDS[2]),
    ),
    LOGIN: (
        ("outcome", "maybe"),
        ("outcome", "failure"),
        ("geo.city", "Pune"),
        ("geo.country", "de"),
        ("geo.asn", 2**32),
        ("ip", None),
        ("device_id", "d" * 256),
        ("failure_reason", CARD),
    ),
    CHANGE: (("change_type", "name"), ("actor", "self"), ("actor", "bot"), ("account_id", ""), ("ip", None)),
    REVIEW: (
        ("decided_at", "2026-09-17T10:40:00.5+02:00"),
        ("decided_at", "yesterday"),
        ("verdict", "fraud"),
        ("note", CARD),
        ("note", "n" * 4097),
        ("reviewer", GONE),
    ),
}
NO_OBJECTS: tuple[Any, ...] = (None, [], "text", 5)


SAME = (*URLS[:3], *("HTTPS://Shop.Example", "https://shop.example:443/?q#r"))
"""Two pages, in several spellings."""


@st.composite
def visits(draw, urls: Sequence[Any] = SAME) -> dict[str, Any]:
    """Data of a page view: URL, one kind of visitor or two, maybe an agent."""
    kinds = draw(
        st.sampled_from([["user_id"], ["session_id"], ["ip"], ["user_id", "session_id"], ["session_id", "ip"]])
    )
    people = {kind: draw(st.sampled_from(PEOPLE)) for kind in kinds}
    return {"url": draw(st.sampled_from(urls)), **people, "user_agent": draw(st.sampled_from(AGENTS))}


@st.composite
def page_views(draw) -> Any:
    """Data of a page view of any URL, with a change sometimes."""
    return draw(changed(draw(visits((*URLS[:3] * 16, *URLS, *NO_URLS))), CHANGES[PAGE_VIEW]))


def of_contract(name: str) -> st.SearchStrategy[Any]:
    """Data of an event of a contract, mostly good."""
    if name == PAGE_VIEW:
        return page_views()
    return changed(GOOD[name], CHANGES[name])


@st.composite
def changed(draw, data: dict[str, Any], changes: tuple[Change, ...]) -> Any:
    """Data after some changes: mostly none, sometimes two."""
    data = deepcopy(draw(st.sampled_from([data] * 60 + [*NO_OBJECTS])))
    if not isinstance(data, dict):
        return data
    for path, value in draw(st.just([]) | st.lists(st.sampled_from(changes), max_size=2)):
        put(data, path, value)
    return data


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Change one field, where its object is there."""
    *outer, name = path.split(".")
    for key in outer:
        data = data.get(key) or {}
    if value is GONE:
        data.pop(name, None)
    else:
        data[name] = value
