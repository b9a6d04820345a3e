"""What the modules of the oracle hand each other, and what they are asked and answer."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

Form = Literal["lines", "array", "log"]
"""How a file is written: JSON lines, one JSON array over many lines, or an access log."""
Attributes = dict[str, str]


class File(NamedTuple):
    """A file as it lies on the disk; whoever wrote it says in which form."""

    stored: bytes
    form: Form


class Mapping(NamedTuple):
    """Which contract plain JSON has, and where its fields are: dotted paths, and pairs of a path and a new name."""

    event_type: str
    id_field: str = ""
    time_field: str = ""
    rename: tuple[tuple[str, str], ...] = ()


class Options(NamedTuple):
    """The options that decide what becomes of an event; named and preset as on the command line."""

    window_duration: timedelta = timedelta(minutes=1)
    keep_query: bool = False
    allowed_lateness: timedelta = timedelta(hours=1)
    max_clock_skew: timedelta = timedelta(minutes=5)
    max_message_bytes: int = 10 << 20
    max_decompressed_bytes: int = 100 << 20
    max_nesting: int = 64
    max_events_per_message: int = 100_000
    keep_opaque_payloads: bool = False
    source: str = ""
    mapping: Mapping | None = None


class Carrier(NamedTuple):
    """What brought an event: a transport's message, or a line of a file.

    ``identity`` tells it from all others: the transport's message id with the publish time and attributes, or the
    file's first 1,024 bytes and the line, masked.
    """

    identity: tuple[Any, ...]
    message_id: str | None = None
    published: datetime | None = None
    attributes: Attributes = {}  # noqa: RUF012 - never changed
    is_log: bool = False


class Raw(NamedTuple):
    """The text of one event, or of what cannot be opened, and where it stood.

    Card numbers in it are masked, and ``was_masked`` says whether there were any. ``content`` tells it from another
    text at the same place: it is the text itself, or the hash of all bytes where only the first of them are kept.
    """

    carrier: Carrier
    position: str
    text: bytes
    content: bytes
    was_masked: bool = False


class Refused(Exception):  # noqa: N818 - an outcome
    """A reason to refuse, and the places in the event that are at fault, as JSON pointers."""

    def __init__(self, reason: str, *pointers: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pointers = frozenset(pointers)


Found = tuple[Raw, Refused | None]
"""A raw event, and why it cannot be opened where it cannot."""


class Event(NamedTuple):
    """An event as it came: nothing is judged. A time is text, or known where the form of the input fixes it."""

    id: str
    source: str
    type: str
    time: str | datetime | None
    data: Any


class Admitted(NamedTuple):
    """An event that counts, with its contract's name."""

    identity: tuple[str, str]
    contract: str
    time: datetime
    data: dict[str, Any]
    was_masked: bool


class Letter(NamedTuple):
    """A dead letter, as far as it is foretold. Without a transport's message id there is none here."""

    stage: str
    reason: str
    message_id: str | None
    position: str
    payload: bytes
    event_type: str
    publish_time: str
    attributes: tuple[tuple[str, str], ...]
    pointers: tuple[str, ...]


class Rejected(NamedTuple):
    """A dead letter, and what the ledger says of it: contract and minute where they are known."""

    letter: Letter
    contract: str
    minute: str
    was_masked: bool


Outcome = Admitted | Rejected
Place = tuple[tuple[Any, ...], str, bytes]
"""Where an event stood: what brought it, the position there, and its content. The same there again is nothing new."""


class Tables(NamedTuple):
    """What the store must hold, in the order that its rows sort in.

    ``page_views``: url, window's start and end, views, views of bots, visitors. ``ledgers``, one a run: type, minute,
    received, counted, duplicate, rejected by reason, masked.
    """

    page_views: list[list[Any]]
    dead_letters: Counter[Letter]
    ledgers: list[list[list[Any]]]
