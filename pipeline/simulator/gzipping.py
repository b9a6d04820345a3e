"""Gzip of the same bytes everywhere: what a compressor makes of a text differs between zlib, zlib-ng and others.

So events are stored in their gzip frame, not compressed (RFC 1952; RFC 1951, section 3.2.4), which readers cannot tell
by anything but the size.
"""

from collections.abc import Iterator
from zlib import crc32

_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LONGEST = 0xFFFF
_CYCLE = 258 * 8
_FILLER = b" "


def stored(data: bytes) -> bytes:
    """Frame bytes as gzip."""
    return b"".join((_HEADER, *_blocks(data), _trailer(crc32(data), len(data))))


def bomb(size: int) -> bytes:
    """Make a gzip of at least ``size`` spaces, in a 160th of it.

    One deflate block with fixed codes (RFC 1951, section 3.2.6): a space, and then "258 bytes as the one before", 13
    bits each and so eight of them in 13 bytes.
    """
    space, repeat, end = "01010000", "11000101" + "00000", "0000000"
    last_block_fixed_codes = "110"
    cycles = -(-size // _CYCLE)
    head = _packed(last_block_fixed_codes + space + repeat * 8)
    # The first byte apart, a cycle begins with the last three bits of what it repeats, which are zeros: it fits itself.
    body = head[:1] + head[1:14] * cycles + _packed("000" + end)
    length = cycles * _CYCLE + 1
    checksum = crc32(_FILLER)
    for _ in range(cycles):
        checksum = crc32(_FILLER * _CYCLE, checksum)
    return _HEADER + body + _trailer(checksum, length)


def _blocks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data) or 1, _LONGEST):
        block = data[start : start + _LONGEST]
        is_last = start + _LONGEST >= len(data)
        size = len(block)
        yield bytes((is_last,)) + size.to_bytes(2, "little") + (size ^ _LONGEST).to_bytes(2, "little") + block


def _trailer(checksum: int, length: int) -> bytes:
    return checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")


def _packed(bits: str) -> bytes:
    """Pack bits as deflate does, the first into the lowest of a byte."""
    return int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")
