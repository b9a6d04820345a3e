"""JSON text: decoding it strictly, measuring its depth, and finding the values in a stream of it."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from tests.oracle.records import Refused

BOM = b"\xef\xbb\xbf"


def decoded(text: bytes) -> Any:
    """Decode JSON as RFC 8259 has it.

    Raises:
        Refused: not_json, also for a number that is none or infinite, and for half of a surrogate pair; not_utf8.
    """
    try:
        value = json.loads(text.decode(), parse_constant=_no_number, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise Refused("not_utf8") from None
    except ValueError:
        raise Refused("not_json") from None
    return value


def _no_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def is_json(text: bytes) -> bool:
    """Tell whether a text is one JSON value, whatever the bytes in its strings mean."""
    try:
        json.dumps(json.loads(text.decode("latin-1"), parse_constant=_no_number), ensure_ascii=False).encode()
    except ValueError:
        return False
    return True


def elements(array: bytes) -> list[bytes]:
    """Split an array; a broken one all the same, into the values that can be found."""
    if not is_json(array):
        return [text for _, text, _ in values(array)]
    text = array.decode("latin-1")
    found: list[bytes] = []
    at = text.index("[") + 1
    while (at := re.compile(r"[\s,]*").match(text, at).end()) < text.rindex("]"):  # type: ignore[union-attr]
        start, at = at, json.JSONDecoder().raw_decode(text, at)[1]
        found.append(array[start:at])
    return found


def depth(text: bytes) -> int:
    """Count how many objects and arrays are open at once, at most."""
    deepest = now = 0
    for bracket in re.sub(rb'"(?:[^"\\]|\\.)*"?|[^{}\[\]]', b"", text, flags=re.DOTALL):
        now += 1 if bracket in b"{[" else -1
        deepest = max(deepest, now)
    return deepest


def values(text: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Find the values of an array, or one after another: offset, text, and whether the value comes to its end.

    Brackets and strings tell where a value ends, so that a broken one does not harm its neighbours. An array within
    the array is a value of it.
    """
    at, is_inside = 0, False
    while at < len(text):
        mark = text[at : at + 1]
        if mark in b"]," or mark.isspace() or (mark == b"[" and not is_inside):
            is_inside = (is_inside or mark == b"[") and mark != b"]"
            at += 1
            continue
        end, is_whole = _end(text, at)
        yield at, text[at:end], is_whole
        at = end


def _end(text: bytes, at: int) -> tuple[int, bool]:
    if text[at : at + 1] not in b'{"}[':
        word = re.compile(rb'[^\s"\[\]{},]+').match(text, at)
        assert word
        return word.end(), word.end() < len(text)
    now = 0
    for token in re.compile(rb'"(?:[^"\\]|\\.)*("?)|[{}\[\]]', re.DOTALL).finditer(text, at):
        if token[0][:1] == b'"':
            if not token[1]:
                break
        else:
            now += 1 if token[0] in b"{[" else -1
        if now <= 0:
            return token.end(), True
    return len(text), False
