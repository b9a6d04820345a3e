"""The shop's Pub/Sub topic as push envelopes, one a line: every framing, redelivery, lateness and malformed input."""

from collections.abc import Sequence
from random import Random

from pipeline.sample import traffic
from pipeline.sample.framing import envelope, messages
from pipeline.sample.items import (
    HOUR,
    MASKED,
    MINUTE,
    MORNING,
    SECOND,
    Item,
    Line,
    out_of_order,
    rfc3339,
    stream_of,
    take,
    with_duplicates,
)
from pipeline.sample.malformed import bad_bodies, bad_events
from pipeline.simulator import kinds
from pipeline.simulator.outcomes import COUNTED
from pipeline.simulator.shop import Customer

LATE_EVENTS = 40
FUTURE_EVENTS = 15
DUPLICATES = 60
REDELIVERIES = 20
REDELIVERED = "message delivered again"


def push_lines(seed: int, people: Sequence[Customer]) -> list[Line]:
    """Write the topic in the order of publishing; a message delivered again keeps its id, and none of it counts."""
    rng = stream_of(seed, "pubsub")
    good = _good(seed, people)
    bodies = [*messages(rng, out_of_order(rng, _sent(rng, good), 20 * SECOND)), *bad_bodies(rng, good)]
    bodies.sort(key=lambda body: body.at)
    lines = [Line(envelope(number, body), body.labels) for number, body in enumerate(bodies)]
    for index in sorted(rng.sample(range(len(lines)), REDELIVERIES), reverse=True):
        lines.insert(index + rng.randint(1, 9), Line(lines[index].text, (REDELIVERED,)))
    return lines


def _good(seed: int, people: Sequence[Customer]) -> list[Item]:
    """Generate a morning of all six types."""
    return [
        *take(traffic.payments(stream_of(seed, "payments"), people, MORNING), 1_200, kinds.PAYMENT),
        *take(traffic.logins(stream_of(seed, "logins"), people, MORNING), 900, kinds.LOGIN),
        *take(traffic.page_views(stream_of(seed, "app views"), people, MORNING), 500, kinds.APP_VIEW),
        *take(traffic.changes(stream_of(seed, "changes"), people, MORNING), 140, kinds.CHANGE),
        *take(traffic.requests(stream_of(seed, "requests"), people, MORNING), 130, kinds.REQUEST),
        *take(traffic.reviews(stream_of(seed, "reviews"), MORNING), 80, kinds.REVIEW),
    ]


def _sent(rng: Random, good: list[Item]) -> list[Item]:
    """Add what makes a topic: events sent twice, mistimed, malformed, and some that hold a card number."""
    shuffled = rng.sample(good, len(good))
    late, future = shuffled[:LATE_EVENTS], shuffled[LATE_EVENTS : LATE_EVENTS + FUTURE_EVENTS]
    return [
        *with_duplicates(rng, shuffled[LATE_EVENTS + FUTURE_EVENTS :], DUPLICATES, 20 * MINUTE),
        *(_mistimed(item, -rng.randint(62 * MINUTE, 6 * HOUR), "too_late") for item in late),
        *(_mistimed(item, rng.randint(1 * HOUR, 3 * HOUR), "in_future") for item in future),
        *_with_card_numbers(good),
        *bad_events(rng, good),
    ]


def _mistimed(item: Item, shift: int, reason: str) -> Item:
    """Move an event's time, not its sending."""
    return Item(item.at, item.document | {"time": rfc3339(item.at + shift)}, (reason,))


def _with_card_numbers(good: list[Item]) -> list[Item]:
    """Put public test card numbers where people put them: into a URL, a note and a free field."""
    additions = {
        "web.page_view.v1": {"url": "https://shop.example/search?q=4111-1111-1111-1111"},
        "fraud.review.v1": {"note": "Customer read out 4111 1111 1111 1111, which is not ours."},
        "account.change.v1": {"comment": "moved; pays with 5555555555554444 from now on"},
    }
    first = {item.document["type"]: item for item in reversed(good)}
    return [_with_card_number(first[kind], added) for kind, added in additions.items()]


def _with_card_number(item: Item, added: dict[str, str]) -> Item:
    document = item.document | {"id": f"{item.document['id']}-n", "data": item.document["data"] | added}
    return Item(item.at, document, (COUNTED, MASKED))
