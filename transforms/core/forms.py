"""Recognising the form of a file by its first bytes, whatever it is called."""

import re
from collections.abc import Iterable

import msgspec

from transforms.core.access_log import looks_like_access_line
from transforms.core.json_values import JsonValues
from transforms.core.records import Form
from transforms.core.splitting import BOM

HEAD_BYTES = 64 << 10
_SAMPLE_LINES = 20
_ARRAY = re.compile(rb"\s*\[\s*[\[{]")
_any = msgspec.json.Decoder().decode


def recognise(head: bytes) -> Form:
    """Tell a file's form from its first 64 KiB, decompressed; text of no known form is taken for JSON lines.

    One good line decides, so that a file which begins in the middle of a line is still recognised.
    """
    text = head.removeprefix(BOM)
    lines = [line for line in text.split(b"\n") if line.strip()][:_SAMPLE_LINES]
    if any(looks_like_access_line(line.decode("utf-8", "replace").rstrip("\r")) for line in lines):
        return Form.ACCESS_LOG
    if _ARRAY.match(text) and not _has_record(lines[:1]):  # its elements may stand on lines of their own
        return Form.JSON_VALUES
    if not _has_record(lines) and text.lstrip().startswith(b"{") and _has_record(_first_values(text)):
        return Form.JSON_VALUES
    return Form.JSON_LINES


def _first_values(text: bytes) -> list[bytes]:
    return [text[start:end] for start, end in JsonValues().feed(text)][:_SAMPLE_LINES]


def _has_record(texts: Iterable[bytes]) -> bool:
    """Tell whether a text is an object with content, or an array of objects."""
    return any(isinstance(content := _decoded(text), dict | list) and _is_record(content) for text in texts)


def _decoded(text: bytes) -> object:
    try:
        return _any(text)
    except (ValueError, RecursionError):
        return None


def _is_record(content: dict[str, object] | list[object]) -> bool:
    if isinstance(content, dict):
        return bool(content)
    return any(isinstance(item, dict) and item for item in content)
