"""Input that must be refused, each piece labelled with the reason that its reject should give."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle
from random import Random
from typing import Any

from pipeline.sample.framing import Body
from pipeline.sample.items import MORNING, Item, compact, moment, rfc3339, zipped
from pipeline.simulator.wrongs import NOT_JSON, UNKNOWN_TYPES, VIOLATIONS


def bad_events(rng: Random, good: list[Item]) -> list[Item]:
    """Spoil copies of good events: type, time or data; they travel among good ones."""
    return [*_bad_types(rng, good), *_bad_times(rng, good), *_bad_data(rng, good)]


def _spoilt(rng: Random, item: Item, reason: str, **fields: Any) -> Item:
    document = deepcopy(item.document) | {"id": f"x-{rng.getrandbits(32):08x}"} | fields
    return Item(item.at, document, (reason,))


def _bad_types(rng: Random, good: list[Item]) -> Iterator[Item]:
    for item in rng.sample(good, 5):
        spoilt = _spoilt(rng, item, "not_an_event")
        del spoilt.document["type"]
        yield spoilt
    for item, unknown in zip(rng.sample(good, 5), UNKNOWN_TYPES, strict=True):
        yield _spoilt(rng, item, "unknown_contract", type=unknown)


def _bad_times(rng: Random, good: list[Item]) -> Iterator[Item]:
    for item in rng.sample(good, 4):
        yield _spoilt(rng, item, "bad_time", time=rfc3339(item.at).removesuffix("Z"))
        yield _spoilt(rng, item, "bad_time", time=rfc3339(item.at).replace("-09-", "-13-"))


def _bad_data(rng: Random, good: list[Item]) -> Iterator[Item]:
    for kind, changes in VIOLATIONS.items():
        for change in changes:
            item = rng.choice([item for item in good if item.document["type"] == kind])
            yield _spoilt(rng, item, "contract_violated", data=item.document["data"] | change)


def bad_bodies(rng: Random, good: list[Item]) -> list[Body]:
    """Make messages that cannot be opened or parsed: broken gzip, no JSON, no UTF-8, nested 100 deep."""
    samples = iter(rng.sample(good, 14))
    return [
        *(_body(rng, data, "not_decompressible", gzip=True) for data in _broken_gzip(next(samples) for _ in range(5))),
        *(_body(rng, data, "not_json") for data in NOT_JSON),
        *(_body(rng, _not_utf8(next(samples)), "not_utf8") for _ in range(5)),
        *(_body(rng, _too_deep(next(samples)), "too_deep") for _ in range(4)),
    ]


def _body(rng: Random, data: bytes, reason: str, *, gzip: bool = False) -> Body:
    return Body(moment(rng, MORNING), data, {"content-encoding": "gzip"} if gzip else {}, (reason,))


def _broken_gzip(items: Iterator[Item]) -> Iterator[bytes]:
    """Break gzip so that not one byte can be read: cut off in its header, or a block of a type that does not exist."""
    for item, cut in zip(items, cycle((True, False))):
        data = zipped(compact(item.document))
        yield data[:7] if cut else data[:10] + b"\xff" * 40


def _not_utf8(item: Item) -> bytes:
    """Spell a name in Latin-1."""
    return compact(item.document | {"subject": "Zo?"}).replace(b"Zo?", b"Zo\xeb")


def _too_deep(item: Item) -> bytes:
    nested: list[Any] = []
    for _ in range(99):
        nested = [nested]
    return compact(item.document | {"data": item.document["data"] | {"filters": nested}})
