"""Gzip: members one after another, zero bytes between them allowed."""

import zlib

MAGIC = b"\x1f\x8b"


def gunzipped(packed: bytes) -> tuple[bytes, bool]:
    """Give what can be read, and whether all of it can."""
    data = b""
    while packed:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            data += member.decompress(packed)
        except zlib.error:
            return data, False
        if not member.eof:
            return data, False
        packed = member.unused_data.lstrip(b"\0")
    return data, True
