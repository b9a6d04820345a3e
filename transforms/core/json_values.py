"""Finding the values in a stream of JSON text: the elements of a top-level array, or values one after another.

Only strings and brackets are looked at, so that a value which is not valid JSON spoils none of its neighbours. The
scan is incremental: any cut of the text into chunks finds the same values at the same offsets.
"""

import re
from collections.abc import Iterator

_OUTSIDE = re.compile(rb'["\[\]{},]|[^\s"\[\]{},]+')
_WORD = re.compile(rb'[^\s"\[\]{},]*')
_INSIDE = re.compile(rb'["\\]')
_OPEN = b"[{"
_CLOSE = b"]}"


class JsonValues:
    """Splits chunks of JSON text into (start, end) spans of values, as offsets into the whole text.

    Args:
        offset: where the text begins.
        inside: the text begins within an array, so that a bracket opens a value and not the array itself.
    """

    def __init__(self, offset: int = 0, *, inside: bool = False) -> None:
        self._offset = offset
        self._inside = inside
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self.start: int | None = None
        """Where the value that is not finished yet began."""

    def feed(self, chunk: bytes) -> Iterator[tuple[int, int]]:
        """Scan the next chunk and give the spans of the values that end in it."""
        at = 0
        if self._escaped and chunk:
            at, self._escaped = 1, False
        while at < len(chunk):
            if self._in_string:
                at = self._leave_string(chunk, at)
                ended = at if not self._in_string and self._depth == 0 else None
            else:
                at, ended = self._step(chunk, at)
            if ended is not None and self.start is not None:
                yield self.start, self._offset + ended
                self.start = None
        self._offset += len(chunk)

    def finish(self) -> Iterator[tuple[int, int]]:
        """Give what stands unfinished at the end of the text: a cut-off value."""
        if self.start is not None:
            yield self.start, self._offset

    def _leave_string(self, chunk: bytes, at: int) -> int:
        match = _INSIDE.search(chunk, at)
        if not match:
            return len(chunk)
        if match[0] == b'"':
            self._in_string = False
            return match.end()
        self._escaped = match.end() == len(chunk)
        return match.end() + 1

    def _step(self, chunk: bytes, at: int) -> tuple[int, int | None]:
        """Look at the next token outside of strings; give where to go on and where a value ended, if one did."""
        if self.start is not None and self._depth == 0:
            word = _WORD.match(chunk, at)
            end = word.end() if word else at
            return end, (end if end < len(chunk) else None)
        match = _OUTSIDE.search(chunk, at)
        if not match:
            return len(chunk), None
        token = match[0]
        if self.start is None:
            return match.end(), self._begin(token, match.start())
        self._nest(token)
        return match.end(), (match.end() if self._depth == 0 else None)

    def _begin(self, token: bytes, first: int) -> int | None:
        if token in (b",", b"]") or (token == b"[" and not self._inside):  # the frame of an array is not a value
            return None
        self.start = self._offset + first
        self._nest(token)
        return first + 1 if token == b"}" else None

    def _nest(self, token: bytes) -> None:
        if token == b'"':
            self._in_string = True
        elif token in _OPEN:
            self._depth += 1
        elif token in _CLOSE:
            self._depth = max(0, self._depth - 1)
