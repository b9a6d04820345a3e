"""The one place that makes a Reject, masked and complete enough to be replayed."""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from transforms.core.identity import line_hash
from transforms.core.masking import mask_bytes, mask_json, mask_text, suspicious
from transforms.core.reasons import OPAQUE, Reason, Stage
from transforms.core.records import Form, Origin, Reject, Violation

OPAQUE_HEAD_BYTES = 64
MAX_VIOLATIONS = 1000
MAX_TEXT = 300
UNMASKED_KEYS = (("id",), ("source",), ("time",))
_BASE64 = re.compile(rb'"((?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')
_DIGITS_AT_END = re.compile(rb"[0-9](?:[ -]?[0-9]){5,}[ -]?$")
_UNMASKED_ATTRIBUTES = frozenset({"ce-id", "ce-source", "ce-time"})


class EventRejected(Exception):  # noqa: N818 - the design's word; it is no error of ours
    """Bad input, the only exception that a step catches: everything else is a bug and fails the bundle."""

    def __init__(self, reason: Reason, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.violations = violations


class Place(NamedTuple):
    """Where a refused event stood, and its raw bytes."""

    origin: Origin
    raw: bytes
    position: int | None
    occurrence: int


class Known(NamedTuple):
    """What is known of a refused event: its type as given, its contract, and its minute."""

    event_type: str = ""
    contract: str = ""
    minute: int | None = None


def make_reject(stage: Stage, fault: EventRejected, place: Place, known: Known = Known()) -> Reject:  # noqa: B008 - immutable
    """Make the reject of one event; card numbers are masked wherever text of the event is kept."""
    payload = mask_payload(place.origin.form, place.raw)
    return Reject(
        stage=stage,
        reason=fault.reason,
        error_message=clean_text(fault.message),
        payload=payload,
        message_id=message_id_of(place),
        position=place.origin.prefix.rstrip("/")
        if place.position is None
        else f"{place.origin.prefix}{place.position}",
        occurrence=place.occurrence,
        publish_time=place.origin.publish_time,
        attributes=mask_attributes(place.origin.attributes),
        violations=_clean_violations(fault.violations),
        event_type=clean_text(known.event_type),
        contract=known.contract,
        minute=known.minute,
        masked=payload is not place.raw,
    )


def opaque_head(data: bytes) -> bytes:
    """Give the first bytes of what cannot be opened, without the digits at a cut: they may begin a card number."""
    head = data[:OPAQUE_HEAD_BYTES]
    return head if len(data) < OPAQUE_HEAD_BYTES else _DIGITS_AT_END.sub(lambda run: b"*" * len(run[0]), head)


def is_opaque(reason: Reason) -> bool:
    """Tell whether a reject of this reason keeps no more than the head of its bytes."""
    return reason in OPAQUE


def message_id_of(place: Place) -> str:
    """Name the message: a line of a file by fingerprint and line hash (files that begin alike share the former)."""
    if place.origin.by_line:
        return f"{place.origin.message_id}-{line_hash(place.raw)}"
    return place.origin.message_id


def mask_payload(form: Form, raw: bytes) -> bytes:
    """Mask raw bytes by their form; the very same object comes back where nothing was hit."""
    if form is Form.ACCESS_LOG:
        return mask_bytes(raw) if suspicious(raw) else raw
    shown = _BASE64.sub(_mask_encoded, raw)
    if shown != raw:
        raw = shown
    return mask_json(raw, UNMASKED_KEYS) if suspicious(raw) else raw


def _mask_encoded(string: re.Match[bytes]) -> bytes:
    """Mask what a string holds in base64: data_base64 of an event, data of a push envelope."""
    data = a2b_base64(string[1])
    masked = mask_json(data)
    return string[0] if masked is data else b'"' + b2a_base64(masked, newline=False) + b'"'


def mask_attributes(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Mask the names and values of attributes; an identity in CloudEvents binary mode stays as it is."""
    return {
        mask_text(name): value if name.lower() in _UNMASKED_ATTRIBUTES else mask_text(value)
        for name, value in attributes.items()
    }


def clean_text(text: str) -> str:
    """Mask and then cut a text (a cut first could hide a card number from the mask and show its head)."""
    masked = mask_text(text)
    return masked if len(masked) <= MAX_TEXT else masked[: MAX_TEXT - 1] + "…"


def _clean_violations(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    kept = tuple(Violation(clean_text(v.pointer), clean_text(v.message)) for v in violations[:MAX_VIOLATIONS])
    more = len(violations) - len(kept)
    return (*kept, Violation("", f"and {more} more")) if more else kept
