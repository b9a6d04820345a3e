"""The fictional shop: its pages, its customers, their cards, and the programs that visit it.

Nothing here is real: the domain is reserved (RFC 2606), addresses and network numbers are those set aside for
documentation (RFC 5737, 3849, 5398), and cards are tokens, never numbers.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

_WORDS = {
    "main": "search basket offers checkout account new wishlist",
    "category": "tables chairs lamps storage textiles garden kitchen office kids outlet gifts decor",
    "adjective": "oak pine steel cotton linen copper red blue green white small large round folding garden",
    "noun": "table chair lamp shelf desk stool bench vase rug clock mirror basket planter cushion blanket tray",
    "help": "delivery returns payment warranty sizes contact privacy terms jobs about",
    "topic": "spring small-rooms oak-care desk-setup rug-sizes light-plan winter gift-guide moving linen",
}


def _words(name: str) -> list[str]:
    return _WORDS[name].split()


PAGES: tuple[str, ...] = (
    "/",
    *(f"/{name}" for name in _words("main")),
    *(f"/c/{category}" for category in _words("category")),
    *(f"/products/{adjective}-{noun}" for noun in _words("noun") for adjective in _words("adjective")),
    *(f"/help/{topic}" for topic in _words("help")),
    *(f"/blog/{year}/{topic}" for year in (2024, 2025, 2026) for topic in _words("topic")),
)
"""The paths of the shop's 300 pages, the most visited first."""

_ZIPF = tuple(accumulate(1 / rank for rank in range(1, len(PAGES) + 1)))

AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
    "Mozilla/5.0 (Windows NT 10.0; rv:142.0) Gecko/20100101 Firefox/142.0",
    "Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0",
    "ShopApp/4.2 (Android 15)",
    "ShopApp/4.2 (iOS 18.5)",
    "ShopApp/4.1 (iOS 17.7)",
)
"""People's programs."""

BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Applebot/0.1 (+http://www.apple.com/go/applebot)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
)
"""Programs that are on the public list of crawlers."""

MERCHANTS = ("shop-home", "shop-garden", "shop-office", "shop-kids")


class City(NamedTuple):
    """Where customers live; ``asn`` is their network."""

    country: str
    currency: str
    lat: float
    lon: float
    asn: int


_CITIES = (
    City("DE", "EUR", 52.52, 13.40, 64496),
    City("DE", "EUR", 48.14, 11.58, 64497),
    City("FR", "EUR", 48.86, 2.35, 64498),
    City("NL", "EUR", 52.37, 4.90, 64499),
    City("ES", "EUR", 40.42, -3.70, 64500),
    City("GB", "GBP", 51.51, -0.13, 64501),
    City("SE", "SEK", 59.33, 18.07, 64502),
    City("CH", "CHF", 47.38, 8.54, 64503),
)
_BRANDS = (("visa", "400000"), ("visa", "40000012"), ("visa", "480000"), ("mastercard", "510001"), ("amex", "340000"))


class Card(NamedTuple):
    """A card as a payment event tells of it: a token and facts that do not reveal the number."""

    fingerprint: str
    bin: str
    last4: str
    brand: str
    funding: str
    exp_month: int
    exp_year: int


class Customer(NamedTuple):
    """Somebody with an account, at home: one device, one address, one card."""

    account_id: str
    device_id: str
    ip: str
    user_agent: str
    city: City
    card: Card


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
        city=rng.choice(_CITIES),
        card=_card(rng),
    )


def _card(rng: Random) -> Card:
    brand, prefix = rng.choice(_BRANDS)
    return Card(
        fingerprint=f"fp_{rng.getrandbits(40):010x}",
        bin=prefix,
        last4=f"{rng.randint(0, 9999):04}",
        brand=brand,
        funding=rng.choice(("credit", "debit", "prepaid")),
        exp_month=rng.randint(1, 12),
        exp_year=rng.randint(2027, 2031),
    )
