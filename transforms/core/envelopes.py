"""Pub/Sub push envelopes: files of them carry messages with attributes, ids and publish times.

The form is Google's: https://cloud.google.com/pubsub/docs/push#receive_push
"""

from binascii import Error as Base64Error
from binascii import a2b_base64
from operator import itemgetter
from typing import Any

import msgspec

from transforms.core.decoding import decode_json, kind_of
from transforms.core.reasons import Reason
from transforms.core.records import Message, Violation
from transforms.core.rejects import EventRejected
from transforms.core.searching import holds
from transforms.core.times import parse_time

HINT = b'"message"'
_BRACE = {ord("{")}
_first = itemgetter(0)

_ABSENT = msgspec.Raw()


class _Probe(msgspec.Struct):
    message: msgspec.Raw = _ABSENT
    specversion: msgspec.Raw = _ABSENT
    id: msgspec.Raw = _ABSENT


_probe = msgspec.json.Decoder(_Probe).decode


def is_envelope(raw: bytes) -> bool:
    """Tell whether a JSON text is a push envelope: it has a message object and is no event itself."""
    if HINT not in raw:
        return False
    try:
        seen = _probe(raw)
    except (ValueError, RecursionError):
        return False
    return bytes(seen.message).startswith(b"{") and not seen.specversion and not seen.id


def may_hold_nested(block: bytes, lines: list[bytes]) -> bool:
    """Tell cheaply whether a line of the block may be an envelope, or an array."""
    return holds(HINT, block) or not set(map(_first, lines)) <= _BRACE


def open_envelope(raw: bytes) -> Message:
    """Take the message out of its push envelope; without a messageId its id is empty.

    Raises:
        EventRejected: bad_envelope, with a violation for each member that is wrong; or as decode_json.
    """
    message = decode_json(raw)["message"]
    violations: list[Violation] = []
    opened = Message(
        data=_data(message.get("data"), violations),
        attributes=_attributes(message.get("attributes"), violations),
        message_id=_message_id(message.get("messageId", message.get("message_id")), violations),
        publish_time=_publish_time(message.get("publishTime", message.get("publish_time")), violations),
    )
    if violations:
        first = violations[0]
        raise EventRejected(Reason.BAD_ENVELOPE, f"{first.pointer}: {first.message}", violations)
    return opened


def envelope_fault(raw: bytes) -> EventRejected | None:
    """Say why a push envelope cannot be opened; None where it can, or where the text is none."""
    if is_envelope(raw):
        try:
            open_envelope(raw)
        except EventRejected as fault:
            return fault
    return None


def _data(value: Any, violations: list[Violation]) -> bytes:
    if value is None:
        return b""
    try:
        return a2b_base64(value, strict_mode=True)
    except TypeError:
        violations.append(Violation("/message/data", f"expected base64, got {kind_of(value)}"))
    except (Base64Error, ValueError) as error:
        violations.append(Violation("/message/data", f"not base64: {error}"))
    return b""


def _attributes(value: Any, violations: list[Violation]) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    violations.append(Violation("/message/attributes", "not an object of strings"))
    return {}


def _message_id(value: Any, violations: list[Violation]) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    violations.append(Violation("/message/messageId", "not a string"))
    return ""


def _publish_time(value: Any, violations: list[Violation]) -> int | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except TypeError:
        violations.append(Violation("/message/publishTime", f"expected an RFC 3339 time, got {kind_of(value)}"))
    except ValueError as error:
        violations.append(Violation("/message/publishTime", f"not an RFC 3339 time: {error}"))
    return None
