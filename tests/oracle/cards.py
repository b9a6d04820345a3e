"""Masking of the few card numbers that histories hold: stars for the digits, nines in JSON numbers."""

import gzip
import re
from base64 import b64decode, b64encode
from collections.abc import Collection

from tests.oracle.packing import HEADER_BYTES, MAGIC, gunzipped
from tests.oracle.records import Attributes

NUMBERS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "30569309025904")
"""Numbers that the networks publish for tests."""
CLOUD_EVENT = ("id", "source", "time")
"""Members of an event that are never masked: its identity is made of them, and its time."""
PACKED = ("data", "data_base64")
"""Members whose text may be JSON in base64, and that in gzip."""
_CARD = re.compile("|".join(rf"(?<!\d){'[ -]?'.join(number)}(?!\d)" for number in NUMBERS), re.ASCII)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^"{}\[\]:,]+', re.DOTALL)


def masked(text: str) -> str:
    """Mask plain text."""
    return _CARD.sub(lambda card: re.sub("[0-9]", "*", card[0]), text)


def masked_attributes(attributes: Attributes) -> Attributes:
    """Mask the attributes of a message; what makes an event's identity in binary mode stays."""
    kept = {f"ce-{name}" for name in CLOUD_EVENT}
    found: Attributes = {}
    for name, text in sorted(attributes.items()):
        shown = masked(name)
        while shown in found:
            shown += "*"
        found[shown] = text if name in kept else masked(text)
    return found


def masked_bytes(text: bytes) -> bytes:
    """Mask what is not JSON."""
    return masked(text.decode("latin-1")).encode("latin-1")


def masked_json(text: bytes, kept: Collection[str]) -> bytes:
    """Mask JSON text, valid or not, token by token; all else stays byte for byte.

    Args:
        text: any bytes.
        kept: dotted paths of the members that stay, from the top of the text or of an element of an array.
    """
    tokens = _TOKEN.findall(text.decode("latin-1"))
    path: list[str] = []
    opened: list[str] = []
    before = ""
    for number, word in enumerate(tokens):
        is_key = word[0] == '"' and before in ("{", ",") and opened[-1:] == ["{"]
        if word in "{[":
            opened.append(word)
            path += [""] if word == "{" else []
        elif word in "}]":
            if opened and opened.pop() == "{":
                path.pop()
        elif is_key:
            path[-1] = word[1:-1]
            tokens[number] = masked(word)
        elif not (before == ":" and ".".join(path) in kept):
            tokens[number] = _masked_value(word, path[-1] if before == ":" and path else "")
        before = before if word.isspace() else word
    return "".join(tokens).encode("latin-1")


def _masked_value(word: str, key: str) -> str:
    if (number := word.strip()) in NUMBERS:
        return word.replace(number, "9" * len(number))
    if key in PACKED:
        content, rest = word[1:-1], '"'
        if word[-1] != '"':  # cut off: whole groups of four can be read
            content, rest = word[1 : 1 + (len(word) - 1) // 4 * 4], word[1 + (len(word) - 1) // 4 * 4 :]
        try:
            data = b64decode(content, validate=True)
        except ValueError:
            return masked(word)
        hidden = _masked_packed(data)
        return masked(word) if hidden == data else f'"{b64encode(hidden).decode()}{rest}'
    return masked(word)


def _masked_packed(data: bytes) -> bytes:
    if not data.startswith(MAGIC):
        return masked_json(data, ())
    content, is_sound = gunzipped(data)
    if not is_sound:
        return data[:HEADER_BYTES]
    hidden = masked_json(content, ())
    return data if hidden == content else gzip.compress(hidden, mtime=0)
