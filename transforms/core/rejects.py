"""The one place that makes a Reject, masked and complete enough to be replayed."""

import re
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import NamedTuple

from transforms.core.identity import line_hash
from transforms.core.reasons import Reason, Stage
from transforms.core.records import Origin, ParsedEvents, RawEvents, Reject, Unreadable, Violation
from transforms.core.stars import mask_text

OPAQUE_HEAD_BYTES = 64
GZIP_MAGIC = b"\x1f\x8b"
_BINARY_HEAD_BYTES = 10  # the header of gzip, RFC 1952, 2.3
MAX_VIOLATIONS = 1000
MAX_TEXT = 300
_TEXT = re.compile(rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*")
_DIGITS_AT_END = re.compile(rb"[0-9](?:[ -]?[0-9]){5,}[ -]?$")


class EventRejected(Exception):  # noqa: N818 - the design's word; it is no error of ours
    """Bad input, the only exception that a step catches: everything else is a bug and fails the bundle."""

    def __init__(self, reason: Reason, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.violations = violations


class Place(NamedTuple):
    """Where a refused event stood, and its raw bytes, masked; without a position it is a whole message.

    ``unreadable`` says what the bytes are the beginning of, where they were not kept whole.
    """

    origin: Origin
    raw: bytes
    position: int | None
    occurrence: int
    masked: bool = False
    unreadable: Unreadable | None = None


def place_in(batch: RawEvents | ParsedEvents, index: int) -> Place:
    """Give the place of one event of a batch."""
    occurrence = batch.occurrences[index]
    return Place(batch.origin, batch.raws[index], batch.positions[index], occurrence, occurrence in batch.masked)


def without(batch: RawEvents | ParsedEvents, refused: Collection[int]) -> RawEvents:
    """Give the raw events of a batch but those refused."""
    kept = [index for index in range(len(batch.raws)) if index not in refused]
    return RawEvents(
        batch.origin,
        [batch.raws[index] for index in kept],
        [batch.positions[index] for index in kept],
        [batch.occurrences[index] for index in kept],
        batch.masked,
    )


class Known(NamedTuple):
    """What is known of a refused event: its type as given, its contract, and its minute."""

    event_type: str = ""
    contract: str = ""
    minute: int | None = None


def make_reject(stage: Stage, fault: EventRejected, place: Place, known: Known = Known()) -> Reject:  # noqa: B008 - immutable
    """Make the reject of one event; card numbers are masked in the texts that quote it, as they are in its bytes."""
    return Reject(
        stage=stage,
        reason=fault.reason,
        error_message=clean_text(fault.message),
        payload=place.raw,
        message_id=message_id_of(place),
        position=f"{place.origin.prefix}{'' if place.position is None else place.position}".rstrip("/"),
        occurrence=place.occurrence,
        publish_time=place.origin.publish_time,
        attributes=place.origin.attributes,
        violations=_clean_violations(fault.violations),
        event_type=clean_text(known.event_type),
        contract=known.contract,
        minute=known.minute,
        masked=place.masked,
        form=place.origin.form,
        encoding=place.origin.encoding,
        block=place.origin.block,
        kept=place.origin.kept,
        whole=place.position is None,
        unreadable=place.unreadable,
    )


def opaque_head(data: bytes) -> bytes:
    """Give the first bytes of what cannot be opened, as far as they are text.

    Of anything else, 10 bytes, which tell a format: more of a compressed stream can be decompressed, and no masking
    looks in there. Digits at a cut are left out too: they may begin a card number.
    """
    head = data[: max(_BINARY_HEAD_BYTES, _TEXT.match(data, 0, OPAQUE_HEAD_BYTES).end())]  # type: ignore[union-attr]
    is_all = len(head) == len(data) < OPAQUE_HEAD_BYTES
    return head if is_all else _DIGITS_AT_END.sub(lambda run: b"*" * len(run[0]), head)


def unread(fault: EventRejected, data: bytes) -> Unreadable:
    """Say of bytes what is kept when they cannot be opened."""
    return Unreadable(fault.reason, len(data), sha256(data).hexdigest(), fault.message)


def opaque(seen: Unreadable) -> EventRejected:
    """Say why bytes that are not kept whole were refused."""
    return EventRejected(Reason(seen.reason), f"{seen.detail}; {seen.size} bytes, sha256 {seen.digest}")


def message_id_of(place: Place) -> str:
    """Name the message: a line of a file by fingerprint and line hash (files that begin alike share the former)."""
    if place.origin.by_line:
        return f"{place.origin.message_id}-{line_hash(content_of(place))}"
    return place.origin.message_id


def content_of(place: Place) -> bytes:
    """Give what tells this place's content from another's: its bytes, or their hash where they were not kept."""
    return place.unreadable.digest.encode() if place.unreadable else place.raw


def clean_text(text: str) -> str:
    """Mask and then cut a text (a cut first could hide a card number from the mask and show its head)."""
    masked = mask_text(text)
    return masked if len(masked) <= MAX_TEXT else masked[: MAX_TEXT - 1] + "…"


def _clean_violations(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    kept = [Violation(clean_text(pointer), clean_text(message)) for pointer, message in violations[:MAX_VIOLATIONS]]
    if more := len(violations) - len(kept):
        kept.append(Violation("", f"and {more} more"))
    return tuple(kept)
