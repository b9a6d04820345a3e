"""Reading one file as Messages: blocks of whole lines, or stretches of whole JSON values, in bounded memory.

Positions are byte offsets in the decompressed data, so they are the same however the file is split or compressed.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import IO, NamedTuple

from pipeline.endpoints.file_bytes import CutOff, gunzipped_chunks, plain_chunks
from transforms.core.json_values import JsonValues
from transforms.core.reasons import Reason
from transforms.core.records import Form, Message, Unreadable
from transforms.core.rejects import OPAQUE_HEAD_BYTES

BLOCK_BYTES = 16 << 20
"""Files are archived in parts of this size; each part makes the same files of the archive in every run."""


class Stretch(NamedTuple):
    """A part of a file: the lines that begin at ``start`` or later and before ``end`` (None: to the end)."""

    path: str
    start: int
    end: int | None
    message_id: str
    form: Form
    encoding: str = ""


def read_stretch(file: IO[bytes], stretch: Stretch, *, gzip: bool, max_line: int) -> Iterator[Message]:
    """Read a stretch as Messages; what cannot be read whole comes as an unreadable Message.

    ``max_line`` bounds, in bytes, what is held of a line or value.
    """
    if stretch.start:
        file.seek(stretch.start - 1)
    chunks = gunzipped_chunks(file) if gzip else plain_chunks(file)
    blocks = _ValueBlocks(stretch, max_line) if stretch.form is Form.JSON_VALUES else _LineBlocks(stretch, max_line)
    try:
        for chunk in chunks:
            yield from blocks.feed(chunk)
            if blocks.done:
                return
    except CutOff as cut:
        yield from blocks.cut_off(str(cut))
        return
    yield from blocks.finish()


class _Blocks:
    """What both kinds of blocks share: the bytes held, and the offset of the first of them."""

    def __init__(self, stretch: Stretch, bound: int) -> None:
        self._stretch = stretch
        self._bound = bound
        self._too_large = f"larger than {bound} bytes"
        self._held = b""
        self._offset = stretch.start
        self._large: _Large | None = None
        self.done = False

    def feed(self, chunk: bytes) -> Iterator[Message]:
        raise NotImplementedError

    def finish(self) -> Iterator[Message]:
        """Give what is left at the end of the file."""
        if self._large:
            yield self._refused(self._large, Reason.TOO_LARGE, self._too_large)
        elif self._held:
            yield self._message(self._held)

    def cut_off(self, detail: str) -> Iterator[Message]:
        """Give one unreadable Message for the place where the readable data ends."""
        rest = self._large or _Large(self._offset, self._held)
        yield self._refused(rest, Reason.NOT_DECOMPRESSIBLE, detail)

    def _message(self, data: bytes) -> Message:
        stretch = self._stretch
        message = Message(
            data,
            message_id=stretch.message_id,
            offset=self._offset,
            form=stretch.form,
            encoding=stretch.encoding,
            block=self._block(self._offset),
        )
        self._offset += len(data)
        return message

    def _refused(self, large: "_Large", reason: Reason, detail: str) -> Message:
        seen = Unreadable(reason, large.size, large.digest.hexdigest(), detail)
        stretch = self._stretch
        return Message(
            large.head,
            message_id=stretch.message_id,
            offset=large.offset,
            form=stretch.form,
            unreadable=seen,
            encoding=stretch.encoding,
            block=self._block(large.offset),
        )

    def _block(self, offset: int) -> str:
        return f"{offset // BLOCK_BYTES} {self._stretch.path}"


class _Large:
    """Something above the bound: hashed as it passes by, never held."""

    def __init__(self, offset: int, data: bytes) -> None:
        self.offset = offset
        self.head = b""
        self.size = 0
        self.digest = sha256()
        self._return = b""
        self.add(data)

    def add(self, data: bytes) -> None:
        """Hash some more; a CR at the end is held back, since it may belong to the line's end."""
        data = self._return + data
        self._return = b"\r" if data.endswith(b"\r") else b""
        data = data.removesuffix(b"\r")
        if len(self.head) < OPAQUE_HEAD_BYTES:
            self.head = (self.head + data)[:OPAQUE_HEAD_BYTES]
        self.size += len(data)
        self.digest.update(data)


class _LineBlocks(_Blocks):
    """Blocks of whole lines; skips the line that began before the stretch, ends with the line that begins in it."""

    def __init__(self, stretch: Stretch, bound: int) -> None:
        super().__init__(stretch, bound)
        self._skipping = stretch.start > 0
        if self._skipping:
            self._offset -= 1

    def feed(self, chunk: bytes) -> Iterator[Message]:
        if self._skipping:
            chunk = self._skip(chunk)
        if self._large:
            chunk, whole = self._pass_by(self._large, chunk)
            if whole:
                yield whole
        self._held += chunk
        cut = self._last_end()
        if cut:
            yield self._message(self._held[:cut])
            self._held = self._held[cut:]
        if not self.done and len(self._held) > self._bound:
            self._large = _Large(self._offset, self._held)
            self._offset += len(self._held)
            self._held = b""

    def _skip(self, chunk: bytes) -> bytes:
        end = chunk.find(b"\n") + 1
        self._skipping = not end
        passed = end or len(chunk)
        self._offset += passed
        self.done = self._ends_at(self._offset)
        return b"" if self.done else chunk[passed:]

    def _pass_by(self, large: "_Large", chunk: bytes) -> tuple[bytes, Message | None]:
        end = chunk.find(b"\n") + 1
        large.add(chunk[: end - 1] if end else chunk)
        self._offset += end or len(chunk)
        if not end:
            return b"", None
        self._large = None
        self.done = self._ends_at(self._offset)
        return b"" if self.done else chunk[end:], self._refused(large, Reason.TOO_LARGE, self._too_large)

    def _last_end(self) -> int:
        """Find where the last whole line of ours ends in what is held, and note when it is the last of all."""
        end = self._stretch.end
        if end is not None and self._offset + len(self._held) >= end:
            last = self._held.find(b"\n", max(0, end - 1 - self._offset)) + 1
            if last or self.done:
                self.done = True
                return last
        return self._held.rfind(b"\n") + 1

    def _ends_at(self, offset: int) -> bool:
        return self._stretch.end is not None and offset >= self._stretch.end


class _ValueBlocks(_Blocks):
    """Stretches of whole JSON values."""

    def __init__(self, stretch: Stretch, bound: int) -> None:
        super().__init__(stretch, bound)
        self._values = JsonValues()

    def feed(self, chunk: bytes) -> Iterator[Message]:
        start = self._offset + len(self._held)
        ends = [end for _, end in self._values.feed(chunk)]
        if self._large:
            passed = ends.pop(0) - start if ends else None
            self._large.add(chunk[:passed])
            if passed is not None:
                yield self._refused(self._large, Reason.TOO_LARGE, self._too_large)
                self._large = None
            self._offset = start + (len(chunk) if passed is None else passed)
            chunk = b"" if passed is None else chunk[passed:]
        self._held += chunk
        if ends:
            cut = ends[-1] - self._offset
            yield self._message(self._held[:cut])
            self._held = self._held[cut:]
        self._let_go()

    def _let_go(self) -> None:
        """Hold nothing but the value that is not finished, and not even that above the bound."""
        begun = len(self._held) if self._values.start is None else self._values.start - self._offset
        if self._large:
            return
        if self._values.start is not None and len(self._held) - begun > self._bound:
            self._large = _Large(self._values.start, self._held[begun:])
            begun = len(self._held)
        self._offset += begun
        self._held = self._held[begun:]
