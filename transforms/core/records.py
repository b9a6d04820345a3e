"""The records that travel between the steps: plain data, no behaviour that depends on Beam.

All times are integer microseconds since 1970-01-01T00:00:00Z. Records that stand for one event are msgspec Structs
(five times cheaper to make than a NamedTuple, and there is one per event); all others are NamedTuples.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

NO_ATTRIBUTES: Mapping[str, str] = {}


class Form(StrEnum):
    """How the bytes of a Message are framed."""

    MESSAGE = "message"
    """A transport's message: one event, an array or newline-delimited events, plain or gzip."""
    JSON_LINES = "json_lines"
    """A block of whole lines of a file; a line is an event, an array or a Pub/Sub push envelope."""
    ARCHIVED = "archived"
    """Rows of our own archive, each with the form that it had before."""
    JSON_VALUES = "json_values"
    """A stretch of a file with whole JSON values over many lines, as found inside a top-level array."""
    ACCESS_LOG = "access_log"
    """A block of whole lines of a web server's access log."""


class Unreadable(NamedTuple):
    """What a reader says of bytes that it could not, or would not, hand over whole."""

    reason: str
    size: int
    digest: str
    detail: str


class ArchiveRow(NamedTuple):
    """An event in the archive, or a message refused as a whole, with all that is needed to take it in again.

    ``message_id`` and ``position`` are those of a dead letter; the position of a whole message ends in ``/`` or is
    empty. ``data`` is masked, and decompressed where ``encoding`` says ``gzip``. ``time`` is the admitted event's.
    """

    message_id: str
    position: str
    publish_time: int | None
    attributes: Mapping[str, str]
    data: bytes
    form: Form
    encoding: str = ""
    masked: bool = False
    unreadable: Unreadable | None = None
    time: int | None = None


class Message(NamedTuple):
    """What the transport delivers; a block of lines of a file is a Message too.

    ``offset`` is the position of ``data`` in the decompressed file, None for a transport's message. For a file
    ``message_id`` is the file's fingerprint, and ``encoding`` says ``gzip`` where it was compressed, and
    ``block`` which part of the input this is, the same in every run over it. ``unreadable``
    marks a Message whose data is only the first bytes of something refused by the reader. ``rows`` stand in place of
    ``data`` where the archive is read; ``kept`` says that they are in the archive of this output already.
    """

    data: bytes
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    message_id: str = ""
    publish_time: int | None = None
    offset: int | None = None
    form: Form = Form.MESSAGE
    unreadable: Unreadable | None = None
    encoding: str = ""
    block: str = ""
    rows: Sequence[ArchiveRow] = ()
    kept: bool = False


class Origin(NamedTuple):
    """Where raw events came from: all that a dead letter needs beside the bytes and the position.

    ``prefix`` stands before each position (events of an array on one line of a file). With ``by_line`` the events
    are lines of a file, and a line's message id is the file's fingerprint and the line's hash. Attributes are masked.
    ``block`` as in Message; it is empty for live input. What is ``kept`` is in the archive of this output already.
    """

    message_id: str
    publish_time: int | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    form: Form = Form.MESSAGE
    prefix: str = ""
    by_line: bool = False
    encoding: str = ""
    block: str = ""
    kept: bool = False


class RawEvents(NamedTuple):
    """The opened, split and not yet parsed events of one Message; three lists of one length.

    Card numbers in ``raws`` are masked; ``masked`` holds the occurrences of those in which one was.
    """

    origin: Origin
    raws: Sequence[bytes]
    positions: Sequence[int]
    occurrences: Sequence[int]
    masked: frozenset[int] = frozenset()


class ParsedEvent(msgspec.Struct, gc=False):
    """An event whose envelope is understood and whose data is not yet judged.

    ``time`` is RFC 3339 text as given, or microseconds where the form of the input fixes it (access logs).
    """

    id: str = ""
    source: str = ""
    type: str = ""
    time: str | int | None = None
    data: Any = None


class ParsedEvents(NamedTuple):
    """The parsed events of one Message, beside the bytes that they were parsed from."""

    origin: Origin
    raws: Sequence[bytes]
    positions: Sequence[int]
    occurrences: Sequence[int]
    masked: frozenset[int]
    events: Sequence[ParsedEvent]


class Event(msgspec.Struct, gc=False):
    """An admitted event. Its identity is (source, id); ``type`` is the name of its contract.

    ``occurrence`` is a 64-bit hash of where it was seen (message id and position), so that an event delivered again
    can be told from an event sent twice. ``masked`` says that card numbers were masked in ``data``.
    """

    id: str
    source: str
    type: str
    time: int
    data: dict[str, Any]
    occurrence: int
    masked: bool = False


class EventBatch(NamedTuple):
    """The admitted events of one Message, in order, beside the raw bytes that they were made of."""

    origin: Origin
    events: Sequence[Event]
    raws: Sequence[bytes] = ()
    positions: Sequence[int] = ()


class Violation(NamedTuple):
    """One breach of a contract: a JSON pointer into the event, and what is wrong there."""

    pointer: str
    message: str


class Reject(NamedTuple):
    """A message or an event refused. ``payload`` is masked; ``occurrence`` as in Event.

    ``whole`` says that a message was refused before it was split. The last fields are as in Origin and ArchiveRow.
    """

    stage: str
    reason: str
    error_message: str
    payload: bytes
    message_id: str
    position: str
    occurrence: int
    publish_time: int | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    violations: Sequence[Violation] = ()
    event_type: str = ""
    contract: str = ""
    minute: int | None = None
    masked: bool = False
    stacktrace: str = ""
    form: Form = Form.MESSAGE
    encoding: str = ""
    block: str = ""
    kept: bool = False
    whole: bool = False
    unreadable: Unreadable | None = None


Rejects = tuple[Reject, ...]
"""The rejects of one Message: an element a batch, since half of the input may be bad."""


class PageViews(NamedTuple):
    """Distinct events of one URL in one window, as counts and as the packed sets behind them.

    The three ``bytes`` hold little-endian unsigned 64-bit hashes in ascending order: identities, identities of bots,
    visitors. ``timing`` is the pane's: early, on_time, late or final.
    """

    url: str
    window_start: int
    window_end: int
    views: int
    bot_views: int
    visitors: int
    view_set: bytes
    bot_set: bytes
    visitor_set: bytes
    timing: str = "final"


class LedgerCount(NamedTuple):
    """A gain in one column of the ledger; gains add up. ``minute`` is None where it is unknown."""

    event_type: str
    minute: int | None
    column: str
    reason: str
    gain: int


class LedgerRow(NamedTuple):
    """One row of the account: received = counted + duplicate + rejected, summed over the rows of a run."""

    run: str
    event_type: str
    minute: int | None
    received: int
    counted: int
    duplicate: int
    rejected: Mapping[str, int]
    masked: int
