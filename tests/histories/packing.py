"""Gzip in the ways that files and messages come in it, whole and broken."""

import gzip
from collections.abc import Callable

Packing = Callable[[bytes], bytes]


def plain(data: bytes) -> bytes:
    return data


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def in_members(data: bytes) -> bytes:
    """Compress in two members, with the padding that is allowed."""
    half = len(data) // 2
    return packed(data[:half]) + b"\0" * 3 + packed(data[half:]) + b"\0"


def with_garbage(data: bytes) -> bytes:
    return packed(data) + b"garbage"


def cut_short(data: bytes) -> bytes:
    """Cut the compressed data off in its middle."""
    whole = packed(data)
    return whole[: max(20, len(whole) * 2 // 3)]


BROKEN = (with_garbage, cut_short)
