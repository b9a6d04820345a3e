"""Finding fast the few bytes that ``masking`` may change; none that it would change are overlooked."""

import re

import numpy as np

from transforms.core.cards import SHORTEST

_DIGITS = 10
_BACKSLASH = ord("\\")
_ESCAPED_PART = re.compile(rb"\\u00(?:2[0dD]|3[0-9]|[4-7])")  # letters too: no encoder escapes them, and keys hide so
_PARTS = bytes.maketrans(b"0123456789 -", b"0" * 12)
_LONG_RUN = b"0" * SHORTEST
# Bytes looked at together; from 128 KiB on malloc maps its memory anew each time, at five times the cost.
_STEP = 1 << 16


def suspicious(data: bytes) -> bool:
    """Tell fast whether bytes may hold a card: False only if no function of ``masking`` would change them."""
    # Translating and searching take less time than any regular expression needs to look at each byte.
    return _LONG_RUN in data.translate(_PARTS) or (_BACKSLASH in data and _ESCAPED_PART.search(data) is not None)


def suspicious_spans(data: bytes) -> list[int]:
    """Find the suspicious lines of a block: the offset of the first hit in each, in order.

    A caller that looks only at these lines spares itself a call a line.
    """
    hits = _long_runs(data)
    if _BACKSLASH in data:
        hits += (match.start() for match in _ESCAPED_PART.finditer(data))
    found: list[int] = []
    line_end = -1
    for hit in sorted(hits):
        if hit > line_end:
            found.append(hit)
            line_end = data.find(b"\n", hit)
            if line_end < 0:
                break
    return found


def _long_runs(data: bytes) -> list[int]:
    """Give the offsets where SHORTEST bytes in a row may be parts of a card number; of a longer row some of them."""
    codes = np.frombuffer(data, np.uint8)
    hits: list[int] = []
    for start in range(0, len(codes), _STEP):
        step = codes[start : start + _STEP + SHORTEST - 1]
        runs = step - ord("0") < _DIGITS  # unsigned: what is below "0" wraps around to more
        runs |= step == ord(" ")
        runs |= step == ord("-")
        length = 1
        while length < SHORTEST:
            more = min(length, SHORTEST - length)
            runs = runs[more:] & runs[:-more]
            length += more
        found = np.flatnonzero(runs)
        if found.size:
            hits += (found[np.diff(found, prepend=-2) > 1] + start).tolist()
    return hits
