"""Row keys of page views in Bigtable, and the cells in them; ``docs/row_keys.md`` says why they are as they are.

Two rows a result: ``u#HASH#URL#WINDOW`` keeps the windows of a URL together, ``t#SHARD#WINDOW#URL`` the URLs of a
window. A window is its start and its width in seconds: ``20260917T104000Z+60``.
"""

import re
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from xxhash import xxh3_64_hexdigest, xxh3_64_intdigest

from transforms.core.records import PageViews
from transforms.core.times import MILLISECOND, SECOND

SHARDS = 16
"""Parts of the URLs of a window: what is written now lies in so many places, not in one."""
MOST_VIEWS = 3_600_000
"""In the timestamp of a cell a view is a millisecond, and no more than an hour of them."""
KEY_BYTES = 4096
_URL_BYTES = KEY_BYTES - 96
_HASH_DIGITS = 4
_COUNTS = struct.Struct(">QQQ")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - prints no offset of its own
_WINDOW = re.compile(rb"([0-9]{8}T[0-9]{6})Z\+([0-9]+)")
_FORM = "%Y%m%dT%H%M%S"
_CUT = b"~"
"""Ends a URL that is cut in a key, before the hash of all of it; no canonical URL has it before 16 digits by chance."""


class Served(NamedTuple):
    """Page views of a URL and window, as they are served; times in microseconds."""

    url: str
    window_start: int
    window_end: int
    views: int
    bot_views: int
    visitors: int


class Cell(NamedTuple):
    """One cell: its row's key, its timestamp in microseconds (whole milliseconds), and its value."""

    key: bytes
    timestamp: int
    value: bytes


def cells_of(row: PageViews) -> Iterator[Cell]:
    """Give the two cells of a result; none where the window ended before 1970, which no timestamp can say."""
    timestamp = row.window_end + min(row.views, MOST_VIEWS) * MILLISECOND
    url = _url_in_key(row.url)
    window = _window(row.window_start, row.window_end)
    value = _COUNTS.pack(row.views, row.bot_views, row.visitors) + (_encoded(row.url) if _is_cut(row.url) else b"")
    if row.window_end >= 0:
        yield Cell(series_prefix(row.url) + window, timestamp, value)
        yield Cell(b"t#%02d#%b#%b" % (_shard(row.url), window, url), timestamp, value)


def served(key: bytes, value: bytes) -> Served:
    """Read a row back, whichever of the two.

    Raises:
        ValueError: it is none of ours.
    """
    kind, _, rest = key.partition(b"#")
    if kind == b"u":
        url, _, window = rest.partition(b"#")[2].rpartition(b"#")
    elif kind == b"t":
        window, _, url = rest.partition(b"#")[2].partition(b"#")
    else:
        raise ValueError(f"no row of page views: {key!r}")
    if match := _WINDOW.fullmatch(window):
        start = (datetime.strptime(match[1].decode(), _FORM) - _EPOCH) // timedelta(microseconds=1)  # noqa: DTZ007 - UTC
        counts, whole = _COUNTS.unpack_from(value), value[_COUNTS.size :]
        return Served(_decoded(whole or url), start, start + int(match[2]) * SECOND, *counts)
    raise ValueError(f"no row of page views: {key!r}")


def series_prefix(url: str) -> bytes:
    """Give what all rows of a URL begin with; what follows is the window."""
    return b"u#%b#%b#" % (xxh3_64_hexdigest(_encoded(url))[:_HASH_DIGITS].encode(), _url_in_key(url))


def series_range(url: str, start: int, end: int) -> tuple[bytes, bytes]:
    """Give the first key of a URL's windows that begin at a time or later, and the first that is none any more."""
    prefix = series_prefix(url)
    return prefix + _time(start), prefix + _time(end)


def window_ranges(start: int, end: int) -> list[tuple[bytes, bytes]]:
    """Give the ranges, one a shard, of all URLs in windows that begin from one time on and before another."""
    return [(b"t#%02d#%b" % (shard, _time(start)), b"t#%02d#%b" % (shard, _time(end))) for shard in range(SHARDS)]


def _shard(url: str) -> int:
    return xxh3_64_intdigest(_encoded(url)) % SHARDS


def _window(start: int, end: int) -> bytes:
    return _time(start) + b"Z+%d" % ((end - start) // SECOND)


def _time(micros: int) -> bytes:
    return (_EPOCH + timedelta(microseconds=micros)).strftime(_FORM).rjust(15, "0").encode()


def _is_cut(url: str) -> bool:
    return len(_encoded(url)) > _URL_BYTES


def _url_in_key(url: str) -> bytes:
    """Give the bytes of a URL; of one that is too long for a key the beginning, and its hash."""
    data = _encoded(url)
    return data[:_URL_BYTES] + _CUT + xxh3_64_hexdigest(data).encode() if _is_cut(url) else data


def _encoded(url: str) -> bytes:
    return url.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
