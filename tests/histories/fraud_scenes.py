"""Scenes of a history with fraud: what somebody does to cards or accounts, from a moment on."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from tests.histories.clock import HOUR, MINUTE, SECOND
from tests.histories.data import GONE

DAY = 24 * HOUR
IPS = ("192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1")
DEVICES = ("d1", "d1", "d2", "d3", None, "", GONE)
MERCHANTS = ("shop", "shop", "a|b\\c")
BINS = ("400000", "400000", "51000012")
OUTCOMES: dict[str, dict[str, Any]] = {
    "declined": {"status": "declined", "response_code": "05"},
    "approved": {"status": "approved", "response_code": "00"},
    "unanswered": {"status": "error"},
    "down": {"status": "declined", "response_code": "91"},
    "failing": {"status": "declined", "response_code": "96"},
    "coded": {"status": "approved", "response_code": "91"},
    "renewed": {"status": "declined", "response_code": "05", "channel": "recurring"},
    "unexplained": {"status": "declined", "response_code": None, "channel": None},
}
MOSTLY = (*("declined",) * 9, *("approved",) * 6, *OUTCOMES)
PLACES = ((52.52, 13.4), (52.52, 14.9), (-36.85, 174.76), (-18.1, -178.4), (90, 0), (90, -120), (None, 1), None, GONE)

Scene = list[tuple[int, str, dict[str, Any]]]
"""What happens: microseconds from the start, and the kind and data of an event."""


def payment(card: int, **facts: Any) -> dict[str, Any]:
    """A payment with the card of a number; of the facts, those that are GONE are left out."""
    prefix = facts.pop("bin", BINS[0])
    data = {"merchant_id": "shop", "amount": 1999, "currency": "EUR", "status": "approved", "ip": IPS[0]} | facts
    return _kept(data | {"card": {"fingerprint": f"fp_{card}", "bin": prefix, "last4": f"{card:04}"}})


def login(account: int, outcome: str = "success", place: Any = GONE, **facts: Any) -> dict[str, Any]:
    """A login to the account of a number, from a place where one is given."""
    geo = dict(zip(("lat", "lon"), place, strict=True)) if isinstance(place, tuple) else place
    return _kept({"account_id": f"a{account}", "outcome": outcome, "ip": IPS[0], "geo": geo} | facts)


def _kept(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not GONE}


def pick(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def some(values: Sequence[Any], most: int = 4) -> st.SearchStrategy[list[Any]]:
    """What is gone through again and again."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=most)


@st.composite
def sprees(draw) -> Scene:
    """Many payments with some cards, from one address or device."""
    facts = {
        "ip": draw(pick(*IPS)),
        "device_id": draw(pick(*DEVICES)),
        "merchant_id": draw(pick(*MERCHANTS)),
        "bin": draw(pick(*BINS)),
        "account_id": draw(pick(GONE, None, "a1", "a2")),
        "channel": draw(pick("ecommerce", "ecommerce", GONE, None)),
        "amount": draw(pick(1999, 1999, 499, 500)),
    }
    number = draw(pick(3, 4, 5, 6, 9, 10, 11, 12, 15, 16, 26, 30, 31, 31, 31))
    cards, first = draw(pick(number, number, number, 1, 3, 4, 5, 8)), draw(st.integers(0, 29))
    gap = draw(pick(0, 1, SECOND, 20 * SECOND, 33 * SECOND, MINUTE, 5 * MINUTE, 12 * MINUTE))
    outcomes = cycle(draw(some(MOSTLY, 5)))
    honest = range(1, draw(pick(0, 0, 9, 10, 11, 15, 31)) + 1)
    return [(0, "login", login(account, ip=facts["ip"])) for account in honest] + [
        (turn * gap, "payment", payment((first + turn % cards) % 31 + 1, **facts | OUTCOMES[next(outcomes)]))
        for turn in range(number)
    ]


@st.composite
def retries(draw) -> Scene:
    """One card again and again at one merchant, through the day."""
    facts = {"merchant_id": draw(pick(*MERCHANTS)), "account_id": draw(pick(GONE, "a3"))}
    card, gap = draw(st.integers(1, 30)), draw(pick(SECOND, HOUR, 144 * MINUTE, 160 * MINUTE, 170 * MINUTE))
    ips, outcomes = cycle(draw(some(IPS))), cycle(["declined"] * 9 + draw(some(MOSTLY, 3)))
    number = draw(pick(8, 9, 10, 11, 12))
    return [
        (turn * gap, "payment", payment(card, ip=next(ips), **facts | OUTCOMES[next(outcomes)]))
        for turn in range(number)
    ]


@st.composite
def probes(draw) -> Scene:
    """Little payments and large ones with one card."""
    card, currency, micros, scene = draw(st.integers(1, 30)), draw(pick("EUR", "EUR", "JPY", "KWD")), 0, []
    sizes = cycle([(0, 1, 99, 100), (50_000, 50_001, 60_000, 500_001)])
    for outcome in draw(st.lists(pick("approved", "approved", "declined", "down", "renewed"), min_size=2, max_size=5)):
        amount = draw(pick(*next(sizes)))
        scene.append((micros, "payment", payment(card, amount=amount, currency=currency, **OUTCOMES[outcome])))
        micros += draw(pick(0, 1, MINUTE, HOUR - 1, HOUR, HOUR + 1, 3 * HOUR))
    return scene


@st.composite
def errands(draw) -> Scene:
    """A card with a past, then a little payment and a large one, here or elsewhere."""
    card, past = draw(st.integers(1, 30)), draw(pick(HOUR, HOUR, 2 * HOUR, HOUR - 1, 20 * HOUR))
    places = st.fixed_dictionaries({"ip": pick(*IPS), "device_id": pick(*DEVICES)})
    amounts = [draw(pick(1999, 499)), draw(pick(0, 99, 499, 499, 500)), draw(pick(10_000, 10_001, 50_001))]
    times = [-past, 0, draw(pick(1, MINUTE, HOUR, DAY, DAY + 1))]
    outcomes = [OUTCOMES[draw(pick("approved", "approved", "approved", "declined"))] for _ in amounts]
    return [
        (time, "payment", payment(card, amount=amount, **draw(places) | outcome))
        for time, amount, outcome in zip(times, amounts, outcomes, strict=True)
    ]


@st.composite
def trickles(draw) -> Scene:
    """Cards of one BIN at one merchant, each from an address of its own, through an hour or more."""
    number, gap, outcomes = draw(pick(29, 30, 31)), draw(pick(MINUTE, 2 * MINUTE, 3 * MINUTE)), draw(some(MOSTLY, 4))
    turns = zip(range(number), cycle(outcomes), strict=False)
    return [
        (turn * gap, "payment", payment(turn + 1, ip=f"198.51.100.{turn}", **OUTCOMES[outcome]))
        for turn, outcome in turns
    ]


@st.composite
def hammerings(draw) -> Scene:
    """Failures at few accounts through minutes or a day, with a success here and there."""
    number, gap = draw(pick(9, 10, 20, 39, 40, 41, 44)), draw(pick(SECOND, 29 * SECOND, 20 * MINUTE))
    facts = {"ip": draw(pick(*IPS)), "device_id": draw(pick(*DEVICES))}
    order = cycle(draw(some(("a1", "a2", "a3", "a4", "a5", "a6", "a7"), draw(pick(1, 1, 7)))))
    fails = draw(pick(1, 9, 10, 50, 50, 50))
    return [
        (turn * gap, "login", login(0, "success" if turn % fails == fails - 1 else "failure", account_id=name, **facts))
        for turn, name in zip(range(number), order, strict=False)
    ]


@st.composite
def guesses(draw) -> Scene:
    """Failures and then a success, after which there may be more of both."""
    account, ip, device = draw(st.integers(1, 5)), draw(pick(*IPS)), draw(pick(*DEVICES))
    micros, scene = 0, []
    if draw(pick(False, False, True)):
        before = draw(pick(1, HOUR, DAY))
        scene.append((-before, "login", login(account, ip=ip, device_id=draw(pick(device, *DEVICES)))))
    for number in draw(st.lists(pick(1, 4, 5, 5, 6, 20), min_size=1, max_size=3)):
        gap = draw(pick(0, SECOND, 30 * SECOND, 2 * MINUTE, 150 * SECOND))
        scene += [(micros + turn * gap, "login", login(account, "failure", ip=ip)) for turn in range(number)]
        micros += (number - 1) * gap + draw(pick(0, 1, MINUTE, 10 * MINUTE, 10 * MINUTE + 1))
        scene.append((micros, "login", login(account, ip=ip, device_id=device)))
        micros += draw(pick(0, MINUTE, 9 * MINUTE, 11 * MINUTE, HOUR))
    return scene


@st.composite
def stuffings(draw) -> Scene:
    """Failures of many accounts at one address, some of them at home there, and successes among and after them."""
    ip, number = draw(pick(*IPS)), draw(pick(14, 15, 16, 17, 24, 25, 26, 39))
    gap, first = draw(pick(0, SECOND, 18 * SECOND, 20 * SECOND, 65 * SECOND, 75 * SECOND)), draw(st.integers(0, 39))
    accounts = [(first + turn) % 40 + 1 for turn in range(number)]
    device = draw(pick(*DEVICES))
    scene = [
        (turn * gap, "login", login(account, "failure", ip=ip, device_id=device))
        for turn, account in enumerate(accounts)
    ]
    at_home = draw(pick(0, 0, 0, 1, 2, 12))
    since = draw(pick(HOUR, 24 * HOUR, 25 * HOUR, -40 * MINUTE))
    scene += [(-since, "login", login(account, ip=ip, device_id=device)) for account in accounts[:at_home]]
    for account in draw(st.lists(st.sampled_from(accounts), max_size=2)):
        after = draw(pick(-MINUTE, 0, MINUTE, 29 * MINUTE, 30 * MINUTE, 31 * MINUTE, 40 * MINUTE))
        scene.append((number * gap + after, "login", login(account, ip=ip, device_id=draw(pick(*DEVICES)))))
    return scene


@st.composite
def travels(draw) -> Scene:
    """Successes at several places."""
    account, micros, scene = draw(st.integers(1, 5)), 0, []
    for place in draw(st.lists(pick(*PLACES), min_size=2, max_size=4)):
        ip, device = draw(pick(*IPS)), draw(pick(*DEVICES))
        scene.append((micros, "login", login(account, ip=ip, device_id=device, place=place)))
        micros += draw(pick(0, 1, 5 * MINUTE, HOUR, 3 * HOUR, 10 * HOUR, DAY, DAY + 1))
    return scene


@st.composite
def chains(draw) -> Scene:
    """An account with a past, a login on what may be a new device, a change and a payment."""
    account, currency = draw(st.integers(1, 5)), draw(pick("EUR", "EUR", "JPY"))
    past = draw(pick(DAY - 1, DAY, DAY, DAY, DAY, DAY + HOUR))
    paying = {"account_id": f"a{account}", "currency": currency, "device_id": GONE}
    scene: Scene = [(-past, "login", login(account, device_id=draw(pick("d1", "d1", "d1", "", GONE))))]
    for turn, amount in enumerate(draw(st.lists(pick(1999, 10_000, 30_000, 200), max_size=4))):
        scene.append((turn * HOUR - past, "payment", payment(7, **paying | {"amount": amount})))
    device, kind = (
        draw(pick("d2", "d2", "d2", "d2", "d1", "")),
        draw(pick("email", "payout", "payout", "password", "mfa")),
    )
    changed = draw(pick(0, 1, 1, MINUTE, 5 * HOUR))
    paid = changed + draw(pick(0, 1, MINUTE, HOUR, 4 * HOUR, 19 * HOUR, 19 * HOUR + 1))
    amount = draw(pick(199, 19_999, 20_000, 20_000, 30_000, 59_999, 60_000, 90_000))
    outcome = OUTCOMES[draw(pick(*("approved",) * 6, "coded", "declined"))]
    return [
        *scene,
        (0, "login", login(account, device_id=device)),
        (changed, "change", {"account_id": f"a{account}", "change_type": kind, "actor": draw(pick("self", None))}),
        (paid, "payment", payment(8, **paying | outcome | {"amount": amount})),
    ]


@st.composite
def crowds(draw) -> Scene:
    """Honest people at one address: they sign in, or pay by the card of their firm."""
    ip, number, gap = draw(pick(*IPS)), draw(pick(9, 10, 11, 20, 39)), draw(pick(0, SECOND, 20 * SECOND, MINUTE))
    kinds, spent = cycle(draw(some(("login", "login", "payment"), 3))), draw(st.integers(1, 30))
    return [
        (turn * gap, "payment", payment(spent, ip=ip, account_id=f"a{turn + 1}"))
        if kind == "payment"
        else (turn * gap, "login", login(turn + 1, ip=ip))
        for turn, kind in zip(range(number), kinds, strict=False)
    ]


SCENES: tuple[Callable[[], st.SearchStrategy[Scene]], ...] = (
    sprees,
    sprees,
    retries,
    probes,
    errands,
    trickles,
    hammerings,
    guesses,
    stuffings,
    travels,
    chains,
    chains,
    crowds,
)
