"""How producers put events into Pub/Sub messages: alone, in batches, compressed, or with the envelope as attributes."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import chain, islice
from random import Random
from typing import NamedTuple

from pipeline.sample.items import SECOND, Item, compact, rfc3339, zipped
from pipeline.sample.shop import weighted

SUBSCRIPTION = "projects/local-dev/subscriptions/shop"


class Body(NamedTuple):
    """A message's data and attributes, when it is published, and what becomes of its events."""

    at: int
    data: bytes
    attributes: dict[str, str]
    labels: tuple[str, ...]


class Framing(NamedTuple):
    """A way to put events into a message, and how many at most."""

    events: int
    pack: Callable[[list[Item]], tuple[bytes, dict[str, str]]]


def _single(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    return compact(items[0].document), {}


def _binary(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    document = items[0].document
    return compact(document["data"]), {f"ce-{key}": value for key, value in document.items() if key != "data"}


def _array(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    return compact([item.document for item in items]), {}


def _lines(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    return b"\n".join(compact(item.document) for item in items) + b"\n", {}


def _zipped_lines(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    return zipped(_lines(items)[0]), {"content-encoding": "gzip"}


def _zipped_array(items: list[Item]) -> tuple[bytes, dict[str, str]]:
    """Compress and do not say so: the first bytes tell."""
    return zipped(_array(items)[0]), {}


SINGLE = Framing(1, _single)
FRAMINGS = (
    (SINGLE, 230),
    (Framing(1, _binary), 100),
    (Framing(8, _array), 26),
    (Framing(8, _lines), 24),
    (Framing(32, _zipped_lines), 42),
    (Framing(32, _zipped_array), 30),
)
"""Framings and how often each is used: most messages hold one event, most events travel compressed."""


def messages(rng: Random, items: Iterator[Item]) -> Iterator[Body]:
    """Put items, in their order, into messages that are published up to three seconds after the last of them."""
    for item in items:
        # In binary mode an event without a type would not be seen as an event at all.
        framing = weighted(rng, FRAMINGS) if "type" in item.document else SINGLE
        chunk = [item, *islice(items, framing.events - 1)]
        data, attributes = framing.pack(chunk)
        at = max(item.at for item in chunk) + rng.randint(50, 3 * SECOND)
        yield Body(at, data, attributes, tuple(chain.from_iterable(item.labels for item in chunk)))


def envelope(number: int, body: Body) -> bytes:
    """Write a message as Pub/Sub's push envelope."""
    message = {
        "data": b64encode(body.data).decode(),
        "attributes": body.attributes,
        "messageId": str(8_800_000_000 + number),
        "publishTime": rfc3339(body.at),
    }
    return compact({"message": message, "subscription": SUBSCRIPTION})
