"""Hostile messages from good ones: seeded, pure, and none of them holds a raw newline unless it is in an envelope."""

import gzip
import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Mutation = Callable[[Random, bytes], bytes]

STRINGS = (
    "<script>alert(1)</script>",
    "'; DROP TABLE page_views; --",
    '" onerror="alert(1)',
    "\u202e\u2066evil\u2069",
    "\x1b[2J\x1b]0;owned\x07",
    "\x00",
    "a\u2028b\u2029c\r\n",
    "\ufeff",
    "\ud800",
    "😀" * 40,
    "x" * 5_000,
    "https://shop.example/" + "%00/../" * 300,
    "https://[::1",
    "//",
    "4111 1111 1111 1111",
    "",
)
TIMES = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-09-17T10:40:05+99:99",
    "2026-02-30T00:00:00Z",
    "2026-09-17T10:40:05.99999999999999999999Z",
    "2026-09-17",
)
WRONG: tuple[Any, ...] = (*STRINGS, *TIMES, None, True, 0, -1, 10**25, 1.5, [], {}, [[]], {"": ""}, [None] * 50)
TOKENS = (
    b"1e400",
    b"-0",
    b"1234567890123456789012345",
    b"NaN",
    b"-Infinity",
    b'"\\ud800"',
    b'"\\u0000"',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\x00",
    b"\r",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xae",
    b'"\\',
    b"{",
    b"}",
    b"[" * 70,
    b'{"a":' * 70,
    b"]",
    b",",
    b"/*",
    b'"message"',
    b'{"message":{',
    b'"id":"twice",',
)


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


def envelope(number: int, body: bytes, attributes: Any = None, publish_time: Any = "2026-09-17T11:00:00Z") -> bytes:
    """Wrap a body as the message of this number."""
    message = {"data": b64encode(body).decode(), "messageId": f"m{number}", "publishTime": publish_time}
    return dump({"message": message | ({"attributes": attributes} if attributes else {}), "subscription": "s"})


def dump(value: Any) -> bytes:
    """Write JSON on one line."""
    return json.dumps(value).encode()


def log_line(rng: Random, number: int) -> bytes:
    """Write a good line of an access log."""
    time = f"17/Sep/2026:10:{rng.randrange(60):02d}:{rng.randrange(60):02d} +0000"
    return f'10.0.0.{number % 250} - - [{time}] "GET /p/{number % 50} HTTP/1.1" 200 12 "-" "Mozilla/5.0"'.encode()


def good_body(rng: Random, number: int) -> bytes:
    """Make the body of a message: an event, an array, newline-delimited events, or data alone; gzipped or not."""
    events = [event(rng, number * 4 + index) for index in range(3)]
    plain = (dump(events[0]), dump(events), b"\n".join(map(dump, events)), dump(events[0]["data"]))[rng.randrange(4)]
    return gzip.compress(plain, 1, mtime=0) if rng.random() < 0.2 else plain


def good_line(rng: Random, number: int) -> bytes:
    """Make a line of a file: an event, an array, a push envelope, or a line of another format."""
    kind = rng.randrange(6)
    if kind < 2:
        return dump(event(rng, number * 4))
    if kind == 2:
        return dump([event(rng, number * 4 + index) for index in range(3)])
    return envelope(number, good_body(rng, number), _attributes(rng)) if kind < 5 else log_line(rng, number)


def _attributes(rng: Random) -> dict[str, str]:
    binary = {"ce-specversion": "1.0", "ce-id": "b", "ce-source": "s", "ce-type": "web.page_view.v1"}
    binary["ce-time"] = rng.choice(("2026-09-17T10:40:05Z", *TIMES))
    choices: tuple[dict[str, str], ...] = ({}, {}, {"Content-Encoding": "gzip"}, {"content-encoding": "br"}, binary)
    return rng.choice(choices)


def _flip(rng: Random, data: bytes) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if mutated:
            mutated[rng.randrange(len(mutated))] ^= 1 << rng.randrange(8)
    return bytes(mutated)


def _cut(rng: Random, data: bytes) -> bytes:
    first, second = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    return rng.choice((data[:first], data[second:], data[:first] + data[second:]))


def _repeat(rng: Random, data: bytes) -> bytes:
    first, second = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    return data[:second] + data[first:second] * rng.randint(1, 5) + data[second:]


def _insert(rng: Random, data: bytes) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(TOKENS) + data[at + rng.choice((0, 0, 1, 7)) :]


def _nest(rng: Random, data: bytes) -> bytes:
    depth = rng.choice((1, 2, 63, 64, 65, 500))
    opened, closed = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"message":', b"}"), (b'{"data":', b"}")))
    return opened * depth + data + closed * depth


def _value(rng: Random, data: bytes) -> bytes:
    """Put a wrong value in place of a field, at any depth."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return _insert(rng, data)
    at = value
    while isinstance(at, dict | list) and at:
        key = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
        if not isinstance(at[key], dict | list) or rng.random() < 0.2:
            at[key] = rng.choice(WRONG)
            break
        at = at[key]
    return dump(value) if rng.random() < 0.5 else json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _type(rng: Random, data: bytes) -> bytes:
    return data.replace(b"com.acme.web", b"t%d" % rng.getrandbits(60)).replace(
        b"page_view.v1", b"v%d" % rng.getrandbits(9)
    )


def _duplicate_key(rng: Random, data: bytes) -> bytes:
    key = rng.choice((b"id", b"source", b"type", b"time", b"data", b"message", b"specversion"))
    return data.replace(b"{", b'{"%s":%s,' % (key, dump(rng.choice(WRONG))), 1)


def _gzip(rng: Random, data: bytes) -> bytes:
    once = gzip.compress(data, 1, mtime=0)
    return rng.choice(
        (once, once[: rng.randrange(len(once))], once + once, gzip.compress(once), once + b"x", once + b"\0")
    )


def _empty(rng: Random, data: bytes) -> bytes:
    return rng.choice((b"{}", b"[{}]", b"null", b'""', b"0", b'{"message":{}}', b'{"message":{"data":""}}', b"[[]]"))


def _enclose(rng: Random, data: bytes) -> bytes:
    return envelope(rng.getrandbits(60), data, _attributes(rng), rng.choice(("2026-09-17T11:00:00Z", *TIMES)))


MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _cut, _repeat, _insert, _insert, _nest),
    *(_value, _value, _value, _type, _duplicate_key, _gzip, _empty, _enclose),
)


def mutate(rng: Random, data: bytes) -> bytes:
    """Mutate none to three times."""
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(rng, data)
    return data


def is_empty_array(body: bytes) -> bool:
    """Tell a body that holds no event at all."""
    try:
        plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    except (OSError, EOFError, zlib.error):
        return False
    return plain.startswith(b"[") and plain.strip()[1:-1].strip() == b""


def lines(seed: int, count: int) -> Iterator[bytes]:
    """Mutate lines of a file; each is not blank, and gives at least one event or reject."""
    rng = Random(seed)
    for number in range(count):
        line = mutate(rng, good_line(rng, number)).replace(b"\n", b"") if number else dump(event(rng, 0))
        yield line if line.strip() and not is_empty_array(line.strip()) else b"?"


def enveloped(seed: int, count: int) -> Iterator[bytes]:
    """Mutate bodies, each in an envelope with an id of its own; none is an empty array."""
    rng = Random(seed)
    for number in range(count):
        body = mutate(rng, good_body(rng, number)) if number else dump(event(rng, 0))
        yield envelope(number, b"?" if is_empty_array(body) else body, _attributes(rng) if number else None)


def log_lines(seed: int, count: int) -> Iterator[bytes]:
    """Mutate lines of an access log."""
    rng = Random(seed)
    for number in range(count):
        line = mutate(rng, log_line(rng, number)).replace(b"\n", b"") if number else log_line(rng, 0)
        yield line if line.strip() else b"?"


KINDS = {"lines": lines, "envelopes": enveloped, "access_log": log_lines}
