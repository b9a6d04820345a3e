"""A second opinion: what must come of files of page views, by a plain loop that shares no code with the pipeline.

It knows the cases that ``tests/flow/test_oracle.py`` generates, no more: CloudEvents of two types, alone on a line, in
arrays and in Pub/Sub's push envelopes.
"""

import json
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Place = tuple[Any, ...]


class Truth(NamedTuple):
    """What tables must hold: rows of page views as the store has them, dead letters, and the sums of the ledger."""

    page_views: list[list[Any]]
    dead_letters: Counter[str]
    sums: list[Any]


class Admitted(NamedTuple):
    """An event that counts: under ``key``, once for each ``identity``."""

    key: tuple[str, str]
    identity: tuple[str, str]
    visitor: tuple[str, str] | None
    is_bot: bool
    is_view: bool


class Refused(Exception):  # noqa: N818 - an outcome
    """Its text is the reason."""


def judge(files: Iterable[bytes]) -> Truth:
    """Judge the contents of files: a place that is seen again changes nothing, whatever file it is in."""
    seen: dict[Place, Admitted | str] = {}
    for data in files:
        for place, content, published in events_of(data):
            try:
                seen[place] = admit(content, published)
            except Refused as reason:
                seen[place] = str(reason)
    admitted = [outcome for outcome in seen.values() if isinstance(outcome, Admitted)]
    refused = Counter(outcome for outcome in seen.values() if isinstance(outcome, str))
    distinct = {(event.key, event.identity) for event in admitted}
    sums = [len(seen), len(distinct), len(admitted) - len(distinct), dict(sorted(refused.items()))]
    return Truth(rows_of(event for event in admitted if event.is_view), refused, sums)


def rows_of(views: Iterable[Admitted]) -> list[list[Any]]:
    """Count views, views by bots and visitors per URL and minute."""
    cells: dict[tuple[str, str], list[set[Any]]] = defaultdict(lambda: [set(), set(), set()])
    for view in views:
        all_views, bots, visitors = cells[view.key]
        all_views.add(view.identity)
        bots.update([view.identity] if view.is_bot else [])
        visitors.update([view.visitor] if view.visitor else [])
    return sorted([url, minute, *map(len, sets)] for (url, minute), sets in cells.items())


def events_of(data: bytes) -> Iterator[tuple[Place, Any, datetime | None]]:
    """Give the place, the content (None where it is no JSON) and the publish time of each event of a file."""
    head, offset = data[:1024], 0
    for line in data.split(b"\n"):
        if line.strip():
            here = (head, offset, line)
            content = decoded(line)
            if isinstance(content, dict) and "message" in content:
                yield from events_of_message(content["message"], here)
            elif isinstance(content, list):
                yield from (((*here, number), event, None) for number, event in enumerate(content))
            else:
                yield here, content, None
        offset += len(line) + 1


def events_of_message(message: dict[str, Any], here: Place) -> Iterator[tuple[Place, Any, datetime | None]]:
    """Open a push envelope: one event, an array, or events on lines."""
    data = b64decode(message["data"])
    published = datetime.fromisoformat(message["publishTime"]) if "publishTime" in message else None
    whole = decoded(data)
    if isinstance(whole, list):
        contents = whole
    elif whole is not None:
        contents = [whole]
    else:
        contents = [decoded(line) for line in data.split(b"\n") if line.strip()]
    named = (message["messageId"],) if "messageId" in message else here
    for number, content in enumerate(contents):
        yield (*named, number), content, published


def decoded(text: bytes) -> Any:
    """Decode JSON, None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def admit(event: Any, published: datetime | None) -> Admitted:
    """Judge one event.

    Raises:
        Refused: with the reason.
    """
    if event is None:
        raise Refused("not_json")
    if not isinstance(event, dict) or not all(
        isinstance(event.get(n), str) and event[n] for n in ("id", "source", "type")
    ):
        raise Refused("not_an_event")
    kind, data = event["type"].removeprefix("com.acme."), event.get("data", {})
    if kind not in ("web.page_view.v1", "http.request.v1"):
        raise Refused("unknown_contract")
    if kind == "web.page_view.v1" and not (
        isinstance(data.get("url"), str) and data["url"].startswith(("/", "http", "HTTP"))
    ):
        raise Refused("contract_violated")
    time = time_of(event.get("time"))
    if published and time < published - timedelta(hours=1):
        raise Refused("too_late")
    if published and time > published + timedelta(minutes=5):
        raise Refused("in_future")
    minute = time.replace(second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
    identity = event["source"], event["id"]
    if kind == "http.request.v1":
        return Admitted((kind, minute), identity, None, is_bot=False, is_view=False)
    visitor = next(((name, data[name]) for name in ("user_id", "session_id", "ip") if data.get(name)), None)
    is_bot = "Googlebot" in (data.get("user_agent") or "")
    return Admitted((canonical(data["url"]), minute), identity, visitor, is_bot, is_view=True)


def time_of(text: Any) -> datetime:
    """Read a time with an offset; digits beyond the microsecond are cut.

    Raises:
        Refused: bad_time.
    """
    if not isinstance(text, str):
        raise Refused("bad_time")
    clock, offset = (text[:-1], "+00:00") if text[-1:] in "zZ" else (text[:-6], text[-6:])
    second, _, fraction = clock.partition(".")
    try:
        time = datetime.fromisoformat(second + offset)
    except ValueError:
        raise Refused("bad_time") from None
    if time.tzinfo is None:
        raise Refused("bad_time")
    return time.astimezone(UTC) + timedelta(microseconds=int(fraction[:6].ljust(6, "0") or 0))


def canonical(url: str) -> str:
    """Bring a URL into the form that views are counted under."""
    if url.startswith("/"):
        return url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
    parts = urlsplit(url)
    port = "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path or '/'}"
