"""Who visits on the sample's day, and what they look at: picks from the shop's cast."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

from pipeline.simulator.shop import AGENTS, CITIES, FUNDINGS, ISSUERS, PAGES, Card, Customer

T = TypeVar("T")

_ZIPF = tuple(accumulate(1 / rank for rank in range(1, len(PAGES) + 1)))


def page(rng: Random) -> str:
    """Pick a page by Zipf's law: the n-th most visited has 1/n of the first one's visits."""
    return rng.choices(PAGES, cum_weights=_ZIPF)[0]


def weighted(rng: Random, choices: Sequence[tuple[T, int]]) -> T:
    """Pick one of the (value, weight) pairs' values."""
    values, weights = zip(*choices, strict=True)
    picked: T = rng.choices(values, weights)[0]
    return picked


def address(rng: Random) -> str:
    """Pick a client's address from the documentation ranges, one in five of them IPv6."""
    if not rng.randrange(5):
        return f"2001:db8:{rng.randint(1, 0xFFF):x}::{rng.randint(1, 0xFFFF):x}"
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def customers(rng: Random, count: int) -> list[Customer]:
    """Make customers; now and then two share an address, as in a household, and never many."""
    return [_customer(rng, number, home) for number, home in enumerate(_homes(rng, count), start=1000)]


def _homes(rng: Random, count: int) -> list[str]:
    """Lay out addresses so that none is used more than twice."""
    homes: dict[str, int] = {}
    while sum(homes.values()) < count:
        home = address(rng)
        homes[home] = min(2, homes.get(home, 0) + 1)
    return [home for home, people in homes.items() for _ in range(people)]


def _customer(rng: Random, number: int, home: str) -> Customer:
    return Customer(
        account_id=f"a-{number}",
        device_id=f"d-{rng.getrandbits(24):06x}",
        ip=home,
        user_agent=rng.choice(AGENTS),
        city=rng.choice(CITIES),
        card=_card(rng),
    )


def _card(rng: Random) -> Card:
    brand, prefix = rng.choice(ISSUERS)
    return Card(
        fingerprint=f"fp_{rng.getrandbits(40):010x}",
        bin=prefix,
        last4=f"{rng.randint(0, 9999):04}",
        brand=brand,
        funding=rng.choice(FUNDINGS),
        exp_month=rng.randint(1, 12),
        exp_year=rng.randint(2027, 2031),
    )
