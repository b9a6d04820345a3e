"""What is wrong with the raw bytes of events before anything looks into them: no text, or nested too deep."""

import re
from collections.abc import Iterator, Sequence
from itertools import repeat
from operator import add

import numpy as np

from transforms.core.reasons import Reason
from transforms.core.records import Form
from transforms.core.rejects import EventRejected

_MANY = 16
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def raw_faults(form: Form, raws: Sequence[bytes], deepest: int) -> Iterator[tuple[int, EventRejected]]:
    """Number the events that must not go on, each with what is wrong: not_utf8, too_deep."""
    if not all(map(bytes.isascii, raws)):
        for index, raw in enumerate(raws):
            if not raw.isascii() and (fault := _not_utf8(raw)):
                yield index, fault
    if form is not Form.ACCESS_LOG and not _is_sparse(raws, deepest):
        yield from _nested_too_deep(raws, deepest)


def _is_sparse(raws: Sequence[bytes], bound: int) -> bool:
    """Tell fast of many events that none of them can have more than ``bound`` brackets that open."""
    if len(raws) < _MANY:
        return False
    codes = np.frombuffer(b"".join(raws), np.uint8)
    opening = np.flatnonzero((codes == ord("{")) | (codes == ord("[")))
    return len(opening) <= bound or bool((opening[bound:] - opening[:-bound]).min() >= max(map(len, raws)))


def _not_utf8(raw: bytes) -> EventRejected | None:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return EventRejected(Reason.NOT_UTF8, f"byte {error.start} is not UTF-8 ({error.reason})")
    return None


def _nested_too_deep(raws: Sequence[bytes], bound: int) -> Iterator[tuple[int, EventRejected]]:
    """Find events nested too deep; few have as many brackets as levels are allowed, and only those are measured."""
    brackets = map(add, map(bytes.count, raws, repeat(b"{")), map(bytes.count, raws, repeat(b"[")))
    for index, count in enumerate(brackets):
        if count > bound and nesting(raws[index]) > bound:
            yield index, EventRejected(Reason.TOO_DEEP, f"nested deeper than {bound} levels")


def nesting(raw: bytes) -> int:
    """Measure how deep objects and arrays are nested, brackets within strings apart."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(raw):
        if match[0] in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in (b"}", b"]"):
            depth -= 1
    return deepest
