"""Where the fields of plain JSON are: the mapping that makes an event of any JSON object."""

from typing import NamedTuple


class FieldMapping(NamedTuple):
    """Names the contract of plain JSON objects and where their fields are.

    ``id_field`` and ``time_field`` are dotted paths into the object (``meta.id``); ``rename`` pairs a dotted path
    with the name of the contract's field. Without ``id_field`` an event's identity is its message id and position,
    without ``time_field`` its time is the message's publish time. What is used so is no part of the event's data,
    unless it stands at the top under a name in ``known``: the contract's own fields.
    """

    event_type: str
    id_field: str | None = None
    time_field: str | None = None
    source: str = ""
    rename: tuple[tuple[str, str], ...] = ()
    known: frozenset[str] = frozenset()

    @property
    def identifying(self) -> tuple[str, ...]:
        """Give the paths of id and time, as far as they are named."""
        return tuple(path for path in (self.id_field, self.time_field) if path)

    @property
    def used(self) -> tuple[str, ...]:
        """Give the paths of fields that have become something else, and are not data any more."""
        renamed = tuple(path for path, _ in self.rename)
        return (*renamed, *(path for path in self.identifying if path not in self.known))
