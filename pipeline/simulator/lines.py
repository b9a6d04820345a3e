"""Lines of files: an event a line, or a message a line in Pub/Sub's push envelope; and what is true of each."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from pipeline.simulator.framing import SUBSCRIPTION
from pipeline.simulator.history import history
from pipeline.simulator.messages import messages
from pipeline.simulator.outcomes import REDELIVERED
from pipeline.simulator.plan import Plan
from pipeline.simulator.records import Broken, Item, Message
from pipeline.simulator.times import written


class Line(NamedTuple):
    """A line with its end, and the events in it. ``message_id`` is empty where the line is no message.

    ``is_whole`` says that the line is refused as a whole, ``again`` that its message was delivered before.
    """

    text: bytes
    message_id: str
    items: Sequence[Item]
    is_whole: bool = False
    again: bool = False


def lines(plan: Plan) -> Iterator[Line]:
    """Write a plan's history, lazily."""
    if plan.envelope:
        return map(_enveloped, messages(history(plan), plan))
    return map(_plain, history(plan))


def _plain(entry: Item | Broken) -> Line:
    if isinstance(entry, Broken):
        return Line((entry.line or entry.data) + b"\n", "", (entry.item,), is_whole=True)
    return Line(entry.encoded() + b"\n", "", (entry,))


def _enveloped(message: Message) -> Line:
    text = message.line + b"\n" if message.line else _envelope(message)
    return Line(text, "" if message.line else message.message_id, message.items, message.is_whole, message.again)


def _envelope(message: Message) -> bytes:
    attributes = msgspec.json.encode(dict(message.attributes)).decode() if message.attributes else "{}"
    return (
        f'{{"message":{{"data":"{b64encode(message.data).decode()}","attributes":{attributes},'
        f'"messageId":"{message.message_id}","publishTime":"{written(message.publish_time)}"}},'
        f'"subscription":"{SUBSCRIPTION}"}}\n'
    ).encode()


def labels(line: Line, number: int, offset: int) -> str:
    """Write the truth about each event of a line, as JSON lines.

    Args:
        line: the line.
        number: the line's number in the file, from 1.
        offset: the byte at which it begins, which is the pipeline's position of a line.
    """
    message_id = f'"{line.message_id}"' if line.message_id else "null"
    where = f'{{"line":{number},"offset":{offset},"message_id":{message_id}'
    has_positions = line.message_id and not line.is_whole
    return "".join(
        f'{where},"position":{position if has_positions else "null"},"id":"{item.id}","source":"{item.source}",'
        f'"type":"{item.type}","outcome":"{REDELIVERED if line.again else item.outcome}",'
        f'"bot":{"true" if item.is_bot else "false"},'
        f'"scenario":"{item.scenario}"}}\n'
        for position, item in enumerate(line.items)
    )
