"""Rejects as messages for a topic: the bytes and attributes as they came, and what was wrong in attributes beside."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from transforms.core.identity import dead_letter_id
from transforms.core.records import Reject
from transforms.core.times import format_exact_time

MOST_ATTRIBUTES = 100
KEY_BYTES = 256
VALUE_BYTES = 1024
DATA_BYTES = 9_500_000
"""Pub/Sub takes 10 MB a request, of which attributes may be 125 kB."""
PREFIX = "millrace_"
"""Before the names of what we add, so that nothing of the message is hidden."""
_RESERVED = "goog"


class OutMessage(NamedTuple):
    """A message to be published."""

    data: bytes
    attributes: Mapping[str, str]

    @property
    def size(self) -> int:
        """Give about how many bytes it is."""
        return len(self.data) + sum(3 * (len(key) + len(value)) for key, value in self.attributes.items())


def message_of(reject: Reject) -> OutMessage:
    """Write a reject as a message.

    What Pub/Sub does not take is cut: our values at 1,024 bytes, attributes beyond 100, with long keys or of Google's
    own, and data beyond 9.5 MB. ``millrace_cut`` then says what; the table of dead letters has all of it.
    """
    ours = {PREFIX + name: cut(value) for name, value in _about(reject) if value}
    room = MOST_ATTRIBUTES - len(ours) - 1
    fitting = {key: cut(value) for key, value in sorted(reject.attributes.items()) if _is_possible(key, ours)}
    theirs = dict(list(fitting.items())[:room])
    cuts = []
    if lost := len(reject.attributes) - len(theirs):
        cuts.append(f"{lost} attributes")
    if len(reject.payload) > DATA_BYTES:
        cuts.append(f"data of {len(reject.payload)} bytes")
    return OutMessage(reject.payload[:DATA_BYTES], theirs | ours | ({f"{PREFIX}cut": ", ".join(cuts)} if cuts else {}))


def cut(text: str, most: int = VALUE_BYTES) -> str:
    """Cut a text at a number of bytes of its UTF-8, never within a character; lone surrogates are replaced."""
    data = text.encode("utf-8", "replace")
    return data[:most].decode("utf-8", "ignore")


def _about(reject: Reject) -> Iterator[tuple[str, str]]:
    published = "" if reject.publish_time is None else format_exact_time(reject.publish_time)
    yield "dead_letter_id", dead_letter_id(reject)
    yield "stage", reject.stage
    yield "reason", reject.reason
    yield "error_message", reject.error_message
    yield "event_type", reject.event_type
    yield "message_id", reject.message_id
    yield "position", reject.position
    yield "publish_time", published


def _is_possible(key: str, ours: Mapping[str, str]) -> bool:
    """Tell whether an attribute of a message can be published again."""
    is_text = cut(key, KEY_BYTES) == key != ""
    return is_text and not key.startswith(_RESERVED) and key not in ours and key != f"{PREFIX}cut"
