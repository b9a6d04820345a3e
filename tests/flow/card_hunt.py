"""Seeded card numbers, and the search for them in all that a run left: raw, decoded, and however they are written."""

import gzip
import re
import sqlite3
import zlib
from base64 import b64decode
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from tests.core.numbers import complete
from transforms.core.cards import BRANDS, LONGEST, SHORTEST

_DIGITS = re.compile(rb"[0-9]{%d,}" % SHORTEST)
_ESCAPE = re.compile(rb"\\u00([0-9a-fA-F]{2})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}")
_GZIP = b"\x1f\x8b\x08"
_STEP = 16
_DEEPEST = 3
"""How often what was written in base64 or gzip is looked into again."""


def seeded_cards(count: int, seed: int) -> list[str]:
    """Give distinct card numbers, taking turns over all brands and lengths."""
    dice = Random(seed)
    kinds = [(brand, length) for brand in BRANDS for length in brand.lengths]
    found: dict[str, None] = {}
    while len(found) < count:
        brand, length = kinds[len(found) % len(kinds)]
        prefix = dice.randint(*dice.choice(brand.prefixes))
        missing = length - 5
        found[complete(f"{prefix}{dice.randrange(10**missing):0{missing}d}")] = None
    return list(found)


def seen_cards(data: bytes, cards: Collection[str], depth: int = 0) -> set[str]:
    """Find which of these cards stand in bytes: as digits, with spaces or dashes, in JSON escapes, base64, gzip."""
    plain = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data).replace(b"\\/", b"/")
    found = {card for text in (data, plain) for card in _as_digits(text, cards)}
    if depth < _DEEPEST:
        for inner in _inside(plain if plain != data else data):
            found |= seen_cards(inner, cards, depth + 1)
    return found


def _as_digits(text: bytes, cards: Collection[str]) -> Iterator[str]:
    for spelling in (text, text.translate(None, b" -")):
        for run in _DIGITS.findall(spelling):
            digits = run.decode()
            for start in range(len(digits) - SHORTEST + 1):
                for end in range(start + SHORTEST, min(start + LONGEST, len(digits)) + 1):
                    if digits[start:end] in cards:
                        yield digits[start:end]


def _inside(data: bytes) -> Iterator[bytes]:
    at = data.find(_GZIP)
    while at >= 0:
        yield _readable(data[at:])
        at = data.find(_GZIP, at + 1)
    for run in _BASE64.findall(data):
        for start in range(4):  # where it begins is not known in a raw page
            aligned = run[start:]
            yield b64decode(aligned[: len(aligned) // 4 * 4] + _rest(aligned))


def _readable(data: bytes) -> bytes:
    """Decompress what can be read, whatever comes behind it."""
    stream, read = zlib.decompressobj(wbits=31), b""
    with suppress(zlib.error):
        for at in range(0, len(data), _STEP):
            read += stream.decompress(data[at : at + _STEP])
            if stream.eof:
                break
    return read


def _rest(aligned: bytes) -> bytes:
    rest = aligned[len(aligned) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def everything_written(output: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file below a folder raw, every value of every table of the store and of every Parquet file."""
    for path in sorted(output.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes()
        if path.suffix == ".parquet":
            for name, column in pq.ParquetFile(path).read().to_pydict().items():
                yield f"{path}:{name}", b"\n".join(map(_as_bytes, column))
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = store.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the names are the store's own
            for row in rows:
                yield table, b"\n".join(map(_as_bytes, row))


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def packed(data: bytes) -> bytes:
    """Compress bytes the same way each time."""
    return gzip.compress(data, mtime=0)
