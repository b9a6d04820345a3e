"""Reading files in blocks: the same lines at the same offsets, however the file is split, cut and compressed."""

import gzip
import io
import json
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.endpoints import file_bytes
from pipeline.endpoints.file_blocks import Stretch, read_stretch
from transforms.core.json_values import JsonValues
from transforms.core.records import Form, Message
from transforms.core.splitting import split_lines, split_values

BOUND = 50
LINE = st.text(alphabet="ab ", max_size=6).map(str.encode) | st.sampled_from([b"x" * 49, b"y" * 51, b"z" * 200])
LINES = st.lists(st.tuples(LINE, st.sampled_from([b"\n", b"\r\n", b"\n\n"])), max_size=8)
Found = tuple[int, bytes | str]


@pytest.fixture(params=[1, 7, 64, 1 << 20])
def chunk(request, monkeypatch):
    monkeypatch.setattr(file_bytes, "CHUNK_BYTES", request.param)


def read(data: bytes, cuts: list[int], *, form: Form = Form.JSON_LINES, zipped: bool = False) -> list[Message]:
    borders = [0, *sorted(set(cuts)), None]
    messages: list[Message] = []
    for start, end in pairwise(borders):
        file = io.BytesIO(gzip.compress(data) if zipped else data)
        messages += read_stretch(file, Stretch("f", start or 0, end, "id", form), gzip=zipped, max_line=BOUND)
    return messages


def found(messages: list[Message]) -> list[Found]:
    """Split as the opener does: too large a line shows as its hash."""
    lines: list[Found] = []
    for message in messages:
        if message.unreadable:
            lines.append((message.offset or 0, message.unreadable.digest))
            continue
        split = split_values if message.form is Form.JSON_VALUES else split_lines
        for line, offset in zip(*split(message.data, message.offset or 0), strict=True):
            lines.append((offset, sha256(line).hexdigest() if len(line) > BOUND else line))
    return sorted(lines, key=lambda line: line[0])


def lines_of(data: bytes) -> list[Found]:
    wanted: list[Found] = []
    offset = 0
    for line in data.split(b"\n"):
        text = line.removesuffix(b"\r")
        if text.strip():
            wanted.append((offset, sha256(text).hexdigest() if len(text) > BOUND else text))
        offset += len(line) + 1
    return wanted


@pytest.mark.usefixtures("chunk")
@given(lines=LINES, last=LINE, cuts=st.lists(st.integers(1, 300), max_size=6))
def test_lines_are_the_same_in_any_splits(lines, last, cuts):
    data = b"".join(text + end for text, end in lines) + last
    cuts = [cut for cut in cuts if cut < len(data)]
    assert found(read(data, cuts)) == lines_of(data)


@pytest.mark.usefixtures("chunk")
@given(lines=LINES)
def test_lines_are_the_same_compressed(lines):
    data = b"".join(text + end for text, end in lines)
    assert found(read(data, [], zipped=True)) == lines_of(data)


@pytest.mark.usefixtures("chunk")
@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.text(max_size=30), max_size=2), max_size=6))
def test_values_over_many_lines(values):
    data = json.dumps(values, indent=1).encode()
    got = [text for _, text in found(read(data, [], form=Form.JSON_VALUES))]
    pieces = [data[start:end] for start, end in JsonValues().feed(data)]
    assert [json.loads(piece) for piece in pieces] == values
    assert got == [sha256(piece).hexdigest() if len(piece) > BOUND else piece for piece in pieces]


@pytest.mark.usefixtures("chunk")
def test_members_one_after_another_and_zero_padding():
    data = gzip.compress(b"one\n") + gzip.compress(b"two\nthr") + b"\0\0" + gzip.compress(b"ee\n") + b"\0" * 20
    messages = list(read_stretch(io.BytesIO(data), Stretch("f", 0, None, "id", Form.JSON_LINES), gzip=True, max_line=9))
    assert found(messages) == [(0, b"one"), (4, b"two"), (8, b"three")]


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("form", [Form.JSON_LINES, Form.JSON_VALUES])
def test_a_truncated_file_gives_what_was_readable_and_one_reject(form):
    whole = b"".join(b'{"n": %d}\n' % n for n in range(2000))
    data = gzip.compress(whole, mtime=0)[:-100]
    messages = list(read_stretch(io.BytesIO(data), Stretch("f", 0, None, "id", form), gzip=True, max_line=BOUND))
    refused = [message for message in messages if message.unreadable]
    read_lines = [line for _, line in found([m for m in messages if not m.unreadable])]
    assert len(refused) == 1
    assert messages[-1] is refused[0]
    assert [m.unreadable.reason for m in refused if m.unreadable] == ["not_decompressible"]
    assert [json.loads(line)["n"] for line in read_lines] == list(range(len(read_lines)))
    assert len(read_lines) > 1000
    # the place of the reject is where the readable lines end
    end = sum(len(b'{"n": %d}\n' % n) for n in range(len(read_lines)))
    assert end - 1 <= (refused[0].offset or 0) <= end


def test_memory_stays_flat_under_an_endless_line():
    class Endless(io.RawIOBase):
        left = 200

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return b"x" * size if self.left > 0 else b""

    messages = list(
        read_stretch(Endless(), Stretch("f", 0, None, "id", Form.JSON_LINES), gzip=False, max_line=1 << 20)  # type: ignore[arg-type]
    )
    (message,) = messages
    assert message.unreadable is not None
    assert message.unreadable.size == 199 << 17
    assert len(message.data) == 64
