"""Messages: arrays and push envelopes on a line of a file, and the events that a message holds."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from tests.oracle import times
from tests.oracle.cards import masked_attributes
from tests.oracle.packing import MAGIC, gunzipped
from tests.oracle.raws import checked, head, whole
from tests.oracle.records import Attributes, Carrier, Found, Options, Refused
from tests.oracle.texts import BOM, decoded, elements, is_json


def opened(carrier: Carrier, position: str, text: bytes, options: Options) -> Iterator[Found]:
    """Open a line, or an element of an array: it may be an array or a push envelope, and is an event otherwise."""
    if text.lstrip().startswith(b"["):
        yield from _message(carrier, position, text, options, may_nest=True)
        return
    envelope = _envelope(text)
    if envelope is None:
        yield checked(whole(carrier, position, text, options), options)
        return
    try:
        data, message = _unwrapped(envelope, carrier)
    except Refused as fault:
        yield whole(carrier, position, text, options), fault
        return
    yield from _message(message, "" if message.message_id else position, data, options)


def _envelope(text: bytes) -> dict[str, Any] | None:
    """Take the message out of a push envelope; None where a text is none: it has no message, or is an event itself."""
    try:
        content = decoded(text)
    except Refused:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("message"), dict):
        return None
    message: dict[str, Any] = content["message"]
    return None if "specversion" in content or "id" in content else message


def _unwrapped(message: dict[str, Any], line: Carrier) -> tuple[bytes, Carrier]:
    """Give a push envelope's data and what else it says; a message without an id is known by its line.

    Raises:
        Refused: bad_envelope.
    """
    faults: list[str] = []
    data = b""
    try:
        data = b64decode("" if message.get("data") is None else message["data"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        faults.append("/message/data")
    attributes = {} if message.get("attributes") is None else message["attributes"]
    if not isinstance(attributes, dict) or not all(isinstance(text, str) for text in attributes.values()):
        faults.append("/message/attributes")
    message_id = message.get("messageId", message.get("message_id"))
    if not isinstance(message_id, str | None):
        faults.append("/message/messageId")
    published = message.get("publishTime", message.get("publish_time"))
    time = times.parsed(published) if isinstance(published, str) else None
    if published is not None and time is None:
        faults.append("/message/publishTime")
    if faults:
        raise Refused("bad_envelope", *faults)
    masked = masked_attributes(attributes)
    identity = ("message", message_id, time, tuple(sorted(masked.items()))) if message_id else line.identity
    return data, Carrier(identity, message_id or None, time, masked)


def _message(carrier: Carrier, place: str, data: bytes, options: Options, *, may_nest: bool = False) -> Iterator[Found]:
    """Open a message that stood at ``place`` (empty where its own id says which it is).

    An array on a line of a file may hold push envelopes (``may_nest``); what a transport brings may not.
    """
    try:
        data = _unpacked(data, carrier.attributes, options)
    except Refused as fault:
        keep = whole if options.keep_opaque_payloads else head
        yield keep(carrier, place, data, options), fault
        return
    try:
        texts = [data] if "ce-specversion" in carrier.attributes else _split(data)
        if len(texts) > options.max_events_per_message:
            raise Refused("too_many_events")  # noqa: TRY301
    except Refused as fault:
        yield whole(carrier, place, data, options), fault
        return
    for number, text in enumerate(texts):
        position = f"{place}/{number}".removeprefix("/")
        if may_nest and _envelope(text) is not None:
            yield from opened(carrier, position, text, options)
        else:
            yield checked(whole(carrier, position, text, options), options)


def _unpacked(data: bytes, attributes: Attributes, options: Options) -> bytes:
    """Decompress a message.

    Raises:
        Refused: too_large, not_decompressible, decompressed_too_large.
    """
    if len(data) > options.max_message_bytes:
        raise Refused("too_large")
    encoding = attributes.get("content-encoding", "").lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refused("not_decompressible")
    if encoding == "gzip" or data.startswith(MAGIC):
        data, is_sound = gunzipped(data)
        if len(data) > options.max_decompressed_bytes:
            raise Refused("decompressed_too_large")
        if not is_sound:
            raise Refused("not_decompressible")
    return data.removeprefix(BOM)


def _split(data: bytes) -> list[bytes]:
    """Split a message: one event, an array, or events on lines.

    Raises:
        Refused: not_json.
    """
    if data.lstrip().startswith(b"["):
        texts = elements(data)
        if texts or is_json(data):
            return texts
    elif b"\n" in data.strip() and not is_json(data):
        return [line for line in data.split(b"\n") if line.strip()]
    elif data.strip():
        return [data]
    raise Refused("not_json")
