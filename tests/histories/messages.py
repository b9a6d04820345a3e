"""Messages in push envelopes: what they hold, in all framings, and envelopes that are none."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.histories.clock import FORMS, HOUR, MINUTE, Clock, Text
from tests.histories.data import CARD, GONE, PAGE_VIEW
from tests.histories.events import cloud_events, no_events
from tests.histories.packing import Packing, in_members, packed, plain

PUBLISHED = (0, 0, 1, HOUR, HOUR + 1, -5 * MINUTE, -5 * MINUTE - 2)
ATTRIBUTES: tuple[dict[str, str], ...] = (
    {},
    {},
    {"kind": "view"},
    {"note": f"of {CARD}", CARD: "x"},
    {"content-encoding": "identity"},
)
BINARY = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": PAGE_VIEW}
BODIES = (
    b'{"url": "/binary"}',
    b'{"url": 5, "note": "%s"}' % CARD.encode(),
    b"",
    b"{",
    b"[]",
    b'{"url": "/b", "id": "%s"}' % CARD.encode(),
)
WRONG: tuple[dict[str, Any], ...] = (
    {"data": "!"},
    {"data": 5},
    {"data": "e30"},
    {"data": 0},
    {"attributes": []},
    {"messageId": 0},
    {"attributes": 5},
    {"attributes": {"a": 5}, "note": CARD},
    {"messageId": 5},
    {"publishTime": 5},
    {"publishTime": "yesterday", "data": "e30"},
    {"data": None},
)
"""What may be wrong in an envelope; the last is a message without data."""


class Message(NamedTuple):
    """A message: its data and the moment of its publishing, if it has one."""

    data: Text
    attributes: dict[str, str]
    published: int | None


def one(texts: Sequence[bytes]) -> bytes:
    return texts[0]


def array(texts: Sequence[bytes]) -> bytes:
    return b"[" + b",\n ".join(texts) + b"]"


def lines(texts: Sequence[bytes]) -> bytes:
    return b"\n".join(texts)


def crlf_lines(texts: Sequence[bytes]) -> bytes:
    return b"\xef\xbb\xbf" + b"\r\n\r\n".join((*texts, b""))


def cut_array(texts: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(texts)[:-5]


def pretty(texts: Sequence[bytes]) -> bytes:
    try:
        return json.dumps(json.loads(texts[0]), indent=1).encode() + b"\n"
    except ValueError:
        return texts[0]


Framing = Callable[[Sequence[bytes]], bytes]
FRAMINGS: tuple[Framing, ...] = (one, array, lines, crlf_lines, cut_array, pretty)
NO_DATA = (b"", b" \n", b"[", b"[]", b"\xff\xfe", b"[[1], [2", b"\x1f\x8b\x08")


def cut(data: bytes) -> bytes:
    return packed(data)[:-9]


@st.composite
def messages(draw) -> Message:
    """A message: one event, an array or lines; plain or gzip; or in binary mode."""
    published = draw(st.sampled_from((None, None, *PUBLISHED)))
    if draw(st.sampled_from([False] * 5 + [True])):
        body, attributes = draw(binary_modes())
        return Message(body, attributes, published)
    held: list[Text] = draw(st.lists(cloud_events() | cloud_events() | no_events, min_size=1, max_size=3))
    frame, junk = draw(st.sampled_from(FRAMINGS)), draw(st.sampled_from(NO_DATA))
    is_junk = draw(st.sampled_from([False] * 12 + [True]))
    pack: Packing = draw(st.sampled_from([plain, plain, plain, packed, packed, in_members, cut]))
    attributes = dict(draw(st.sampled_from(ATTRIBUTES)))
    if pack is not plain and draw(st.booleans()):
        attributes["content-encoding"] = "GZIP"
    if encoding := draw(st.sampled_from([""] * 20 + ["gzip", "br"])):
        attributes["content-encoding"] = encoding

    def data(clock: Clock) -> bytes:
        return pack(junk if is_junk else frame([text(clock) for text in held]))

    return Message(data, attributes, published)


@st.composite
def binary_modes(draw) -> tuple[Text, dict[str, str]]:
    """Data and attributes of a message in binary mode."""
    body = draw(st.sampled_from(BODIES))
    changes = draw(st.sampled_from([{}, {}, {"ce-id": CARD}, {"ce-id": GONE}, {"ce-type": "", "ce-source": GONE}]))
    attributes = {name: value for name, value in (BINARY | changes).items() if value is not GONE}
    moment = draw(st.sampled_from([None, 0, MINUTE]))
    if moment is None:
        return (lambda _: body), attributes
    # Attributes are told by no clock: the data has the time, and the envelope puts it where it belongs.
    return (lambda _: body), attributes | {"ce-time": str(moment)}


@st.composite
def envelopes(draw, message: Message, message_id: str) -> Text:
    """A line with a message, as Pub/Sub pushes it, or in the spelling of its emulator; not always as it first was."""
    named = draw(st.sampled_from(["messageId", "messageId", "message_id", ""]))
    timed = draw(st.sampled_from(["publishTime", "publishTime", "publish_time"]))
    form = draw(st.sampled_from(FORMS[:3]))
    more = draw(st.sampled_from([{}, {"subscription": "projects/p/subscriptions/s"}]))
    wrong = draw(st.sampled_from([{}] * 20 + list(WRONG)))
    attributes = message.attributes | draw(st.sampled_from([*[{}] * 6, {"more": "1"}, {"ce-id": "again"}]))
    published = draw(st.sampled_from([message.published] * 12 + [None, *PUBLISHED]))

    def text(clock: Clock) -> bytes:
        told: dict[str, Any] = {"data": b64encode(message.data(clock)).decode()}
        if attributes:
            told["attributes"] = dict(attributes)
            if moment := attributes.get("ce-time"):
                told["attributes"]["ce-time"] = clock.rfc3339(int(moment))
        if named:
            told[named] = message_id
        if published is not None:
            told[timed] = clock.rfc3339(published, form)
        return json.dumps({"message": told | wrong} | more).encode()

    return text
