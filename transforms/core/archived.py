"""Rows of the archive, told apart as the parts of messages and files that they were."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from transforms.core.records import ArchiveRow, Form, Origin

_BY_LINE = frozenset({Form.JSON_LINES, Form.JSON_VALUES, Form.ACCESS_LOG})


class Run(NamedTuple):
    """Raw events of one message, or lines of one file, in order.

    ``masked`` holds the positions of those that were masked before they came to the archive. ``whole`` is a message,
    or a part of a file, that was refused before it was split; then there are no events.
    """

    origin: Origin
    raws: list[bytes]
    positions: Sequence[int]
    masked: frozenset[int] = frozenset()
    whole: ArchiveRow | None = None


def runs(rows: Sequence[ArchiveRow], block: str, *, kept: bool) -> Iterator[Run]:
    """Part rows into runs; ``block`` and ``kept`` as in Origin."""
    for key, group in groupby(rows, _kinship):
        members = list(group)
        first, prefix = members[0], key[1]
        by_line = first.form in _BY_LINE
        origin = Origin(
            _file_id(first) if by_line else first.message_id,
            first.publish_time,
            first.attributes,
            first.form,
            prefix,
            by_line,
            first.encoding,
            block,
            kept,
        )
        if _is_whole(first):
            yield from (Run(origin, [], [], frozenset(), row) for row in members)
            continue
        positions = [int(row.position[len(prefix) :]) for row in members]
        masked = frozenset(position for position, row in zip(positions, members, strict=True) if row.masked)
        yield Run(origin, [row.data for row in members], positions, masked)


def line_position(row: ArchiveRow) -> int | None:
    """Give the byte offset of a line that was refused unread; a message has none."""
    return int(row.position) if row.form in _BY_LINE else None


def _kinship(row: ArchiveRow) -> tuple[Any, ...]:
    """Give what rows of one run have in common: the name of what they are parts of, and the prefix of positions."""
    if row.form in _BY_LINE:
        name, prefix = _file_id(row), ""
    else:
        name, prefix = row.message_id, row.position[: row.position.rfind("/") + 1]
    alone = row.position if _is_whole(row) else None
    return name, prefix, alone, row.form, row.publish_time, row.attributes, row.encoding


def _is_whole(row: ArchiveRow) -> bool:
    return row.unreadable is not None or row.position[-1:] in ("", "/")


def _file_id(row: ArchiveRow) -> str:
    """Take the fingerprint out of a line's message id."""
    return row.message_id.rpartition("-")[0]
