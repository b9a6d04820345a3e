"""Masking card numbers, in texts, in raw JSON and in raw bytes; doing it twice changes nothing.

Every digit of a card number becomes ``*``. In a JSON number it becomes ``9`` (no brand's prefix), so that the number
stays one. What holds no card number comes back as the very same object.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from transforms.core.cards import SHORTEST_RUN, card_spans

_DIGIT = re.compile("[0-9]")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|[^"{}\[\],:]+', re.DOTALL)
_HIDDEN = re.compile(r"\\u00(2[0dD]|3[0-9])")
_RUNNING = bytes.maketrans(b"0123456789 -", b"0" * 12)
_NEEDLE = b"0" * SHORTEST_RUN
_ESCAPES = (b"\\u00", b"\\x")
"""Escapes of JSON and of access logs that can hide digits, spaces and dashes."""


def suspicious(data: bytes) -> bool:
    """Tell cheaply whether bytes may hold a card number; False is certain."""
    return _NEEDLE in data.translate(_RUNNING) or _has_escapes(data)


def _has_escapes(data: bytes) -> bool:
    return b"\\" in data and any(escape in data for escape in _ESCAPES)


def suspects_among(raws: Sequence[bytes]) -> list[int]:
    """Number the suspicious ones: all are searched at once, since nearly none is."""
    joined = b"\n".join(raws)
    running = joined.translate(_RUNNING)
    escaped = _has_escapes(joined)
    if _NEEDLE not in running and not escaped:
        return []
    starts = list(accumulate((len(raw) + 1 for raw in raws), initial=0))[:-1]
    found = set(_hits(running, _NEEDLE, starts))
    for escape in _ESCAPES if escaped else ():
        found.update(_hits(joined, escape, starts))
    return sorted(found)


def _hits(data: bytes, needle: bytes, starts: list[int]) -> Iterator[int]:
    at = data.find(needle)
    while at >= 0:
        index = bisect_right(starts, at) - 1
        yield index
        at = data.find(needle, starts[index + 1]) if index + 1 < len(starts) else -1


def mask_text(text: str) -> str:
    """Mask a text; its length stays."""
    parts, done = [], 0
    for start, end, _ in card_spans(text):
        parts += [text[done:start], _DIGIT.sub("*", text[start:end])]
        done = end
    return "".join((*parts, text[done:])) if parts else text


def mask_bytes(raw: bytes) -> bytes:
    """Mask bytes that are no JSON; their length stays."""
    text = raw.decode("latin-1")
    masked = mask_text(text)
    return raw if masked is text else masked.encode("latin-1")


def mask_json(raw: bytes, keep: Collection[tuple[str, ...]] = ()) -> bytes:
    """Mask raw JSON, valid or not: only what holds a card number is written anew, all else stays to the byte.

    Args:
        raw: any bytes.
        keep: paths of keys whose scalar values are not touched; elements of a top-level array are at the top.
    """
    text = raw.decode("utf-8", "surrogateescape")
    walk = _Walk(frozenset(keep))
    parts: list[str] = []
    changed = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        masked = walk.masked(token)
        changed = changed or masked is not token
        parts.append(masked)
    return "".join(parts).encode("utf-8", "surrogateescape") if changed else raw


class _Walk:
    """Follows the tokens of a JSON text, so that values under kept paths are known."""

    def __init__(self, keep: frozenset[tuple[str, ...]]) -> None:
        self._keep = keep
        self._path: list[str | None] = []  # the key of each open object; None for an array
        self._is_key = False

    def masked(self, token: str) -> str:
        """Take the next token and give it back masked."""
        if token in "{}[],:":
            self._step(token)
            return token
        if token[0] != '"':
            return token if self._kept() else _mask_outside(token)
        if self._is_key:
            self._path[-1:] = [_content(token)]
            return _mask_string(token)
        return token if self._kept() else _mask_string(token)

    def _step(self, token: str) -> None:
        if token in "{[":
            self._path.append("" if token == "{" else None)
        elif token in "}]" and self._path:
            self._path.pop()
        in_object = bool(self._path) and self._path[-1] is not None
        self._is_key = in_object and token in "{,"

    def _kept(self) -> bool:
        return bool(self._keep) and tuple(key for key in self._path if key is not None) in self._keep


def _content(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token.strip('"')


def _mask_string(token: str) -> str:
    """Mask a string token by its decoded content; one that does not decode by its text, hidden digits shown."""
    try:
        content = str(json.loads(token, strict=False))
    except ValueError:
        shown = _HIDDEN.sub(lambda escape: chr(int(escape[1], 16)), token)
        masked = mask_text(shown)
        return token if masked is shown else masked
    masked = mask_text(content)
    if masked is content:
        return token
    return json.dumps(masked, ensure_ascii=token.isascii())


def _mask_outside(token: str) -> str:
    """Mask text outside of strings: a number stays one, other text (of invalid JSON) is masked as text."""
    parts, done = [], 0
    for start, end, alone in card_spans(token):
        parts += [token[done:start], _DIGIT.sub("9" if alone else "*", token[start:end])]
        done = end
    return "".join((*parts, token[done:])) if parts else token
