r"""Lines of access logs: ``host identity user [time] "request" status size``, then maybe ``"referrer" "user agent"``.

Before it all may stand ``virtual-host:port``.
"""

import re
from datetime import datetime

from tests.oracle import times
from tests.oracle.records import Event, Refused

ASSETS = [
    "css",
    "js",
    "mjs",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "ico",
    "webp",
    "avif",
    "bmp",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "mp3",
    "mp4",
    "webm",
    "ogg",
    "wav",
    "avi",
    "mov",
]
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    rf"(?:(?:[^\s:]+|\[\S+\]):\d+ )?(\S+) \S+ [^\[\"]+ \[([^\]]+)\] {_TEXT} (\d{{3}}) (\d+|-)(?: {_TEXT} {_TEXT})?\s*",
    re.ASCII,
)
_SHORT = {"t": "\t", "n": "\n", "r": "\r", "v": "\v", "b": "\b", '"': '"', "\\": "\\"}
_NOT_MODIFIED = 304


def logged(line: str, event_id: str, source: str) -> Event:
    """Read a line: a page view of a page that was served, a request otherwise.

    Raises:
        Refused: bad_log_line.
    """
    match = _LINE.fullmatch(line)
    if not match:
        raise Refused("bad_log_line")
    host, stamp, request, code, size, referrer, agent = match.groups()
    method, url = _asked(_plain(request))
    status = int(code)
    data = {"url": url, "ip": host, "referrer": _said(referrer), "user_agent": _said(agent)}
    is_served = 200 <= status < 300 or status == _NOT_MODIFIED
    if method == "GET" and is_served and url and not _is_asset(url):
        return Event(event_id, source, "web.page_view.v1", _time(stamp), data)
    data |= {"method": method, "status": status, "bytes": None if size == "-" else int(size)}
    return Event(event_id, source, "http.request.v1", _time(stamp), data)


def _time(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z").astimezone(times.EPOCH.tzinfo)
    except (ValueError, OverflowError):
        raise Refused("bad_log_line") from None


def _asked(request: str) -> tuple[str, str]:
    """Split a request into method and path; both are empty where it is none."""
    words = request.split(" ")
    if len(words) > 2 and words[-1].startswith("HTTP/"):
        words.pop()
    method, target = words[0], " ".join(words[1:])
    if not re.fullmatch("[A-Z][A-Z_-]*", method):
        return "", ""
    if absolute := re.match(r"[a-z]+://[^/?#]*", target, re.IGNORECASE):
        path = target[absolute.end() :]
        return method, path if path.startswith("/") else f"/{path}"
    return (method, target) if target.startswith("/") else ("", "")


def _is_asset(url: str) -> bool:
    segment = re.split("[?#]", url)[0].rpartition("/")[2]
    return "." in segment and segment.rpartition(".")[2].lower() in ASSETS


def _said(field: str | None) -> str | None:
    return None if field in (None, "", "-") else _plain(field or "")


def _plain(field: str) -> str:
    r"""Undo a server's escapes: a backslash before quotes and itself, and ``\xhh`` for the bytes of UTF-8."""
    field = re.sub(r"(?:\\x[0-9a-fA-F]{2})+", _text_of_bytes, field)
    return re.sub(r'\\([tnrvb"\\])', lambda escape: _SHORT[escape[1]], field)


def _text_of_bytes(escapes: re.Match[str]) -> str:
    try:
        return bytes.fromhex(escapes[0].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return escapes[0]
