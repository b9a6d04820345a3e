"""What is sent, and the truth about it. All times are integer microseconds since 1970-01-01T00:00:00Z."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from pipeline.simulator.framing import NO_ATTRIBUTES
from pipeline.simulator.outcomes import COUNTED

NORMAL = "normal"
"""The scenario of all that belongs to none: neither to an attack nor to a hard negative."""


class Item(msgspec.Struct, gc=False):
    """An event as it is sent, and what becomes of it (``outcomes``).

    ``id``, ``source``, ``type`` and ``time`` are the content of JSON strings, ``data`` is JSON; none needs escapes.
    ``text`` is what is written in place of the CloudEvent that they make; a lone surrogate in it is a byte that is no
    UTF-8.
    """

    sent: int
    id: str
    source: str
    type: str
    time: str
    data: str
    outcome: str = COUNTED
    is_bot: bool = False
    scenario: str = NORMAL
    text: str = ""

    def encoded(self) -> bytes:
        """Write the event."""
        text = self.text or (
            f'{{"specversion":"1.0","id":"{self.id}","source":"{self.source}","type":"{self.type}",'
            f'"time":"{self.time}","data":{self.data}}}'
        )
        return text.encode("utf-8", "surrogateescape")

    def binary_attributes(self) -> dict[str, str]:
        """Write all but the data as attributes, in CloudEvents' binary mode."""
        return {
            "ce-specversion": "1.0",
            "ce-id": self.id,
            "ce-source": self.source,
            "ce-type": self.type,
            "ce-time": self.time,
        }


class Broken(NamedTuple):
    """A message that is refused as a whole; ``item`` says why, and no more.

    ``line`` is the line of a file as it stands, where no envelope can hold what is wrong.
    """

    item: Item
    data: bytes = b""
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    line: bytes = b""


class Message(NamedTuple):
    """A message as it is published, and what it holds.

    ``is_whole`` says that it is refused as a whole, ``again`` that it is delivered again; ``line`` as in Broken.
    """

    message_id: str
    publish_time: int
    data: bytes
    attributes: Mapping[str, str]
    items: Sequence[Item]
    is_whole: bool = False
    again: bool = False
    line: bytes = b""
