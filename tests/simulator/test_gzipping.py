"""Gzip without a compressor: any reader reads it, and its bytes are the same everywhere."""

import gzip
import zlib
from hashlib import sha256

import pytest

from pipeline.simulator.gzipping import bomb, stored
from transforms.core.splitting import Bounds, gunzip


@pytest.mark.parametrize("size", [0, 1, 65_534, 65_535, 65_536, 131_070, 200_001])
def test_readers_read_what_is_stored(size):
    data = bytes(number % 251 for number in range(size))
    assert gzip.decompress(stored(data)) == data
    assert gunzip(stored(data), Bounds().decompressed_bytes) == data


def test_the_bytes_are_known():
    assert stored(b"millrace").hex() == "1f8b08000000000000ff010800f7ff6d696c6c72616365eb523de808000000"


@pytest.mark.parametrize("size", [1, 2_064, 2_065, 1_000_000])
def test_a_bomb_is_valid_gzip_of_spaces(size):
    exploded = gzip.decompress(bomb(size))
    assert exploded == b" " * len(exploded)
    assert size <= len(exploded) <= size + 2_064


def test_a_bomb_is_small_and_grows_large():
    packed = bomb(100 << 20)
    assert len(packed) < 1_000_000
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size, rest = 0, packed
    while rest and not reader.eof:
        size += len(reader.decompress(rest, 1 << 20))
        rest = reader.unconsumed_tail
    assert size > 100 << 20
    assert reader.eof


def test_a_bomb_is_the_same_everywhere():
    assert sha256(bomb(10_000)).hexdigest()[:16] == "04cf7c6334f5a867"
