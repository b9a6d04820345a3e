"""Files: from the bytes on the disk to the texts of events."""

import re
from collections.abc import Iterator

from tests.oracle.messages import opened
from tests.oracle.packing import MAGIC, gunzipped
from tests.oracle.raws import checked, head, masked_text, whole
from tests.oracle.records import Carrier, File, Found, Options, Refused
from tests.oracle.texts import BOM, values

FINGERPRINTED = 1024


def found_in(file: File, options: Options) -> Iterator[Found]:
    """Find the events of a file, and what of it cannot be opened."""
    data, is_sound = gunzipped(file.stored) if file.stored.startswith(MAGIC) else (file.stored, True)
    pieces = _values if file.form == "array" else _lines
    for offset, text, is_whole in pieces(data):
        line = Carrier(("line", data[:FINGERPRINTED], text), is_log=file.form == "log")
        if not (is_sound or is_whole):
            yield head(line, str(offset), text, options), Refused("not_decompressible")
        elif not text.strip():
            continue
        elif len(text) > options.max_message_bytes:
            yield head(line, str(offset), text, options), Refused("too_large")
        else:
            line = line._replace(identity=("line", data[:FINGERPRINTED], masked_text(text, line, options)))
            yield from (
                [checked(whole(line, str(offset), text, options), options)]
                if line.is_log
                else opened(line, str(offset), text, options)
            )


def _lines(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Give offset and text of each line, and last what no line end follows, be it empty."""
    start = len(BOM) if data.startswith(BOM) else 0
    for line in re.compile(rb"([^\n]*)\n").finditer(data, start):
        start = line.end()
        yield line.start(), line[1].removesuffix(b"\r"), True
    yield start, data[start:].removesuffix(b"\r"), False


def _values(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Give offset and text of each value of an array, and last an unfinished one, or nothing."""
    start = len(BOM) if data.startswith(BOM) else 0
    is_whole = True
    for offset, text, is_whole in values(data[start:]):
        yield start + offset, text, is_whole
    if is_whole:
        yield len(data), b"", False
