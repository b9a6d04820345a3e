"""The shop's old web server as an access log in Combined form: pages, assets, errors, crawlers and broken lines."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from random import Random
from typing import NamedTuple

from pipeline.sample.casting import page, weighted
from pipeline.sample.items import BOT, SECOND, WHOLE_DAY, Line, moment, stream_of
from pipeline.simulator.outcomes import COUNTED
from pipeline.simulator.shop import BOTS, Customer

REQUESTS = 5_000
PAGE = "page view"
OTHER = "other request"
UNREADABLE = "unreadable request"
QUOTED = "agent with quotes"

_ASSETS = ("/static/shop.css", "/static/shop.js", "/static/logo.svg", "/img/table.webp", "/favicon.ico", "/f/a.woff2")
_QUOTING_AGENT = r"Reader/2 (\"quiet\" mode)"
_GARBAGE = ("-", "", r"\x16\x03\x01\x02", "HELP")
_BROKEN = (
    "192.0.2.9 - - [17/Sep/2026:10:1",
    '192.0.2.9 - - 17/Sep/2026:10:10:00 +0200 "GET / HTTP/1.1" 200 512 "-" "-"',
    '192.0.2.9 - - [] "GET / HTTP/1.1" 200 512 "-" "-"',
    '192.0.2.9 - - [17/Sep/2026:10:10:00 +0200] "GET / HTTP/1.1" 2OO 512 "-" "-"',
    '192.0.2.9 - - [17/Sep/2026:10:10:00 +0200] "GET / HTTP/1.1 200 512 "-" "-"',
    "192.0.2.9",
    '/1.1" 200 512 "-" "ShopApp/4.2 (iOS 18.5)"',
    "server restarted",
    '{"level": "error", "message": "disk is full"}',
    "    at shop.Basket.total(Basket.java:42)",
)


class Request(NamedTuple):
    """A line's fields as the server writes them, and what the line is."""

    at: int
    ip: str
    request: str
    status: int
    size: int | None
    referrer: str
    agent: str
    labels: tuple[str, ...]


def log_lines(seed: int, people: Sequence[Customer]) -> list[Line]:
    """Write a day's log in the order of time, with lines that are none in between."""
    rng = stream_of(seed, "access log")
    requests = sorted(islice(_requests(rng, people), REQUESTS), key=lambda request: request.at)
    lines = [Line(_combined(request).encode(), (COUNTED, *request.labels)) for request in requests]
    for broken in _BROKEN:
        lines.insert(rng.randint(1, len(lines)), Line(broken.encode(), ("bad_log_line",)))
    return lines


def _requests(rng: Random, people: Sequence[Customer]) -> Iterator[Request]:
    kinds = ((_page_with_assets, 400), (_crawled, 150), (_rejected, 60), (_posted, 50), (_unreadable, 8))
    while True:
        kind = weighted(rng, kinds)
        yield from kind(rng, moment(rng, WHOLE_DAY), rng.choice(people))


def _page_with_assets(rng: Random, at: int, client: Customer) -> Iterator[Request]:
    """View a page and fetch what it shows, as a browser does."""
    path, status = _target(rng), weighted(rng, ((200, 9), (304, 1)))
    agent, labels = weighted(rng, (((client.user_agent, ()), 40), ((_QUOTING_AGENT, (QUOTED,)), 1)))
    size = rng.randint(900, 9_000) if status == HTTPStatus.OK else None
    yield Request(at, client.ip, f"GET {path} HTTP/1.1", status, size, "-", agent, (PAGE, *labels))
    for asset in rng.sample(_ASSETS, rng.randint(0, 2)):
        later = at + rng.randint(0, 2 * SECOND)
        yield Request(later, client.ip, f"GET {asset} HTTP/1.1", 200, 4_096, path, agent, (OTHER, *labels))


def _target(rng: Random) -> str:
    path = page(rng)
    return weighted(rng, ((path, 85), (f"{path}?utm_source=mail", 12), (f"http://shop.example{path}", 3)))


def _crawled(rng: Random, at: int, _: Customer) -> Iterator[Request]:
    agent, path = rng.choice(BOTS), weighted(rng, (("/robots.txt", 1), (page(rng), 9)))
    yield Request(at, "203.0.113.200", f"GET {path} HTTP/1.1", 200, 900, "-", agent, (PAGE, BOT))


def _rejected(rng: Random, at: int, client: Customer) -> Iterator[Request]:
    path, status = rng.choice((("/wp-login.php", 404), ("/products/teak-sofa", 404), ("/admin", 403), ("/search", 500)))
    yield Request(at, client.ip, f"GET {path} HTTP/1.1", status, 196, "-", client.user_agent, (OTHER,))


def _posted(rng: Random, at: int, client: Customer) -> Iterator[Request]:
    method = rng.choice(("POST", "POST", "HEAD"))
    yield Request(at, client.ip, f"{method} /basket HTTP/1.1", 200, 64, "/basket", client.user_agent, (OTHER,))


def _unreadable(rng: Random, at: int, client: Customer) -> Iterator[Request]:
    """Send what is no request: nothing before the time-out, or TLS to a port that speaks plain HTTP."""
    request = rng.choice(_GARBAGE)
    status = HTTPStatus.REQUEST_TIMEOUT if request == "-" else HTTPStatus.BAD_REQUEST
    yield Request(at, client.ip, request, status, None, "-", "-", (OTHER, UNREADABLE))


def _combined(request: Request) -> str:
    local = datetime.fromtimestamp(request.at // SECOND, tz=UTC) + timedelta(hours=2)
    size = "-" if request.size is None else request.size
    return (
        f"{request.ip} - - [{local:%d/%b/%Y:%H:%M:%S} +0200] "
        f'"{request.request}" {request.status} {size} "{request.referrer}" "{request.agent}"'
    )
