"""Good messages, of which hostile ones are made: events of all contracts, envelopes, plain JSON, lines of logs."""

import gzip
import json
from base64 import b64encode
from random import Random
from typing import Any

from tests.histories.data import GOOD as OTHERS
from tests.hostility.payloads import TIMES

MAPPING = (
    *("--event_type", "web.page_view.v1", "--id_field", "meta.id", "--time_field", "meta.at"),
    *("--rename", "page=url", "--rename", "visitor=user_id"),
)
"""The options that ``plain_event`` is read with."""
_CONTRACTS = tuple(sorted(OTHERS))


def event(rng: Random, number: int) -> dict[str, Any]:
    """Make a good page view."""
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "//shop.example",
        "type": "com.acme.web.page_view.v1",
        "time": f"2026-09-17T10:{rng.randrange(60):02d}:{rng.randrange(60):02d}Z",
        "data": {"url": f"https://shop.example/p/{rng.randrange(50)}", "user_id": f"u{rng.randrange(9)}"},
    }


def any_event(rng: Random, number: int) -> dict[str, Any]:
    """Make a good event, half of the time one of another contract than a page view's."""
    made = event(rng, number)
    if rng.random() < 0.5:
        kind = rng.choice(_CONTRACTS)
        made |= {"type": kind, "data": OTHERS[kind]}
    return made


def plain_event(rng: Random, number: int) -> dict[str, Any]:
    """Make a good page view in plain JSON."""
    made = event(rng, number)
    data = {"page": made["data"]["url"], "visitor": made["data"]["user_id"]}
    return {"meta": {"id": made["id"], "at": made["time"]}, **data}


def envelope(number: int, body: bytes, said: Any = None, publish_time: Any = "2026-09-17T11:00:00Z") -> bytes:
    """Wrap a body as the message of this number."""
    message = {"data": b64encode(body).decode(), "messageId": f"m{number}", "publishTime": publish_time}
    return dump({"message": message | ({"attributes": said} if said else {}), "subscription": "s"})


def dump(value: Any) -> bytes:
    """Write JSON on one line."""
    return json.dumps(value).encode()


def log_line(rng: Random, number: int) -> bytes:
    """Write a good line of an access log."""
    time = f"17/Sep/2026:10:{rng.randrange(60):02d}:{rng.randrange(60):02d} +0000"
    return f'10.0.0.{number % 250} - - [{time}] "GET /p/{number % 50} HTTP/1.1" 200 12 "-" "Mozilla/5.0"'.encode()


def good_body(rng: Random, number: int) -> bytes:
    """Make the body of a message: an event, an array, newline-delimited events, or data alone; gzipped or not."""
    events = [any_event(rng, number * 4 + index) for index in range(3)]
    plain = (dump(events[0]), dump(events), b"\n".join(map(dump, events)), dump(events[0]["data"]))[rng.randrange(4)]
    return gzip.compress(plain, 1, mtime=0) if rng.random() < 0.2 else plain


def good_line(rng: Random, number: int) -> bytes:
    """Make a line of a file: an event, an array, a push envelope, or a line of another format."""
    kind = rng.randrange(6)
    if kind < 2:
        return dump(any_event(rng, number * 4))
    if kind == 2:
        return dump([any_event(rng, number * 4 + index) for index in range(3)])
    return envelope(number, good_body(rng, number), attributes(rng)) if kind < 5 else log_line(rng, number)


def attributes(rng: Random) -> dict[str, str]:
    binary = {"ce-specversion": "1.0", "ce-id": "b", "ce-source": "s", "ce-type": "web.page_view.v1"}
    binary["ce-time"] = rng.choice(("2026-09-17T10:40:05Z", *TIMES))
    choices: tuple[dict[str, str], ...] = ({}, {}, {"Content-Encoding": "gzip"}, {"content-encoding": "br"}, binary)
    return rng.choice(choices)
