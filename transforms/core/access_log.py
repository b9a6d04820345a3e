"""Lines of web servers' access logs: Common, Combined and vhost_combined form.

The forms and their escapes are Apache's: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from transforms.core.times import MINUTE, SECOND, parse_time

STATIC = frozenset(
    "css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav avi mov".split()
)
"""Extensions of assets that are parts of a page, not pages."""

_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    r"(?:\S+:\d+ )?"  # the virtual host and port of vhost_combined
    r"(\S+) \S+ (?:\S+|\"\") "
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\] "
    rf"{_QUOTED} (\d{{3}}) (\d{{1,18}}|-)"
    rf"(?: {_QUOTED} {_QUOTED})?\s*",
    re.ASCII,
)
_REQUEST = re.compile(r"([A-Za-z][A-Za-z_-]*) (\S+)(?: HTTP/\d(?:\.\d)?)?")
_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(.*)", re.DOTALL)
_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+|\\.", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


class AccessLine(NamedTuple):
    """A line understood. ``time`` is in microseconds; ``url`` is the target's path and query, "" where there is none."""

    host: str
    time: int
    method: str
    url: str
    status: int
    size: int | None
    referrer: str | None
    user_agent: str | None
    is_page: bool


def parse_access_line(line: str) -> AccessLine:
    """Parse a line in any of the three forms.

    Raises:
        ValueError: the line is in none of them, or its time is impossible.
    """
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError("not a line of a common, combined or vhost_combined access log")
    host, minute, second, offset, request, status, size, referrer, agent = match.groups()
    if second > "59":
        raise ValueError(f"no such time: second {second}")
    method, url = _target(_unescaped(request))
    return AccessLine(
        host=host,
        time=_minute(minute, offset) + int(second) * SECOND,
        method=method,
        url=url,
        status=int(status),
        size=None if size == "-" else int(size),
        referrer=_field(referrer),
        user_agent=_field(agent),
        is_page=method == "GET" and (status[0] == "2" or status == "304") and _is_page(url),
    )


def looks_like_access_line(line: str) -> bool:
    """Tell whether a line is in one of the three forms."""
    return _LINE.fullmatch(line) is not None


@lru_cache(4096)
def _minute(text: str, offset: str) -> int:
    """Parse ``17/May/2015:10:05`` and ``+0000``; lines of one minute share the work."""
    day, month, rest = text.split("/")
    year, hour, minute = rest.split(":")
    if month not in _MONTHS:
        raise ValueError(f"no such month: {month}")
    return parse_time(f"{year}-{_MONTHS[month]:02d}-{day}T{hour}:{minute}:00{offset[:3]}:{offset[3:]}")


def _target(request: str) -> tuple[str, str]:
    """Take method and target out of a request line; both are empty where it is no request."""
    match = _REQUEST.fullmatch(request)
    if not match:
        return "", ""
    method, target = match.groups()
    if absolute := _TARGET.fullmatch(target):
        rest = absolute[1]
        return method, rest if rest.startswith("/") else "/" + rest
    return method, target if target.startswith("/") else ""


def _is_page(url: str) -> bool:
    if not url:
        return False
    last = url.partition("#")[0].partition("?")[0].rpartition("/")[2]
    _, dot, extension = last.rpartition(".")
    return not dot or extension.lower() not in STATIC


def _field(text: str | None) -> str | None:
    return None if text is None or text in ("-", "") else _unescaped(text)


def _unescaped(text: str) -> str:
    return _ESCAPES.sub(_plain, text) if "\\" in text else text


def _plain(escape: re.Match[str]) -> str:
    text = escape[0]
    if len(text) == 2:  # noqa: PLR2004 - a backslash and a character
        return _PLAIN_ESCAPES.get(text[1], text[1])
    try:
        return bytes.fromhex(text.replace("\\x", "")).decode()
    except ValueError:
        return text
