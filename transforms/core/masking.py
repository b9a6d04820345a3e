"""Masking card numbers in text, JSON and raw bytes, and finding fast the few lines that need it.

Masking twice is masking once. Bytes are read as Latin-1, a character a byte: cards, separators and the syntax of JSON
are ASCII, and all other bytes, UTF-8 or not, come out as they went in.
"""

import gzip
import re
from base64 import b64decode, b64encode
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import msgspec

from transforms.core.cards import card_spans, is_card
from transforms.core.rejects import GZIP_MAGIC, EventRejected, opaque_head
from transforms.core.stars import has_card, has_hidden_card, mask_escaped, mask_spans, mask_text
from transforms.core.unpacking import Unpacker

__all__ = ["has_card", "mask_bytes", "mask_json", "mask_text"]

_DIGITS = "0123456789"
_NINES = str.maketrans(_DIGITS, "9" * 10)  # the prefix of no brand, so that there is nothing left to mask
_PART = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]|[^"{}\[\]]+', re.DOTALL)
_BRACKETS = frozenset("{}[]")
_MARK = re.compile("[:,]")
_LOG_ESCAPE = re.compile(r"\\x[0-9A-Fa-f]{2}")
_NUMBER = re.compile(r"(\s*-?)([0-9]+)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\s*)")

_skip_value = msgspec.json.Decoder(msgspec.Raw).decode
PACKED_BYTES = 100 << 20
"""What the strings of one text may come to when they are decompressed, all together."""
PACKED_LEVELS = 8
"""How often text may be packed in base64: more than anybody does, and far from the depth that Python recurses to."""


def mask_bytes(raw: bytes) -> bytes:
    r"""Mask raw bytes that are not JSON, such as a log line; the very same bytes come back where nothing is hit.

    Logs write bytes as ``\x22``, whose digits are then no part of the number that follows. Both readings are masked.
    """
    text = raw.decode("latin-1")
    masked = mask_text(text)
    if "\\x" in masked:
        masked = mask_spans(masked, card_spans(_LOG_ESCAPE.sub("....", masked)))
    return raw if masked is text else masked.encode("latin-1")


def mask_json(raw: bytes, keep: Collection[tuple[str, ...]] = (), base64_keys: Collection[str] = ()) -> bytes:
    """Mask JSON text, valid or not; valid JSON stays valid, and the very same bytes come back where nothing is hit.

    Strings, keys among them, are masked as they read when decoded, escapes and all. A number whose integer part is a
    card gets nines for these digits; fraction and exponent are measures, never cards. What stands outside of strings
    in invalid JSON is masked as text. All else stays byte for byte.

    Args:
        raw: any bytes.
        keep: paths of keys from the top, such as ``("id",)``, whose strings and numbers stay. Arrays add nothing to
            a path, so the elements of a top-level array are at the top.
        base64_keys: keys, anywhere, whose strings are decoded, masked as JSON and encoded again, also where gzip is
            in between, and again within what was decoded. What is packed deeper than PACKED_LEVELS is hidden whole,
            and of gzip that comes to more than PACKED_BYTES in all only headers are left: either is an attack. The
            two functions that find suspects do not look into these.
    """
    return _mask_json(raw, keep, _Packed(base64_keys, Unpacker(PACKED_BYTES)))


def _mask_json(raw: bytes, keep: Collection[tuple[str, ...]], inside: "_Packed") -> bytes:
    text = raw.decode("latin-1")
    escaped = "\\u" in text
    packed = inside.keys and (escaped or _may_hold_packed(raw, text, inside.keys))
    if not packed and not has_card(text) and not (escaped and has_hidden_card(text)):
        return raw
    masked = _Json(keep, inside).mask(text)
    return raw if masked is text else masked.encode("latin-1")


def _may_hold_packed(raw: bytes, text: str, keys: Collection[str]) -> bool:
    """Tell whether one of the keys may have a string as its value; what is no JSON may hide that in many ways."""
    if not any(key in text for key in keys):
        return False
    if _key_with_string(tuple(keys)).search(text):
        return True
    try:
        _skip_value(raw)
    except (ValueError, RecursionError):
        return True
    return False


@cache
def _key_with_string(keys: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf'''"(?:{"|".join(map(re.escape, keys))})"\s*:\s*"''')


class _Packed(NamedTuple):
    """How what strings hold in base64 is looked into: under which keys, how much in all, and how deep this is."""

    keys: Collection[str]
    unpacker: Unpacker
    level: int = 0


class _Json:
    """One pass over a JSON text. Knows its place: the open containers, each open object's last key, the last mark."""

    def __init__(self, keep: Collection[tuple[str, ...]], inside: _Packed) -> None:
        self._keep = keep
        self._deepest = max(map(len, keep), default=0)
        self._inside = inside
        self._open: list[str] = []
        self._keys: list[str] = []
        self._mark = ""

    def mask(self, text: str) -> str:
        """Mask a text; only what changes is copied."""
        pieces: list[str] = []
        done = 0
        for match in _PART.finditer(text):
            part = match[0]
            masked = self._masked(part)
            if masked is not part:
                pieces += text[done : match.start()], masked
                done = match.end()
        return "".join((*pieces, text[done:])) if pieces else text

    def _masked(self, part: str) -> str:
        if part in _BRACKETS:
            self._pass_bracket(part)
            return part
        if part[0] == '"':
            return self._masked_string(part)
        masked = self._masked_stretch(part)
        self._mark = part.rstrip()[-1:]
        return masked

    def _pass_bracket(self, bracket: str) -> None:
        self._mark = bracket
        if bracket in "{[":
            self._open.append(bracket)
            if bracket == "{":
                self._keys.append("")
        elif self._open and self._open.pop() == "{":
            self._keys.pop()

    def _masked_string(self, string: str) -> str:
        is_value = self._mark == ":"
        if not is_value and self._open and self._open[-1] == "{":
            self._keys[-1] = string
        if is_value and self._keys and self._inside.keys and _content(self._keys[-1]) in self._inside.keys:
            return self._mask_base64(string)
        masked = mask_escaped(string) if "\\u" in string else mask_text(string)
        return string if masked is not string and self._is_kept() else masked

    def _mask_base64(self, string: str) -> str:
        """Mask the JSON that a string holds in base64; text that is none, or holds no card, is masked as it stands.

        Of a string that is cut off, as in the first bytes of a large line, the whole groups of four are decoded.
        """
        content, rest = _content(string), '"'
        if content is string:
            whole = 1 + (len(string) - 1) // 4 * 4
            content, rest = string[1:whole], string[whole:]
        try:
            data = b64decode(content, validate=True)
        except ValueError:
            return mask_text(string)
        if self._inside.level == PACKED_LEVELS:
            return f'"{"*" * len(content)}{rest}'
        masked = self._mask_packed(data)
        return mask_text(string) if masked is data else f'"{b64encode(masked).decode()}{rest}'

    def _mask_packed(self, data: bytes) -> bytes:
        inside = self._inside._replace(level=self._inside.level + 1)
        if not data.startswith(GZIP_MAGIC):
            return _mask_json(data, (), inside)
        try:
            content = inside.unpacker.gunzip(data)
        except EventRejected:
            return opaque_head(data)  # what of it can be read may hold a card
        masked = _mask_json(content, (), inside)
        return data if masked is content else gzip.compress(masked, mtime=0)

    def _masked_stretch(self, stretch: str) -> str:
        """Mask what stands between two strings or brackets: numbers and words, with marks between them."""
        pieces: list[str] = []
        done = passed = 0
        for start, end in card_spans(stretch):
            if start < passed:
                continue
            mark = max(stretch.rfind(":", passed, start), stretch.rfind(",", passed, start))
            if mark >= 0:
                self._mark = stretch[mark]
            first = max(mark + 1, passed)
            following = _MARK.search(stretch, end)
            passed = following.start() if following else len(stretch)
            number = stretch[first:passed]
            masked = number if self._is_kept() else _mask_number(number)
            if masked is not number:
                pieces += stretch[done:first], masked
                done = passed
        return "".join((*pieces, stretch[done:])) if pieces else stretch

    def _is_kept(self) -> bool:
        """Tell whether what begins here is the value of a key that is kept."""
        if self._mark != ":" or not self._open or self._open[-1] != "{" or len(self._keys) > self._deepest:
            return False
        return tuple(map(_content, self._keys)) in self._keep


def _content(string: str) -> str:
    try:
        return msgspec.json.decode(string.encode("latin-1"), type=str)
    except ValueError:
        return string  # with its quotes it is nobody's key


def _mask_number(written: str) -> str:
    """Mask what stands outside of strings: a number stays one."""
    number = _NUMBER.fullmatch(written)
    if not number:
        return mask_text(written)
    before, digits, after = number.groups()
    return f"{before}{digits.translate(_NINES)}{after}" if is_card(digits) else written
