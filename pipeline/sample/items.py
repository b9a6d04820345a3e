"""What the generators write: events with the time they are sent, and what the generator knows about each."""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from pipeline.simulator.kinds import Kind
from pipeline.simulator.outcomes import COUNTED, DUPLICATE

DAY = 1_789_603_200_000
"""2026-09-17T00:00:00Z. All times of the generators are integer milliseconds since 1970."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

MASKED = "masked"
BOT = "bot view"

REASONS = (
    "not_decompressible",
    "not_utf8",
    "not_json",
    "too_deep",
    "bad_log_line",
    "not_an_event",
    "unknown_contract",
    "contract_violated",
    "bad_time",
    "too_late",
    "in_future",
)
"""The reasons of rejects that the sample shows, in the order in which a message meets them."""

WHOLE_DAY = (2, 1, 1, 1, 1, 2, 4, 8, 100, 100, 100, 100, 12, 10, 10, 9, 9, 9, 9, 8, 7, 5, 3, 0)
"""A shop's day, the weight of each hour: the morning is packed, so that windows are well filled."""
MORNING = (0,) * 8 + (1,) * 4 + (0,) * 12


class Fact(NamedTuple):
    """Something that happened: when, the event's data, and labels."""

    at: int
    data: dict[str, Any]
    labels: tuple[str, ...] = ()


class Item(NamedTuple):
    """An event as a CloudEvent in structured mode, and when it is sent.

    The first label says what becomes of it (counted, duplicate, or the reason of its reject); more may follow.
    """

    at: int
    document: dict[str, Any]
    labels: tuple[str, ...] = (COUNTED,)


class Line(NamedTuple):
    """A line of a file, without its end, and the labels of what it holds."""

    text: bytes
    labels: tuple[str, ...]


def stream_of(seed: int, name: str) -> Random:
    """Give each kind of traffic random numbers of its own, so that changing one kind leaves the others alone."""
    return Random(f"{seed}/{name}")  # noqa: S311 - a sample that can be repeated, not a secret


def moment(rng: Random, rhythm: tuple[int, ...]) -> int:
    """Pick a time of the day, by the hours' weights."""
    return DAY + rng.choices(range(24), rhythm)[0] * HOUR + rng.randrange(HOUR)


def take(facts: Iterable[Fact], count: int, kind: Kind) -> list[Item]:
    """Make CloudEvents of the first facts, numbered in the order of the stream."""
    return [_item(fact, f"{kind.letter}-{number}", kind) for number, fact in enumerate(islice(facts, count), start=1)]


def _item(fact: Fact, event_id: str, kind: Kind) -> Item:
    document = {
        "specversion": "1.0",
        "id": event_id,
        "source": kind.source,
        "type": kind.type,
        "time": rfc3339(fact.at),
        "data": fact.data,
    }
    return Item(fact.at, document, (COUNTED, *fact.labels))


def with_duplicates(rng: Random, items: list[Item], count: int, delay: int) -> list[Item]:
    """Send some of the items a second time, unchanged, up to ``delay`` milliseconds later."""
    again = [Item(item.at + rng.randint(1, delay), item.document, (DUPLICATE,)) for item in rng.sample(items, count)]
    return items + again


def out_of_order(rng: Random, items: list[Item], spread: int) -> Iterator[Item]:
    """Order items by when they are sent, give or take ``spread`` milliseconds."""
    return iter(sorted(items, key=lambda item: item.at + rng.randrange(spread)))


def rfc3339(at: int, hours: int = 0, fraction: str = "") -> str:
    """Write a time in RFC 3339, in the zone ``hours`` east of Greenwich; ``fraction`` replaces the milliseconds."""
    local = datetime.fromtimestamp(at // SECOND, tz=UTC) + timedelta(hours=hours)
    digits = fraction or f"{at % SECOND:03}"
    return f"{local:%Y-%m-%dT%H:%M:%S}.{digits}{f'{hours:+03}:00' if hours else 'Z'}"


def compact(value: Any) -> bytes:
    """Write JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def zipped(data: bytes) -> bytes:
    """Compress to the same bytes every time: no time and no name in the header."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as stream:
        stream.write(data)
    return target.getvalue()
