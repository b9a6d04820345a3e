"""Masking: no card is left, nothing else is touched, twice is once, and the fast filter overlooks nothing."""

import json
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.numbers import TEXTS, VALUES, cards, grouped_cards, json_texts
from transforms.core.cards import is_card
from transforms.core.masking import (
    _Json,
    _Packed,
    has_card,
    mask_bytes,
    mask_json,
    mask_text,
)
from transforms.core.suspicion import suspicious, suspicious_spans
from transforms.core.unpacking import Unpacker

VISA = "4111111111111111"
AMEX = "3782-822463-10005"
KEEP = (("id",), ("source",), ("time",))
BROKEN = st.lists(
    TEXTS | json_texts().map(lambda raw: raw.decode("latin-1")) | st.sampled_from('"\\{}[],:\n') | st.just("\\u0034"),
    max_size=8,
).map(lambda parts: "".join(parts).encode("utf-8", "replace"))
RAW = BROKEN | json_texts() | st.binary()


def pairs(raw: bytes) -> Any:
    """Read JSON with nothing lost: members in order, repeated ones too, and numbers as they are written."""
    return json.loads(raw, object_pairs_hook=lambda members: ("object", members), parse_int=str, parse_float=str)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"card {VISA}, thanks", f"card {'*' * 16}, thanks"),
        (f"{AMEX} and {VISA} 123", "****-******-***** and **************** 123"),
        (f"é{VISA}\u0661\U0001f4b3", f"é{'*' * 16}\u0661\U0001f4b3"),
    ],
)
def test_text(text: str, masked: str) -> None:
    assert has_card(text)
    assert mask_text(text) == masked
    assert not has_card(masked)


@given(TEXTS)
def test_text_loses_its_cards_and_nothing_else(text: str) -> None:
    masked = mask_text(text)
    assert len(masked) == len(text)
    assert all(new == old or (new == "*" and old in "0123456789") for old, new in zip(text, masked, strict=True))
    assert not has_card(masked)
    assert mask_text(masked) is masked
    assert (masked is text) == (not has_card(text))
    assert suspicious(text.encode()) or masked is text


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        (
            f"GET /pay?card={VISA} HTTP/1.1\xff".encode("latin-1"),
            f"GET /pay?card={'*' * 16} HTTP/1.1\xff".encode("latin-1"),
        ),
        (rb"ref \x22378282246310005\x22", rb"ref \x22***************\x22"),
        (rb"\\x4111111111111111", rb"\\x****************"),
        (rb"\x4111111111111111", rb"\x****************"),
        (rb"\4111111111111111", rb"\****************"),
    ],
)
def test_bytes(raw: bytes, masked: bytes) -> None:
    assert mask_bytes(raw) == masked


@given(
    RAW
    | st.lists(TEXTS | st.sampled_from(["\\", "\\x", "\\x2", "\\x22", "\\xa"])).map(
        lambda parts: "".join(parts).encode()
    )
)
def test_bytes_keep_their_length(raw: bytes) -> None:
    masked = mask_bytes(raw)
    assert len(masked) == len(raw)
    assert not has_card(masked.decode("latin-1"))
    assert mask_bytes(masked) is masked
    assert suspicious(raw) or masked is raw


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        (b'{"card":"4111111111111111"}', b'{"card":"****************"}'),
        (b'{"4111 1111 1111 1111":1}', b'{"**** **** **** ****":1}'),
        (rb'{"card":"\u0034111111111111111"}', b'{"card":"****************"}'),
        (rb'["4111\u002D1111\u00201111\u002d1111"]', rb'["****\u002D****\u0020****\u002d****"]'),
        (rb'["\u00224111111111111111\n"]', rb'["\u0022****************\n"]'),
        (rb'["\\u0034111111111111111"]', rb'["\\u0034111111111111111"]'),
        (rb'["\\\u0034111111111111111\/"]', rb'["\\****************\/"]'),
        ('["é4111111111111111\u20ac"]'.encode(), '["é****************\u20ac"]'.encode()),
        (b'[4111111111111111, "a"]', b'[9999999999999999, "a"]'),
        (b"-4111111111111111.0", b"-9999999999999999.0"),
        (b" 4111111111111111e-15\n", b" 9999999999999999e-15\n"),
        (b"[4.111111111111111e15, 0.4111111111111111, 1e4111111111111111]", None),
        (b"[4111, 1111, 1111, 1111]", None),
        (b'["4111","1111","1111","1111"]', None),
        (b'{"a" : 1e999 ,"a":123456789012345678901234567890, "a":[ ]}', None),
        (b'{"n":4111111111111111,"n":4111111111111111}', b'{"n":9999999999999999,"n":9999999999999999}'),
        (b'{"card":"4111111111111111', b'{"card":"****************'),
        (b"card=4111111111111111&x", b"card=****************&x"),
        (b'{"card":4111 1111 1111 1111}', b'{"card":**** **** **** ****}'),
        (b'{"card":4111111111111111x}', b'{"card":****************x}'),
        (rb'{"card":"\q4111111111111111\4111111111111111"}', rb'{"card":"\q****************\****************"}'),
        (b'\xff"4111111111111111\xff"', b'\xff"****************\xff"'),
        (b'"4111111111111111\\', b'"****************\\'),
        (b"", None),
    ],
)
def test_json(raw: bytes, masked: bytes | None) -> None:
    assert mask_json(raw) == (raw if masked is None else masked)
    assert masked is not None or mask_json(raw) is raw


def masked_value(value: Any) -> Any:
    """What masking makes of decoded JSON, as ``pairs`` gives it."""
    match value:
        case ("object", members):
            return ("object", [(mask_text(key), masked_value(member)) for key, member in members])
        case list():
            return [masked_value(item) for item in value]
        case str():
            return mask_text(value)
        case _:
            return value


def masked_number(written: str) -> str:
    """A number as ``pairs`` gives it, and as masking leaves it."""
    digits = written.lower().lstrip("-").partition(".")[0].partition("e")[0]
    return written.replace(digits, "9" * len(digits), 1) if is_card(digits) else written


@given(json_texts(TEXTS | st.lists(TEXTS) | st.dictionaries(TEXTS, TEXTS)))
def test_strings_are_masked_as_they_read(raw: bytes) -> None:
    assert pairs(mask_json(raw)) == masked_value(pairs(raw))


@given(
    cards(), st.sampled_from(["", "-"]), st.sampled_from(["", ".0", ".5e3", "e2", "E-7"]), st.sampled_from(["", " "])
)
def test_numbers_stay_numbers(number: str, sign: str, rest: str, space: str) -> None:
    raw = f'{{"n":{space}{sign}{number}{rest}{space}}}'.encode()
    assert pairs(mask_json(raw)) == ("object", [("n", masked_number(f"{sign}{number}{rest}"))])
    assert len(mask_json(raw)) == len(raw)


@given(json_texts())
def test_valid_json_stays_valid(raw: bytes) -> None:
    masked = mask_json(raw)
    json.loads(masked)
    assert mask_json(masked) is masked
    assert suspicious(raw) or masked is raw


@given(json_texts().filter(lambda raw: not has_card(raw.decode()) and b"\\u" not in raw))
def test_json_without_a_card_is_the_same_object(raw: bytes) -> None:
    assert mask_json(raw, KEEP) is raw


@given(RAW)
@example(b'"\\u0034111111111111111')
@example(b'\\"\\u0034111111111111111"')
def test_any_bytes_are_masked_once_and_for_all(raw: bytes) -> None:
    masked = mask_json(raw)
    assert mask_json(masked) is masked
    assert suspicious(raw) or masked is raw


@given(grouped_cards(), VALUES)
def test_no_string_keeps_a_card(card: str, value: Any) -> None:
    raw = json.dumps({"a": [card, value], card: {"b": card}}).encode()
    assert not any(has_card(text) for text in strings(json.loads(mask_json(raw))))


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *strings(item))]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        (b'{"id":"V","data":{"id":"V"}}', b'{"id":"V","data":{"id":"*"}}'),
        (b'{"id":N, "time" : N ,"x":N}', b'{"id":N, "time" : N ,"x":#}'),
        (rb'{"\u0069d":"V"}', rb'{"\u0069d":"V"}'),
        (b'[{"id":"V"},{"a":["V"],"id":"V"}]', b'[{"id":"V"},{"a":["*"],"id":"V"}]'),
        (b'{"id":"V"}\n{"id":"V","b":"V"}', b'{"id":"V"}\n{"id":"V","b":"*"}'),
        (b'{"id":["V"]}', b'{"id":["*"]}'),
        (b'{"id":{"id":"V"}}', b'{"id":{"id":"*"}}'),
        (b'{"V":{"id":"V"},"id":"V"}', b'{"*":{"id":"*"},"id":"V"}'),
        (b'{"a":{"b":{}},"id":"V","c":"V"}', b'{"a":{"b":{}},"id":"V","c":"*"}'),
        (b'{"id":"V","id":N}', b'{"id":"V","id":N}'),
        (b'"id":"V"', b'"id":"*"'),
        (b'"V"', b'"*"'),
        (b'}]{"id":"V"}', b'}]{"id":"V"}'),
        (b'{"id" "V"}', b'{"id" "*"}'),
        (b'{"id" N}', b'{"id" #}'),
        (b'{"id":1 "V"}', b'{"id":1 "*"}'),
        (b'{"id":1 , N "V"', b'{"id":1 , # "*"'),
        (b'[["id":"V"]]', b'[["id":"*"]]'),
        (b'{"id\xff":"V"}', b'{"id\xff":"*"}'),
    ],
)
def test_what_is_kept(raw: bytes, masked: bytes) -> None:
    def filled(text: bytes) -> bytes:
        for mark, digits in ((b"V", VISA), (b"N", VISA), (b"*", "*" * 16), (b"#", "9" * 16)):
            text = text.replace(mark, digits.encode())
        return text

    assert mask_json(filled(raw), KEEP) == filled(masked)


@given(json_texts(st.dictionaries(st.sampled_from(["id", "a", "b"]), st.fixed_dictionaries({"id": TEXTS}) | TEXTS)))
def test_kept_paths_stay_and_others_are_masked(raw: bytes) -> None:
    before, after = json.loads(raw), json.loads(mask_json(raw, (("id",), ("a", "id"))))
    for key, value in before.items():
        if isinstance(value, dict):
            assert after[key] == {"id": value["id"] if key == "a" else mask_text(value["id"])}
        else:
            assert after[key] == (value if key == "id" else mask_text(value))


@pytest.mark.parametrize(
    ("data", "suspect"),
    [
        (b"", False),
        (b"12345678901", False),
        (b"123456789012", True),
        (b"2026-09-17T10:40:05.123456Z 192.0.2.17", False),
        (b"x 1 2-3 4-5 6x", True),
        (rb"\u0034", True),
        (rb"\u002D", True),
        (rb"\u0020", True),
        (rb"\u00e9\u0026\u003c \\ \n", False),
    ],
)
def test_suspicion(data: bytes, suspect: bool) -> None:
    assert suspicious(data) is suspect
    assert suspicious_spans(data) == [data.index(data.lstrip(b"x"))] if suspect else not suspicious_spans(data)


LINES = st.lists(RAW.map(lambda raw: raw.replace(b"\n", b"")), max_size=6)


@given(LINES)
def test_the_suspicious_lines_of_a_block(lines: list[bytes]) -> None:
    block = b"\n".join(lines)
    found = [block.count(b"\n", 0, hit) for hit in suspicious_spans(block)]
    assert found == [index for index, line in enumerate(lines) if suspicious(line)]


@pytest.mark.parametrize("place", [0, 65_523, 65_524, 65_525, 65_530, 65_535, 65_536, 65_537, 131_066, 199_988])
@pytest.mark.parametrize("fill", [b".", b"\n", b"1\n"])
def test_a_run_across_the_steps_of_the_search(place: int, fill: bytes) -> None:
    block = bytearray(fill * (200_000 // len(fill)))
    block[place : place + 12] = b"1234567890-1"
    block[place - 1 : place] = b"\n"[:place]
    [hit] = suspicious_spans(bytes(block))
    assert hit == place


@pytest.mark.parametrize(
    "raw",
    [
        b"1" * 500_000,
        b'"' * 500_000,
        b"\\" * 500_000,
        b"\\u0034" * 80_000,
        b'"' + b"4 1 6 2 5 0 " * 20_000,
        b"[" * 250_000 + VISA.encode(),
        b'{"a":' * 50_000 + f"{VISA},".encode() * 2_000,
        b'{"id":' * 50_000 + f'"id":"{VISA}",'.encode() * 2_000,
    ],
    ids=lambda raw: repr(raw[:8]),
)
def test_hostile_bytes_take_no_longer(raw: bytes) -> None:
    start = time.perf_counter()
    mask_json(raw, KEEP)
    mask_bytes(raw)
    suspicious_spans(raw)
    assert time.perf_counter() - start < 2


def encoded(data: bytes) -> bytes:
    return b64encode(data)


INNER = f'{{"card":"{VISA}","n":{VISA}}}'.encode()
MASKED_INNER = f'{{"card":"{"*" * 16}","n":{"9" * 16}}}'.encode()


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        (b'{"data_base64":"%s"}' % encoded(INNER), b'{"data_base64":"%s"}' % encoded(MASKED_INNER)),
        (b'[{"data_base64" : "%s"}]' % encoded(INNER), b'[{"data_base64" : "%s"}]' % encoded(MASKED_INNER)),
        (b'{"a":{"data_base64":"%s"}}' % encoded(INNER), b'{"a":{"data_base64":"%s"}}' % encoded(MASKED_INNER)),
        (
            b'{"data_base64":"%s"}' % encoded(b"???" + INNER).replace(b"/", rb"\/"),
            b'{"data_base64":"%s"}' % encoded(b"???" + MASKED_INNER),
        ),
        # cut off: what is left can be decoded in groups of four
        (
            b'{"data_base64":"%s' % encoded(INNER + b"   ")[:-2],
            b'{"data_base64":"%s' % encoded(MASKED_INNER + b"   ")[:-2],
        ),
        (b'{"data_base64":"%s' % encoded(INNER), b'{"data_base64":"%s' % encoded(MASKED_INNER)),
        # what is no base64, or holds no card, is masked as it stands
        (b'{"data_base64":"4111111111111111"}', b'{"data_base64":"****************"}'),
        (b'{"data_base64":"4111 1111 1111 1111"}', b'{"data_base64":"**** **** **** ****"}'),
        (b'{"data_base64":"\xff4111111111111111', b'{"data_base64":"\xff****************'),
        (b'{"data_base64":4111111111111111}', b'{"data_base64":9999999999999999}'),
        (b'{"data_base64":"%s"}' % encoded(b'{"a":1}'), None),
        (b'{"data_base64":"%s\xc3\xa9"}' % encoded(INNER), None),
        (b'{"other":"%s"}' % encoded(INNER), None),
        (b'["data_base64","%s"]' % encoded(INNER), None),
        (b'{"data_base64":["%s"]}' % encoded(INNER), None),
    ],
)
def test_what_is_encoded_can_be_masked_too(raw: bytes, masked: bytes | None) -> None:
    once = mask_json(raw, KEEP, ("data_base64",))
    assert once == (raw if masked is None else masked)
    assert (once is raw) == (masked is None)
    assert mask_json(once, KEEP, ("data_base64",)) is once
    assert len(once) == len(raw) or b"\\/" in raw


@given(json_texts())
def test_what_is_encoded_is_masked_as_when_it_is_not(raw: bytes) -> None:
    masked = mask_json(b'{"b":"%s"}' % encoded(raw), base64_keys=("b",))
    assert masked == b'{"b":"%s"}' % encoded(mask_json(raw))


TOKENS = st.sampled_from(
    [*'{}[]:,"', " ", "1", '{"b":', '"a":', ":\xa0", r"\"", f'"{encoded(INNER).decode()}"', f'"{VISA}"']
)


@given(st.lists(TOKENS, max_size=12).map("".join))
def test_text_that_is_passed_over_holds_nothing_encoded(text: str) -> None:
    """Valid or not: looking for a key with a string costs a twentieth of the pass that masks, and spares it."""
    masked = mask_json(text.encode("latin-1"), (), ("b",)).decode("latin-1")
    assert masked == _Json((), _Packed(("b",), Unpacker(0))).mask(text)


def test_a_kept_number_is_no_hit() -> None:
    raw = f'{{"id":"{VISA}","time":{VISA},"source":{VISA}}}'.encode()
    assert mask_json(raw, KEEP) is raw


MEGABYTE = 1 << 20


@pytest.mark.parametrize("function", [suspicious_spans, mask_bytes, lambda raw: mask_json(raw, KEEP)])
@pytest.mark.parametrize(
    "raw",
    [
        b"4" * MEGABYTE,
        b"[" + b"1," * (MEGABYTE // 2) + VISA.encode() + b"]",
        b'"' + b"\\n" * (MEGABYTE // 2) + VISA.encode() + b'"',
        b'"' * MEGABYTE + VISA.encode(),
        b"5 0 " * (MEGABYTE // 32),
    ],
    ids=lambda raw: repr(raw[:8]),
)
def test_hostile_bytes_take_no_more_memory(raw: bytes, function: Callable[[bytes], object]) -> None:
    tracemalloc.start()
    try:
        function(raw)
        assert tracemalloc.get_traced_memory()[1] < 8 * len(raw) + MEGABYTE
    finally:
        tracemalloc.stop()
