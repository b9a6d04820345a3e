"""The sample's Pub/Sub messages: in which of the framings each event travels."""

from base64 import b64encode
from collections.abc import Iterator
from itertools import chain, islice
from random import Random
from typing import NamedTuple

from pipeline.sample.casting import weighted
from pipeline.sample.items import SECOND, Item, compact, rfc3339, zipped
from pipeline.simulator.framing import FRAMINGS, SINGLE, SUBSCRIPTION, Framing


class Body(NamedTuple):
    """A message's data and attributes, when it is published, and what becomes of its events."""

    at: int
    data: bytes
    attributes: dict[str, str]
    labels: tuple[str, ...]


def _packed(framing: Framing, items: list[Item]) -> tuple[bytes, dict[str, str]]:
    if framing.is_binary:
        document = items[0].document
        return compact(document["data"]), {f"ce-{key}": value for key, value in document.items() if key != "data"}
    data = framing.join([compact(item.document) for item in items])
    return zipped(data) if framing.is_gzip else data, dict(framing.attributes)


def messages(rng: Random, items: Iterator[Item]) -> Iterator[Body]:
    """Put items, in their order, into messages that are published up to three seconds after the last of them."""
    for item in items:
        # In binary mode an event without a type would not be seen as an event at all.
        framing = weighted(rng, FRAMINGS) if "type" in item.document else SINGLE
        chunk = [item, *islice(items, framing.events - 1)]
        data, attributes = _packed(framing, chunk)
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
