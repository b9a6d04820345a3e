"""Looking through long bytes for words that are nearly never there."""

from functools import cache
from typing import Any

import re2

_LONG = 8 << 10
"""Bytes from which on RE2 is faster, its calls being dearer: it looks for the first and last letter at once (SIMD)."""


def holds(word: bytes, data: bytes) -> bool:
    """Tell whether a word is in bytes, as ``in`` does; of long ones in a fifth of the time."""
    if len(data) < _LONG:
        return word in data
    return _letters(word.strip(b'"')).search(data) is not None and word in data


@cache
def _letters(word: bytes) -> Any:
    """Compile a word; without quotes, which are too frequent to be looked for."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.literal = True
    return re2.compile(word, options)
