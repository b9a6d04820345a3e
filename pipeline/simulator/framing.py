"""How producers put events into messages: alone, in batches, compressed, or with the envelope as attributes."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

SUBSCRIPTION = "projects/local-dev/subscriptions/shop"
NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
SAID: Mapping[str, str] = MappingProxyType({"content-encoding": "gzip"})
"""Compressed, and the attributes say so; where they do not, the first bytes tell."""


def alone(texts: Sequence[bytes]) -> bytes:
    """Frame one event by nothing."""
    return texts[0]


def in_array(texts: Sequence[bytes]) -> bytes:
    """Frame events as CloudEvents' batched mode does."""
    return b"[" + b",".join(texts) + b"]"


def on_lines(texts: Sequence[bytes]) -> bytes:
    """Frame events by newlines."""
    return b"\n".join(texts) + b"\n"


class Framing(NamedTuple):
    """A way to put at most ``events`` into a message.

    In CloudEvents' binary mode the attributes hold the envelope of one event, and the body its data alone.
    """

    events: int
    join: Callable[[Sequence[bytes]], bytes]
    is_gzip: bool = False
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    is_binary: bool = False


SINGLE = Framing(1, alone)
BINARY = Framing(1, alone, is_binary=True)
FRAMINGS = (
    (SINGLE, 230),
    (BINARY, 100),
    (Framing(8, in_array), 26),
    (Framing(8, on_lines), 24),
    (Framing(32, on_lines, is_gzip=True, attributes=SAID), 42),
    (Framing(32, in_array, is_gzip=True), 30),
)
"""Framings and how often each is used: most messages hold one event, most events travel compressed."""
