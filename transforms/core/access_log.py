r"""Lines of web servers' access logs in Common, Combined and vhost_combined form.

The last is ``%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`` in the words of Apache's mod_log_config;
Combined lacks the virtual host, and Common also the referrer and the user agent.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from transforms.core.times import SECOND, parse_time

_EXTENSIONS = (
    "css js mjs map png jpg jpeg gif svg ico webp avif bmp woff woff2 ttf otf eot mp3 mp4 webm ogg wav avi mov"
)
ASSETS = frozenset(_EXTENSIONS.split())
"""Extensions of what pages are made of, as against pages."""

_CLIENT = r"(?:(?:[^\s:\[\"]++|\[[^\s\]]++\]):[0-9]++ )?(\S++) \S++ (?:\"\" |[^\[\"]++)"
_TIME = r"\[(.{17}):([0-5][0-9]) (.{5})\] "  # _parse_minute looks closer, once a minute of the log
_QUOTED = r'"([^"\\]*+(?:\\.[^"\\]*+)*)"'
_REQUEST = rf'(?:"([A-Z]{{1,32}}) (/[^" \\]*+)(?: HTTP/[0-9.]++)?"|{_QUOTED})'  # the common one, or any
_FIELDS = (
    ("it does not begin with host, identity and user", _CLIENT),
    ("after the user there is no time as [17/May/2015:10:05:03 +0000]", _TIME),
    ("after the time there is no request in quotes", _REQUEST),
    ("after the request there is no status of three digits", r" ([0-9]{3})(?!\S)"),
    ("after the status there is neither a size nor -", r" ([0-9]{1,18}|-)(?!\S)"),
    ("after the size stands something else than referrer and user agent in quotes", rf"(?: {_QUOTED} {_QUOTED})?\s*"),
)
_LINE = re.compile("".join(pattern for _, pattern in _FIELDS))
_HEAD = re.compile(f'{_CLIENT}{_TIME}"')

_MINUTE = re.compile(r"([0-9]{2})/([A-Z][a-z]{2})/([0-9]{4}):([0-9]{2}:[0-9]{2})")
_OFFSET = re.compile(r"[+-](?:[01][0-9]|2[0-3])[0-5][0-9]")
_MONTH_NAMES = "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_MONTH_NAMES, start=1)}
_ESCAPES = re.compile(r'(?:\\x(?!2[0dD]|3[0-9])[0-9A-Fa-f]{2})+|\\([btnrv"\\])')
_SHORT_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "v": "\v", '"': '"', "\\": "\\"}
_METHOD = re.compile("[A-Z][A-Z_-]{0,31}")
_ABSOLUTE = re.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


class AccessLine(NamedTuple):
    """One request: ``host`` is the client, ``time`` in microseconds since 1970, ``size`` in bytes, ``url`` a path.

    ``method`` and ``url`` are empty where the request was unreadable; ``url`` also where it names no path. What the
    log leaves out with ``-`` is None. ``is_page``: a page was served, and not a part of one.
    """

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
    """Parse one line; white space after it is passed over.

    Raises:
        ValueError: the line is malformed; the text says where, for people.
    """
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError(_explain(line))
    host, minute, second, offset, method, url, request, status_text, size, referrer, agent = match.groups()
    if url is None:
        method, url = _parse_request(_unescaped(request))
    status = int(status_text)
    return AccessLine(
        host,
        _parse_minute(minute, offset) + int(second) * SECOND,
        method,
        url,
        status,
        None if size == "-" else int(size),
        _optional(referrer),
        _optional(agent),
        method == "GET" and (200 <= status < 300 or status == 304) and _names_page(url),  # noqa: PLR2004
    )


def looks_like_access_line(line: str) -> bool:
    """Tell whether a line begins as one of an access log does, up to its request; what follows may be malformed."""
    return _HEAD.match(line) is not None


def _explain(line: str) -> str:
    """Name the first field that a malformed line lacks."""
    place = 0
    for fault, pattern in _FIELDS:
        match = re.compile(pattern).match(line, place)
        if not match:
            return fault
        place = match.end()
    return _FIELDS[-1][0]


@lru_cache(4096)
def _parse_minute(minute: str, offset: str) -> int:
    """Parse ``17/May/2015:10:05`` and ``+0000``; a log repeats both from line to line."""
    match = _MINUTE.fullmatch(minute)
    if not match or match[2] not in _MONTHS or not _OFFSET.fullmatch(offset):
        raise ValueError(_FIELDS[1][0])
    day, month, year, time = match.groups()
    return parse_time(f"{year}-{_MONTHS[month]}-{day}T{time}:00{offset[:3]}:{offset[3:]}")


def _parse_request(request: str) -> tuple[str, str]:
    """Split a request line (RFC 9112, section 3) into method and path with query; a version may be missing."""
    method, _, rest = request.partition(" ")
    target, _, version = rest.rpartition(" ")
    if not version.startswith("HTTP/"):
        target = rest
    if not _METHOD.fullmatch(method):
        return "", ""
    if target.startswith("/"):
        return method, target
    if absolute := _ABSOLUTE.match(target):
        path = target[absolute.end() :]
        return method, path if path.startswith("/") else f"/{path}"
    names_no_path = (method == "OPTIONS" and target == "*") or (method == "CONNECT" and target)
    return (method, "") if names_no_path else ("", "")


def _names_page(url: str) -> bool:
    """Tell whether a path's last segment has no dot, or after its last dot no extension of an asset."""
    path = url.partition("?")[0].partition("#")[0]
    # A dot in an earlier segment leaves a slash behind it, which no extension has.
    return path != "" and path.rpartition(".")[2].lower() not in ASSETS


def _optional(field: str | None) -> str | None:
    if not field or field == "-":
        return None
    return _unescaped(field) if "\\" in field else field


def _unescaped(field: str) -> str:
    return _ESCAPES.sub(_decode, field)


def _decode(escape: re.Match[str]) -> str:
    r"""Undo Apache's escape_logitem; a run of ``\xhh`` that is not UTF-8 stays as it is.

    So do escaped digits, spaces and dashes, which no server writes: else they could hide a card number in the line.
    """
    if escape[1]:
        return _SHORT_ESCAPES[escape[1]]
    try:
        return bytes.fromhex(escape[0].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return escape[0]
