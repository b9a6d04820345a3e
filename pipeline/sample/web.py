"""The shop's web site as lines of page views: a day of them, with duplicates, out of order, spelt in several ways."""

from collections.abc import Iterator, Sequence
from random import Random

from pipeline.sample import traffic
from pipeline.sample.casting import weighted
from pipeline.sample.items import (
    MINUTE,
    WHOLE_DAY,
    Item,
    Line,
    compact,
    out_of_order,
    rfc3339,
    stream_of,
    take,
    with_duplicates,
)
from pipeline.simulator import kinds
from pipeline.simulator.shop import Customer

VIEWS = 16_150
DUPLICATES = 500
PREFIXED = "type with a prefix"
NANOSECONDS = "time in nanoseconds"
ZONED = "time in another zone"
_SPELLINGS = (("", 90), (PREFIXED, 5), (NANOSECONDS, 2), (ZONED, 3))


def web_lines(seed: int, people: Sequence[Customer]) -> Iterator[Line]:
    """Write a day of page views in the order of arrival."""
    rng = stream_of(seed, "web")
    views = take(traffic.page_views(stream_of(seed, "web views"), people, WHOLE_DAY), VIEWS, kinds.WEB_VIEW)
    sent = with_duplicates(rng, [_respelt(rng, view) for view in views], DUPLICATES, 5 * MINUTE)
    return (Line(compact(item.document), item.labels) for item in out_of_order(rng, sent, 2 * MINUTE))


def _respelt(rng: Random, item: Item) -> Item:
    """Spell a few envelopes differently: the type with the organisation's prefix, the time in other forms of RFC 3339.

    Nanoseconds are always the last of their second, which rounding would push into the next.
    """
    spelling = weighted(rng, _SPELLINGS)
    if not spelling:
        return item
    changes = {
        PREFIXED: {"type": f"com.acme.{item.document['type']}"},
        NANOSECONDS: {"time": rfc3339(item.at, fraction="999999999")},
        ZONED: {"time": rfc3339(item.at, hours=rng.choice((-7, 2, 9)))},
    }
    return Item(item.at, item.document | changes[spelling], (*item.labels, spelling))
