"""What no fraud rule has cause to fire on: the rules' signals, at windows as wide as the defaults and a bucket more.

Events come as (time in RFC 3339, data). Rules and defaults: card testing by cards, attempts, declines and issuers'
prefixes, takeover by failed logins, travel and new devices.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

Events = list[tuple[str, dict[str, Any]]]


def windows(facts: Iterable[tuple[str, str, Any]], minutes: int) -> Iterator[Counter[Any]]:
    """Slide a span of time over the facts (time, key, value) of each key: the values in it, before each new fact goes.

    The counter is the same one all along: look at it before asking for the next.
    """
    by_key = defaultdict(list)
    for time, key, value in facts:
        by_key[key].append((datetime.fromisoformat(time), value))
    span = timedelta(minutes=minutes)
    for seen in by_key.values():
        seen.sort(key=lambda fact: fact[0])
        inside: Counter[Any] = Counter()
        first = 0
        for moment, value in seen:
            while seen[first][0] <= moment - span:
                gone = seen[first][1]
                inside[gone] -= 1
                if not inside[gone]:
                    del inside[gone]
                first += 1
            inside[value] += 1
            yield inside


def busiest(facts: Iterable[tuple[str, str, Any]], minutes: int) -> int:
    """Give the most distinct values that any key has within a span of time."""
    return max(map(len, windows(facts, minutes)))


def assert_payments_are_normal(payments: Events) -> None:
    def by(key: str, value: str, *statuses: str) -> Iterator[tuple[str, str, Any]]:
        chosen = (event for event in payments if not statuses or event[1]["status"] in statuses)
        return ((time, field(data, key), field(data, value)) for time, data in chosen)

    assert busiest(by("ip", "card"), 65) < 4
    assert busiest(by("device_id", "card"), 65) == 1
    assert busiest(by("ip", "transaction_id", "declined"), 65) <= 5
    assert busiest(by("ip", "transaction_id"), 15) < 10
    assert busiest(by("device_id", "transaction_id"), 15) < 10
    assert busiest(by("card", "transaction_id", "declined"), 24 * 60) < 10
    for inside in windows(((t, f"{d['merchant_id']}|{d['card']['bin']}", outcome(d)) for t, d in payments), 15):
        cards, declined = {card for card, _ in inside}, {card for card, is_declined in inside if is_declined}
        assert len(cards) < 10 or len(declined) < len(cards) / 2
    assert min(data["amount"] for _, data in payments) >= 100
    assert 0.02 < sum(data["status"] == "declined" for _, data in payments) / len(payments) < 0.12


def field(data: dict[str, Any], name: str) -> str:
    return str(data["card"]["fingerprint"] if name == "card" else data[name])


def outcome(data: dict[str, Any]) -> tuple[str, bool]:
    return field(data, "card"), data["status"] == "declined"


def assert_logins_are_normal(logins: Events) -> None:
    failed = [event for event in logins if event[1]["outcome"] == "failure"]
    succeeded = [event for event in logins if event[1]["outcome"] == "success"]
    assert busiest(((time, data["account_id"], time) for time, data in failed), 15) < 5
    assert busiest(((time, data["ip"], data["account_id"]) for time, data in failed), 35) <= 2
    for name in ("ip", "device_id"):
        places = ((time, data["account_id"], data[name]) for time, data in succeeded)
        assert busiest(places, 24 * 60) == 1
    for inside in windows(((t, d["account_id"], (d["geo"]["lat"], d["geo"]["lon"])) for t, d in succeeded), 24 * 60):
        latitudes, longitudes = zip(*inside, strict=True)
        assert max(latitudes) - min(latitudes) < 0.2
        assert max(longitudes) - min(longitudes) < 0.2
