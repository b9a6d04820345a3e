"""The fictional shop that both the bundled sample and the simulator play: pages, programs, cities, issuers, habits.

Nothing here is real: the domain is reserved (RFC 2606), network numbers are those set aside for documentation
(RFC 5398), and cards are tokens, never numbers. Where a weight is given, it says how often a value comes.
"""

from typing import NamedTuple

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
"""The paths of the shop's 300 pages, the most visited first: by Zipf's law the n-th has 1/n of the first one's."""

QUERIES = ("utm_source=mail", "utm_source=ads&utm_medium=cpc", "page=2", "q=oak%20table")
SPELLINGS = (
    ("https://shop.example{path}", 74),
    ("https://shop.example{path}?{query}", 12),
    ("HTTPS://SHOP.EXAMPLE{path}", 3),
    ("https://Shop.Example:443{path}", 3),
    ("https://shop.example{path}#reviews", 3),
    ("{path}", 5),
)
"""How clients spell a page's URL, with weights; all but the bare path have one canonical form."""

CALLS = (("GET", "/api/stock", 200), ("POST", "/api/basket", 201), ("PUT", "/api/basket", 204), ("GET", "/v0", 404))
"""Calls of the shop's interface: method, path and status."""

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
OUTCOMES = (("approved", 92), ("declined", 7), ("error", 1))
SECOND_TRIES = (("approved", 3), ("declined", 1))
"""What comes of a payment, and of one that is tried again after it was declined."""

DECLINES = (("51", 6), ("05", 3), ("54", 1))
"""Response codes of declined payments."""

MISTYPED = ((0, 90), (1, 7), (2, 3))
"""How often a password is mistyped before the right one."""

CHANGES = ("password", "email", "phone", "address", "mfa", "payout", "device_added")
FUNDINGS = ("credit", "debit", "prepaid")


class City(NamedTuple):
    """Where customers live; ``asn`` is their network."""

    country: str
    currency: str
    lat: float
    lon: float
    asn: int


CITIES = (
    City("DE", "EUR", 52.52, 13.40, 64496),
    City("DE", "EUR", 48.14, 11.58, 64497),
    City("FR", "EUR", 48.86, 2.35, 64498),
    City("NL", "EUR", 52.37, 4.90, 64499),
    City("ES", "EUR", 40.42, -3.70, 64500),
    City("GB", "GBP", 51.51, -0.13, 64501),
    City("SE", "SEK", 59.33, 18.07, 64502),
    City("CH", "CHF", 47.38, 8.54, 64503),
)
ISSUERS = (("visa", "400000"), ("visa", "40000012"), ("visa", "480000"), ("mastercard", "510001"), ("amex", "340000"))


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


def crawler_address(agent: str) -> str:
    """Give the address that a crawler comes from."""
    return f"203.0.113.{200 + BOTS.index(agent)}"
