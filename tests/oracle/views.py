"""Page views: which URL they count under, whose they are, and how many there are."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.oracle import times
from tests.oracle.records import Admitted, Options

PAGE_VIEW = "web.page_view.v1"
BOTS = ("Googlebot", "bingbot", "curl/")
DEFAULT_PORTS = {"http": 80, "https": 443}


class Cell(NamedTuple):
    """What was seen of one URL in one window."""

    views: set[Any]
    bot_views: set[Any]
    visitors: set[Any]


def rows_of(events: Iterable[Admitted], options: Options) -> list[list[Any]]:
    """Count views, views by bots and visitors per URL and window."""
    cells: dict[tuple[str, str, str], Cell] = defaultdict(lambda: Cell(set(), set(), set()))
    for event in events:
        if event.contract != PAGE_VIEW:
            continue
        start = times.floored(event.time, options.window_duration)
        end = start + options.window_duration
        cell = cells[canonical(event.data["url"], options), times.shown(start), times.shown(end)]
        cell.views.add(event.identity)
        if any(bot in (event.data.get("user_agent") or "") for bot in BOTS):
            cell.bot_views.add(event.identity)
        visitor = next(
            ((kind, event.data[kind]) for kind in ("user_id", "session_id", "ip") if event.data.get(kind)), None
        )
        if visitor:
            cell.visitors.add(visitor)
    return sorted([*key, *map(len, cell)] for key, cell in cells.items())


def canonical(url: str, options: Options) -> str:
    """Bring a URL into the form that views are counted under."""
    url = url.split("#", maxsplit=1)[0]
    page, mark, query = url.partition("?")
    kept = mark + query if options.keep_query else ""
    if page.startswith("/"):
        return page + kept
    parts = urlsplit(page)
    host = f"[{parts.hostname}]" if "[" in parts.netloc else parts.hostname
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}{kept}"
