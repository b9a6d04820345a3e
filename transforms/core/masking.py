"""Masking card numbers in text, JSON and raw bytes, and finding fast the few lines that need it.

Masking twice is masking once. Bytes are read as Latin-1, a character a byte: cards, separators and the syntax of JSON
are ASCII, and all other bytes, UTF-8 or not, come out as they went in.
"""

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec
import numpy as np

from transforms.core.cards import SHORTEST, card_spans, is_card

_DIGITS = "0123456789"
_STARS = str.maketrans(_DIGITS, "*" * 10)
_NINES = str.maketrans(_DIGITS, "9" * 10)  # the prefix of no brand, so that there is nothing left to mask

_ESCAPE = r'\\(?:u[0-9A-Fa-f]{4}|["\\/bfnrt])'
_JSON_ESCAPE = re.compile(_ESCAPE)
_JSON_UNIT = re.compile(f"{_ESCAPE}|.", re.DOTALL)
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]|[^"{}\[\],:]+', re.DOTALL)
_MARKS = frozenset("{}[],:")
_JSON_NUMBER = re.compile(r"(\s*-?)([0-9]+)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\s*)")
_LOG_ESCAPE = re.compile(r"\\x[0-9A-Fa-f]{2}")

_BACKSLASH = ord("\\")
_ESCAPED_PART = re.compile(rb"\\u00(?:2[0dD]|3[0-9])")
_PARTS = bytes.maketrans(b"0123456789 -", b"0" * 12)
_LONG_RUN = b"0" * SHORTEST
# Bytes looked at together. From 128 KiB on glibc's malloc maps memory anew each time, at six times the cost.
_STEP = 1 << 16


def has_card(text: str) -> bool:
    """Tell whether a text holds a card number."""
    return next(card_spans(text), None) is not None


def mask_text(text: str) -> str:
    """Put ``*`` for each digit of each card number; the very same text comes back where there is none."""
    return _mask_spans(text, card_spans(text))


def mask_bytes(raw: bytes) -> bytes:
    r"""Mask raw bytes that are not JSON, such as a log line; the length stays.

    Logs write bytes as ``\x22``, whose digits are then no part of the number that follows. Both readings are masked.
    """
    text = raw.decode("latin-1")
    masked = mask_text(text)
    if "\\x" in masked:
        masked = _mask_spans(masked, card_spans(_LOG_ESCAPE.sub(lambda escape: "." * len(escape[0]), masked)))
    return raw if masked == text else masked.encode("latin-1")


def mask_json(raw: bytes, keep: Collection[tuple[str, ...]] = ()) -> bytes:
    """Mask JSON text, valid or not; valid JSON stays valid, and the very same bytes come back where nothing is hit.

    Strings, keys among them, are masked as they read when decoded, escapes and all. A number whose integer part is a
    card gets nines for these digits; fraction and exponent are measures, never cards. What stands outside of strings
    in invalid JSON is masked as text. All else stays byte for byte.

    Args:
        raw: any bytes.
        keep: paths of keys from the top, such as ``("id",)``, whose strings and numbers stay. Arrays add nothing to
            a path, so the elements of a top-level array are at the top.
    """
    text = raw.decode("latin-1")
    if not has_card(text) and not ("\\u" in text and has_card(_JSON_ESCAPE.sub(_decoded, text))):
        return raw
    masked = "".join(_masked_tokens(text, keep))
    return raw if masked == text else masked.encode("latin-1")


def _mask_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += text[done:start], text[start:end].translate(_STARS)
        done = end
    return "".join((*pieces, text[done:])) if pieces else text


def _masked_tokens(text: str, keep: Collection[tuple[str, ...]]) -> Iterator[str]:
    place = _Place(keep)
    for match in _JSON_TOKEN.finditer(text):
        part = match[0]
        if part in _MARKS:
            place.pass_mark(part)
            yield part
            continue
        is_string = part.startswith('"')
        if is_string:
            place.pass_string(part)
        masked = _mask_string(part) if is_string else _mask_plain(part)
        yield part if masked != part and place.is_kept() else masked


class _Place:
    """Where a scan of JSON stands: the open containers, the last key of each open object, and the last mark."""

    def __init__(self, keep: Collection[tuple[str, ...]]) -> None:
        self._keep = keep
        self._deepest = max(map(len, keep), default=0)
        self._open: list[str] = []
        self._keys: list[str] = []
        self._mark = ""

    def pass_mark(self, mark: str) -> None:
        self._mark = mark
        if mark in "{[":
            self._open.append(mark)
            if mark == "{":
                self._keys.append("")
        elif mark in "}]" and self._open and self._open.pop() == "{":
            self._keys.pop()

    def pass_string(self, string: str) -> None:
        if self._mark != ":" and self._open and self._open[-1] == "{":
            self._keys[-1] = string

    def is_kept(self) -> bool:
        """Tell whether what begins here is the value of a key that is kept."""
        if self._mark != ":" or not self._open or self._open[-1] != "{" or len(self._keys) > self._deepest:
            return False
        return tuple(map(_key, self._keys)) in self._keep


def _key(token: str) -> str:
    try:
        return msgspec.json.decode(token.encode("latin-1"), type=str)
    except ValueError:
        return token  # with its quotes it is nobody's key


def _mask_string(token: str) -> str:
    if "\\" not in token:
        return mask_text(token)
    units = _JSON_UNIT.findall(token)
    plain = "".join(map(_decode, units))
    masked = mask_text(plain)
    if masked is plain:
        return token
    return "".join(unit if old == new else new for unit, old, new in zip(units, plain, masked, strict=True))


def _decoded(escape: re.Match[str]) -> str:
    return _decode(escape[0])


def _decode(unit: str) -> str:
    r"""Decode a character or an escape to one character; a short escape, such as ``\n``, is just no part of a card."""
    return chr(int(unit[2:], 16)) if unit.startswith("\\u") else unit[0]  # noqa: FURB166 - no prefix that int knows


def _mask_plain(token: str) -> str:
    """Mask what stands outside of strings: a number stays one."""
    number = _JSON_NUMBER.fullmatch(token)
    if not number:
        return mask_text(token)
    before, digits, after = number.groups()
    return f"{before}{digits.translate(_NINES)}{after}" if is_card(digits) else token


def suspicious(data: bytes) -> bool:
    """Tell fast whether bytes may hold a card: False only if no function of this module would change them."""
    # Translating and searching take less time than any regular expression needs to look at each byte.
    return _LONG_RUN in data.translate(_PARTS) or (_BACKSLASH in data and _ESCAPED_PART.search(data) is not None)


def suspicious_spans(data: bytes) -> list[int]:
    """Find the suspicious lines of a block: the offset of the first hit in each, in order.

    A caller that looks only at these lines spares itself a call a line.
    """
    hits = _long_runs(data)
    if _BACKSLASH in data:
        hits = sorted([*hits, *(match.start() for match in _ESCAPED_PART.finditer(data))])
    found: list[int] = []
    line_end = -1
    for hit in hits:
        if hit > line_end:
            found.append(hit)
            line_end = data.find(b"\n", hit)
            if line_end < 0:
                break
    return found


def _long_runs(data: bytes) -> list[int]:
    """Give the offsets where SHORTEST bytes in a row may be parts of a card number."""
    codes = np.frombuffer(data, np.uint8)
    hits: list[int] = []
    for start in range(0, len(codes), _STEP):
        step = codes[start : start + _STEP + SHORTEST - 1]
        runs = step - ord("0") < len(_DIGITS)  # unsigned: what is below "0" wraps around to more
        runs |= step == ord(" ")
        runs |= step == ord("-")
        length = 1
        while length < SHORTEST:
            more = min(length, SHORTEST - length)
            runs = runs[more:] & runs[:-more]
            length += more
        hits += (np.flatnonzero(runs) + start).tolist()
    return hits
