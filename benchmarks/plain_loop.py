"""The plain loop that the pipeline is measured against: ``python -m benchmarks.plain_loop FILE``.

What a sensible person would write for this one job, and no more: it parses and validates each line, and counts
distinct views, bots' views and visitors per URL and minute. It admits what the pipeline admits of structured page
views whose time has at most six digits of fraction (msgspec rounds a seventh); there is no ledger, no dead letter, no
masking, no store.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec

from transforms.core.bots import is_bot
from transforms.core.urls import canonical_url

PAGE_VIEW = "web.page_view.v1"
_HOST = r"(?:[^/?#\\]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^/?#@:\[\]\\\x00-\x20]+)(?::[0-9]{0,5})?(?:[/?#]|\Z)"
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Url = Annotated[str, msgspec.Meta(max_length=2048, pattern=rf"^(?:/|[Hh][Tt][Tt][Pp][Ss]?://{_HOST})")]
_Short = Annotated[str, msgspec.Meta(max_length=256)] | None
_Long = Annotated[str, msgspec.Meta(max_length=8192)] | None


class _Data(msgspec.Struct, gc=False):
    url: _Url
    user_id: _Short = None
    session_id: _Short = None
    ip: _Short = None
    referrer: _Long = None
    user_agent: _Long = None


class _Event(msgspec.Struct, gc=False):
    id: _Text
    source: _Text
    type: _Text
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: _Data
    specversion: str | None = None


class _Cell:
    """The sets of one URL and minute."""

    def __init__(self) -> None:
        self.views: set[tuple[str, str]] = set()
        self.bots: set[tuple[str, str]] = set()
        self.visitors: set[str | tuple[str, str]] = set()


class Row(NamedTuple):
    """A line of the table; ``minute`` is in minutes since 1970."""

    url: str
    minute: int
    views: int
    bot_views: int
    visitors: int


class Counted(NamedTuple):
    """The table in order, and how many lines were no page view that keeps its contract."""

    rows: list[Row]
    refused: int


def count(lines: Iterable[bytes]) -> Counted:
    """Count the page views of JSON lines."""
    decode = msgspec.json.Decoder(_Event).decode
    canonical = lru_cache(16_384)(canonical_url)
    cells: dict[tuple[str, int], _Cell] = {}
    refused = 0
    for line in lines:
        try:
            event = decode(line)
        except msgspec.DecodeError:
            refused += 1
            continue
        if event.type != PAGE_VIEW and not event.type.endswith("." + PAGE_VIEW):
            refused += 1
            continue
        data = event.data
        key = canonical(data.url), int(event.time.timestamp() // 60)
        cell = cells.get(key)
        if cell is None:
            cell = cells[key] = _Cell()
        identity = event.source, event.id
        cell.views.add(identity)
        if data.user_agent and is_bot(data.user_agent):
            cell.bots.add(identity)
        if data.user_id:
            cell.visitors.add(data.user_id)
        elif data.session_id:
            cell.visitors.add(("session", data.session_id))
        elif data.ip:
            cell.visitors.add(("ip", data.ip))
    return Counted(sorted(_rows(cells)), refused)


def _rows(cells: dict[tuple[str, int], _Cell]) -> Iterator[Row]:
    for (url, minute), cell in cells.items():
        yield Row(url, minute, len(cell.views), len(cell.bots), len(cell.visitors))


def main(path: str) -> None:
    """Print the table as JSON lines, and last how many lines were refused."""
    with open(path, "rb") as lines:  # noqa: PTH123 - as plain as it gets
        counted = count(lines)
    encode = msgspec.json.Encoder().encode
    sys.stdout.buffer.writelines(encode(row) + b"\n" for row in counted.rows)
    sys.stdout.buffer.write(b"%d\n" % counted.refused)


if __name__ == "__main__":
    main(sys.argv[1])
