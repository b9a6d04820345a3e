"""What erasing found, and took out."""

from typing import NamedTuple


class Erased(NamedTuple):
    """A place that mentions the person, and how many of its rows do; a payload is one."""

    place: str
    rows: int
