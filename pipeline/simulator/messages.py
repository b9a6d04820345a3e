"""Messages of the events in a history: mixed framings, publish times, ids, and some delivered again."""

from collections.abc import Iterable, Iterator
from zlib import crc32

from pipeline.simulator.dice import Dice, chance, spread
from pipeline.simulator.framing import FRAMINGS, SINGLE, Framing, in_array, on_lines
from pipeline.simulator.gzipping import stored
from pipeline.simulator.plan import Plan
from pipeline.simulator.records import Broken, Item, Message
from transforms.core.times import MILLISECOND, MINUTE, SECOND

_LINGER, _LONG_LINGER = 10 * SECOND, 10 * MINUTE
"""How long a batch waits for more events, and how long one whose size was asked for: nothing becomes late by it."""

_ON_THE_WAY = range(50, 3000)
"""Milliseconds from the last event of a message to its publishing."""

_SOON = 100
"""A message is delivered again after at most so many others."""


def messages(history: Iterable[Item | Broken], plan: Plan) -> Iterator[Message]:
    """Put all that is sent into messages, in order; some are delivered a second time, unchanged."""
    return _redelivered(_published(history, plan), plan)


def _published(history: Iterable[Item | Broken], plan: Plan) -> Iterator[Message]:
    dice = Dice(plan.seed, "messages")
    framings = framings_of(plan.events_per_message)
    linger = _LONG_LINGER if plan.events_per_message else _LINGER
    # Digits, as Pub/Sub's ids are; they begin as no card number does, and another seed has others.
    prefix = f"9{crc32(str(plan.seed).encode()):010}"
    for number, batch in enumerate(_batches(history, dice, framings, linger), start=1):
        yield _message(f"{prefix}{number:09}", batch, dice)


def framings_of(events_per_message: int | None) -> tuple[Framing, ...]:
    """Give the framings, each as often as it is used: all, or those that hold as many events as are wanted."""
    if events_per_message is None:
        return spread(FRAMINGS)
    fitting = [(f, weight) for f, weight in FRAMINGS if (f.events == 1) == (events_per_message == 1)]
    return spread((framing._replace(events=events_per_message), weight) for framing, weight in fitting)


Batch = tuple[Framing, list[Item]] | Broken


def _batches(
    history: Iterable[Item | Broken], dice: Dice, framings: tuple[Framing, ...], linger: int
) -> Iterator[Batch]:
    """Collect events until a batch is full or has waited long enough; what is broken goes its own way."""
    framing = dice.pick(framings)
    items: list[Item] = []
    for entry in history:
        if isinstance(entry, Broken):
            yield entry
            continue
        if items and entry.sent - items[0].sent > linger:
            yield framing, items
            framing, items = dice.pick(framings), []
        items.append(entry)
        if len(items) == framing.events:
            yield framing, items
            framing, items = dice.pick(framings), []
    if items:
        yield framing, items


def _message(message_id: str, batch: Batch, dice: Dice) -> Message:
    way = dice.pick(_ON_THE_WAY) * MILLISECOND
    if isinstance(batch, Broken):
        item, data, attributes, line = batch
        return Message(message_id, item.sent + way, data, attributes, [item], is_whole=True, line=line)
    framing, items = batch
    framing = _suitable(framing, items)
    published = items[-1].sent + way
    if framing.is_binary:
        return Message(message_id, published, items[0].data.encode(), items[0].binary_attributes(), items)
    data = framing.join([item.encoded() for item in items])
    return Message(message_id, published, stored(data) if framing.is_gzip else data, framing.attributes, items)


def _suitable(framing: Framing, items: list[Item]) -> Framing:
    """Take another framing where events are no CloudEvents: an array would break, and attributes cannot hold them."""
    if not any(item.text for item in items):
        return framing
    return SINGLE if framing.is_binary else framing._replace(join=on_lines) if framing.join is in_array else framing


def _redelivered(published: Iterable[Message], plan: Plan) -> Iterator[Message]:
    dice, bound = Dice(plan.seed, "redelivery"), chance(plan.redelivered)
    waiting: list[tuple[int, Message]] = []
    for number, message in enumerate(published):
        yield message
        if dice.bits() < bound and not message.line:
            waiting.append((number + dice.below(_SOON), message._replace(again=True)))
        if waiting:
            yield from (again for due, again in waiting if due <= number)
            waiting = [(due, again) for due, again in waiting if due > number]
    yield from (again for _, again in waiting)
