"""Masking looks into what is packed in base64 and gzip, however hostile, and not without end."""

import gzip
import json
from base64 import b64decode, b64encode

import pytest

from transforms.core import masking
from transforms.core.masking import mask_json
from transforms.core.rejects import EventRejected
from transforms.core.unpacking import Unpacker

KEYS = ("data_base64",)
CARD = b'{"card":"4111111111111111"}'
MASKED = b'{"card":"****************"}'
BOMB = gzip.compress(b"[" + b" " * 400 + b"]", mtime=0)
DAMAGED = BOMB[:-8] + b"\xff" * 8


def packed(data: bytes, times: int = 1) -> bytes:
    """Put data in an event, compressed and in base64, and that event in another."""
    for _ in range(times):
        data = event(gzip.compress(data, mtime=0))
    return data


def event(data: bytes) -> bytes:
    return b'{"data_base64":"%s"}' % b64encode(data)


def unpacked(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = gzip.decompress(b64decode(json.loads(data)["data_base64"]))
    return data


def test_what_is_packed_a_few_times_is_masked() -> None:
    masked = mask_json(packed(CARD, 8), base64_keys=KEYS)
    assert unpacked(masked, 8) == MASKED


@pytest.mark.parametrize("times", [9, 400])
def test_what_is_packed_more_often_is_hidden(times: int) -> None:
    masked = mask_json(packed(CARD, times), base64_keys=KEYS)
    hidden = len(packed(CARD, times - 8)) - len(event(b""))
    assert unpacked(masked, 8) == b'{"data_base64":"%s"}' % (b"*" * hidden)
    assert mask_json(masked, base64_keys=KEYS) is masked


def test_many_bombs_are_unpacked_no_further_than_one_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is not looked into the header of gzip is left."""
    monkeypatch.setattr(masking, "PACKED_BYTES", 1000)
    bombs = [event(BOMB)] * 5
    wanted = [*bombs[:2], *[event(BOMB[:10])] * 3]
    assert mask_json(b",".join(bombs), base64_keys=KEYS) == b",".join(wanted)


def test_what_fails_takes_room_too() -> None:
    unpacker = Unpacker(1000)
    with pytest.raises(EventRejected):
        unpacker.gunzip(DAMAGED)
    assert len(unpacker.gunzip(BOMB)) == 402
    with pytest.raises(EventRejected):
        unpacker.gunzip(BOMB)
