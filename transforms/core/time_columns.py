"""Reading many times at once: what ``times.parse_time`` says of each, in a sixth of the time."""

from collections.abc import Sequence

import numpy as np

from transforms.core.times import FIRST, parse_time

_FEW = 32
"""Times of one length below which reading them one by one is faster."""
_MARKS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_POINT = 19
_SECONDS, _SHORTEST, _LONGEST = 20, 22, 27


def parse_times(texts: Sequence[str]) -> list[int | None]:
    """Read RFC 3339 date-times as microseconds since 1970, floored; None where a text is none."""
    lengths = set(map(len, texts))
    if len(lengths) == 1 and len(texts) >= _FEW:
        return _parse_alike(texts, lengths.pop())
    times: list[int | None] = [None] * len(texts)
    for length in lengths:
        at = [index for index, text in enumerate(texts) if len(text) == length]
        alike = [texts[index] for index in at]
        for index, time in zip(at, _parse_alike(alike, length) if len(at) >= _FEW else map(_parse, alike), strict=True):
            times[index] = time
    return times


def _parse_alike(texts: Sequence[str], length: int) -> list[int | None]:
    """Read texts of one length: at once, if all are written in the commonest way; else one by one."""
    marks = {**_MARKS, **({_POINT: "."} if length > _SECONDS else {}), length - 1: "Z"}
    if length == _SECONDS or _SHORTEST <= length <= _LONGEST:
        codes = np.frombuffer("".join(texts).encode("ascii", "replace"), np.uint8).reshape(-1, length)
        marked = codes[:, list(marks)] == [ord(mark) for mark in marks.values()]
        digits = np.count_nonzero(codes - ord("0") < 10)  # noqa: PLR2004 - unsigned: what is below "0" wraps around
        if marked.all() and digits == len(texts) * (length - len(marks)):
            try:
                times = codes[:, :-1].copy().view(f"S{length - 1}").ravel().astype("M8[us]").view(np.int64)
            except ValueError:  # an impossible date or time among them
                pass
            else:
                if times.min() >= FIRST:  # numpy knows a year 0
                    return times.tolist()  # type: ignore[no-any-return]
    return list(map(_parse, texts))


def _parse(text: str) -> int | None:
    try:
        return parse_time(text)
    except ValueError:
        return None
