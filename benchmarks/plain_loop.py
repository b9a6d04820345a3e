"""The floor: a plain Python loop that parses, validates, and counts distinct views and visitors per URL and minute."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Url = Annotated[str, msgspec.Meta(max_length=2048, pattern=r"^(?:/|[Hh][Tt][Tt][Pp][Ss]?://[^/?#])")]


class _Data(msgspec.Struct, gc=False):
    url: _Url
    user_id: str | None = None
    session_id: str | None = None
    ip: str | None = None
    referrer: str | None = None
    user_agent: str | None = None


class _Event(msgspec.Struct, gc=False):
    id: _Text
    source: _Text
    type: _Text
    time: datetime
    data: _Data


def count(lines: Iterable[bytes]) -> list[tuple[str, int, int, int]]:
    """Count: (URL, minute, views, visitors) rows."""
    decode = msgspec.json.Decoder(_Event).decode
    views: dict[tuple[str, int], set[tuple[str, str]]] = {}
    visitors: dict[tuple[str, int], set[str]] = {}
    for line in lines:
        event = decode(line)
        data = event.data
        key = data.url, int(event.time.timestamp()) // 60
        seen = views.get(key)
        if seen is None:
            seen = views[key] = set()
            visitors[key] = set()
        seen.add((event.source, event.id))
        visitor = data.user_id or data.session_id or data.ip
        if visitor:
            visitors[key].add(visitor)
    return sorted((url, minute, len(seen), len(visitors[url, minute])) for (url, minute), seen in views.items())
