"""Hostile messages from good ones: seeded, pure, and none of them holds a raw newline unless it is in an envelope."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from tests.hostility.good import MAPPING, attributes, dump, envelope, event, good_body, good_line, log_line, plain_event
from tests.hostility.payloads import TIMES, TOKENS, WRONG

Mutation = Callable[[Random, bytes], bytes]


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
    return envelope(rng.getrandbits(60), data, attributes(rng), rng.choice(("2026-09-17T11:00:00Z", *TIMES)))


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


def _on_a_line(rng: Random, data: bytes) -> bytes:
    """Mutate, and keep it a line that is not blank and gives at least one event or reject."""
    line = mutate(rng, data).replace(b"\n", b"")
    return line if line.strip() and not is_empty_array(line.strip()) else b"?"


def lines(seed: int, count: int) -> Iterator[bytes]:
    """Mutate lines of a file."""
    rng = Random(seed)
    for number in range(count):
        yield _on_a_line(rng, good_line(rng, number)) if number else dump(event(rng, 0))


def enveloped(seed: int, count: int) -> Iterator[bytes]:
    """Mutate bodies, each in an envelope with an id of its own; none is an empty array."""
    rng = Random(seed)
    for number in range(count):
        body = mutate(rng, good_body(rng, number)) if number else dump(event(rng, 0))
        yield envelope(number, b"?" if is_empty_array(body) else body, attributes(rng) if number else None)


def log_lines(seed: int, count: int) -> Iterator[bytes]:
    """Mutate lines of an access log."""
    rng = Random(seed)
    for number in range(count):
        yield _on_a_line(rng, log_line(rng, number)) if number else log_line(rng, 0)


def plain_lines(seed: int, count: int) -> Iterator[bytes]:
    """Mutate lines of plain JSON, to be read with a mapping; one in four is a line of another kind."""
    rng = Random(seed)
    for number in range(count):
        plain = dump(plain_event(rng, number))
        yield _on_a_line(rng, good_line(rng, number) if number and rng.random() < 0.25 else plain) if number else plain


def flood_of_types(seed: int, count: int) -> Iterator[bytes]:
    """Make events each of a type of its own, behind one page view."""
    rng = Random(seed)
    for number in range(count):
        made = event(rng, number)
        yield dump(made | {"type": f"t{number}.<b>{rng.getrandbits(60)}"} if number else made)


class Kind(NamedTuple):
    """A kind of input: how it is made from a seed and a number of messages, and the options it is read with."""

    made: Callable[[int, int], Iterator[bytes]]
    options: tuple[str, ...] = ("--input_format", "json")


KINDS = {
    "lines": Kind(lines),
    "envelopes": Kind(enveloped),
    "access_log": Kind(log_lines, ("--input_format", "access_log")),
    "plain": Kind(plain_lines, ("--input_format", "json", *MAPPING)),
}
TYPES = Kind(flood_of_types)
