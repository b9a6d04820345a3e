"""Decoding events: where the JSON decoder's errors become rejects."""

from typing import Any

import msgspec

from transforms.core.reasons import Reason
from transforms.core.records import Violation
from transforms.core.rejects import EventRejected

_any = msgspec.json.Decoder().decode
_KINDS = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def decode_json(raw: bytes) -> Any:
    """Decode JSON of any shape.

    Raises:
        EventRejected: not_json, not_utf8, too_deep.
    """
    try:
        return _any(raw)
    except UnicodeDecodeError as error:
        raise EventRejected(Reason.NOT_UTF8, f"byte {error.start} of a string is not UTF-8") from None
    except RecursionError:
        raise EventRejected(Reason.TOO_DEEP, "nested too deep") from None
    except ValueError as error:  # DecodeError is one
        raise EventRejected(Reason.NOT_JSON, f"not JSON: {error}") from None


def kind_of(value: Any) -> str:
    """Name the JSON type of a decoded value."""
    return _KINDS.get(type(value), "a number")


def bad_time(text: str, pointer: str = "/time") -> EventRejected:
    """Say what is wrong with an event's time."""
    return EventRejected(Reason.BAD_TIME, f"{pointer}: {text}", [Violation(pointer, text)])


def not_an_event(violations: list[Violation]) -> EventRejected:
    """Say what is wrong with something that should be an event."""
    text = "; ".join(f"{violation.pointer or 'the event'}: {violation.message}" for violation in violations)
    return EventRejected(Reason.NOT_AN_EVENT, text, violations)
