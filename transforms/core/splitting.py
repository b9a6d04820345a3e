"""Splitting bytes into the bytes of events: decompression, arrays, lines. Bounded in memory and time."""

import re
import zlib
from collections.abc import Mapping
from itertools import accumulate, chain, islice
from operator import add
from typing import NamedTuple

import msgspec

from transforms.core.json_values import JsonValues
from transforms.core.reasons import Reason
from transforms.core.records import Message
from transforms.core.rejects import GZIP_MAGIC, EventRejected

BOM = b"\xef\xbb\xbf"
MANY_COMMAS = 1_000_000
_LINE = re.compile(rb"[^\n]+")
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_split_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_skip_value = msgspec.json.Decoder(msgspec.Raw).decode


class Bounds(NamedTuple):
    """What untrusted input may cost: sizes in bytes, nesting in levels."""

    message_bytes: int = 10 << 20
    decompressed_bytes: int = 100 << 20
    nesting: int = 64
    events_per_message: int = 100_000
    keep_opaque_payloads: bool = False


def decompress(message: Message, bounds: Bounds) -> bytes:
    """Give a transport message's plain bytes, without a byte order mark.

    Raises:
        EventRejected: too_large, not_decompressible, decompressed_too_large.
    """
    data = message.data
    if len(data) > bounds.message_bytes:
        raise too_large(bounds.message_bytes)
    encoding = message.attributes.get("content-encoding", "identity").lower() if message.attributes else "identity"
    if encoding not in ("identity", "gzip", ""):
        raise EventRejected(Reason.NOT_DECOMPRESSIBLE, f"content-encoding is {encoding!r}; gzip is what is understood")
    if encoding == "gzip" or data.startswith(GZIP_MAGIC):
        data = gunzip(data, bounds.decompressed_bytes)
    return data.removeprefix(BOM)


def gunzip(data: bytes, bound: int) -> bytes:
    """Decompress all gzip members of ``data``, at most ``bound`` bytes in all.

    Raises:
        EventRejected: not_decompressible, decompressed_too_large.
    """
    parts: list[bytes] = []
    room = bound + 1
    while data:
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            parts.append(member.decompress(data, room))
        except zlib.error as error:
            raise EventRejected(Reason.NOT_DECOMPRESSIBLE, f"gzip: {error}") from None
        room -= len(parts[-1])
        if room <= 0:
            raise EventRejected(Reason.DECOMPRESSED_TOO_LARGE, f"decompresses to more than {bound} bytes")
        if not member.eof:
            raise EventRejected(Reason.NOT_DECOMPRESSIBLE, "gzip: the data ends before the stream does")
        data = member.unused_data.lstrip(b"\0")  # zero padding behind a member is allowed
    return b"".join(parts)


def too_large(bound: int) -> EventRejected:
    """Say that a message or line exceeds the bound."""
    return EventRejected(Reason.TOO_LARGE, f"larger than {bound} bytes")


def is_binary_mode(attributes: Mapping[str, str]) -> bool:
    """Tell CloudEvents binary mode: the envelope is in the attributes, the body is the data alone."""
    return bool(attributes) and "ce-specversion" in attributes


def split_message(data: bytes, attributes: Mapping[str, str], bounds: Bounds) -> list[bytes]:
    """Split a transport message: one event, a JSON array of events, or newline-delimited events.

    Raises:
        EventRejected: not_json, too_deep, too_many_events.
    """
    if is_binary_mode(attributes):
        return [data]
    first = data.lstrip()[:1]
    if not first:
        raise EventRejected(Reason.NOT_JSON, "the message is empty")
    if first == b"[":
        return _elements(data, bounds)
    if b"\n" in data.rstrip() and not _is_one_value(data):
        return _lines(data, bounds)
    return [data]


def _elements(data: bytes, bounds: Bounds) -> list[bytes]:
    # A cheap array of millions of elements is counted before it is made.
    raws = _split_array_fast(data) if data.count(b",") <= MANY_COMMAS else None
    if raws is None:
        raws = _split_array_leniently(data, bounds)
    if len(raws) > bounds.events_per_message:
        raise _too_many(bounds)
    return raws


def _split_array_fast(data: bytes) -> list[bytes] | None:
    try:
        return [bytes(raw) for raw in _split_array(data)]
    except (RecursionError, ValueError):
        return None


def _split_array_leniently(data: bytes, bounds: Bounds) -> list[bytes]:
    """Split an array that is broken somewhere, so that one bad event does not harm its neighbours."""
    first = data.index(b"[") + 1
    values = JsonValues(first, inside=True)
    spans = list(islice(chain(values.feed(data[first:]), values.finish()), bounds.events_per_message + 1))
    if not spans:
        raise EventRejected(Reason.NOT_JSON, "an array that never ends")
    return [data[start:end] for start, end in spans]


def _lines(data: bytes, bounds: Bounds) -> list[bytes]:
    # Where many line ends may be blank lines, they are counted before they are made.
    few = data.count(b"\n") <= bounds.events_per_message
    lines = data.split(b"\n") if few else (match[0] for match in _LINE.finditer(data))
    raws = list(islice((line for line in lines if line.strip()), bounds.events_per_message + 1))
    if len(raws) > bounds.events_per_message:
        raise _too_many(bounds)
    return raws


def _too_many(bounds: Bounds) -> EventRejected:
    return EventRejected(Reason.TOO_MANY_EVENTS, f"more than {bounds.events_per_message} events in one message")


def _is_one_value(data: bytes) -> bool:
    try:
        _skip_value(data)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def split_lines(data: bytes, start: int) -> tuple[list[bytes], list[int]]:
    """Split a block of whole lines into lines and their byte offsets; blank lines are left out, a CR is cut off."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    # Each line is followed by a newline: the lengths before it, and as many newlines as lines.
    offsets = list(map(add, accumulate(map(len, lines), initial=start), range(len(lines))))
    if b"\r" in data:
        lines = [line.removesuffix(b"\r") for line in lines]
    if lines and min(lines)[:1] <= b" ":  # the least line tells whether any is blank or indented
        kept = [(line, offset) for line, offset in zip(lines, offsets, strict=True) if line.strip()]
        return [line for line, _ in kept], [offset for _, offset in kept]
    return lines, offsets


def split_values(data: bytes, start: int) -> tuple[list[bytes], list[int]]:
    """Split a stretch of JSON values into values and their byte offsets."""
    values = JsonValues()
    spans = [*values.feed(data), *values.finish()]
    return [data[first:end] for first, end in spans], [start + first for first, _ in spans]
