"""Where the fields of plain JSON are: the mapping that makes an event of any JSON object."""

from typing import NamedTuple


class FieldMapping(NamedTuple):
    """Names the contract of plain JSON objects and where their fields are.

    ``id_field`` and ``time_field`` are dotted paths into the object (``meta.id``); ``rename`` pairs a dotted path
    with the name of the contract's field. Without ``id_field`` an event's identity is its message id and position,
    without ``time_field`` its time is the message's publish time.
    """

    event_type: str
    id_field: str | None = None
    time_field: str | None = None
    source: str = ""
    rename: tuple[tuple[str, str], ...] = ()
