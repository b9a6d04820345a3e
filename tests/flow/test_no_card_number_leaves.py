"""No card number reaches a table, whatever it came in: everything in the store is searched, base64 undone."""

import gzip
import json
import re
import sqlite3
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.program import read_tables, run_here

CARD, MASKED = "4111111111111111", "****************"
SPACED = "4111 1111 1111 1111"
SEEN = re.compile(rb"4[ -]?1[ -]?1[ -]?1[ -]?(?:1[ -]?){4}")  # half of it is too much
BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}=*")


def event(data: Any = None, **members: Any) -> bytes:
    whole = {"id": "1", "source": "s", "type": "web.page_view.v1", "time": "2026-09-17T10:40:05Z", "data": data}
    return json.dumps({name: value for name, value in (whole | members).items() if value is not None}).encode()


def message(data: bytes, **members: Any) -> bytes:
    return json.dumps({"message": {"data": b64encode(data).decode(), **members}}).encode()


def encoded(data: dict[str, Any]) -> str:
    return b64encode(json.dumps(data).encode()).decode()


VIEW = {"url": f"/receipt/{CARD}", "user_id": CARD, "note": SPACED}
CASES = {
    "event": event(VIEW),
    "escaped": event(VIEW).replace(b"4", b"\\u0034"),
    "key": event({"url": "/a", CARD: 1}),
    "number": event({"url": "/a", "number": int(CARD)}),
    "contract violated": event({"url": 5, "note": SPACED}),
    "violation": event({"url": SPACED}),
    "no json": b'{"note": "' + CARD.encode(),
    "no event": json.dumps({"pan": CARD}).encode(),
    "no contract": event(VIEW, type=f"card {SPACED}"),
    "no utf-8": b'{"note": "\xff' + SPACED.encode() + b'"}',
    "bad time": event(VIEW, time="yesterday"),
    "array": b"[" + event(VIEW) + b", " + CARD.encode() + b"]",
    "log line": f'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET /{CARD} HTTP/1.1" 200 5 "-" "{SPACED}"'.encode(),
    "bad log line": b'192.0.2.1 - - [17/Sep/2026:10:40:05 +0000] "GET / HTTP/1.1" 200 5 ' + SPACED.encode(),
    "message": message(event(VIEW)),
    "attribute": message(b"{}", attributes={"note": SPACED, CARD: "name"}),
    "binary mode": message(
        json.dumps({"url": 5, "note": CARD}).encode(),
        attributes={"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "web.page_view.v1"},
    ),
    "gzip": message(gzip.compress(event({"url": 5, "note": SPACED}))),
    "bad message": message(event(VIEW), attributes=SPACED),
    "bad message of text": message(b"{}", attributes=SPACED),
    "encoded data": event(data_base64=encoded(VIEW)),
    "encoded data refused": event(data_base64=encoded({"url": 5, "note": CARD})),
    "too large": b'{"note": "' + b" " * 40 + SPACED.encode() + b" " * 2000 + b'"}',
}
ALONE = ("bad message", "encoded data", "encoded data refused", "too large")


def test_no_card_number_is_stored(tmp_path):
    """One run over all that is masked: every case is a file."""
    sound = {case: data for case, data in CASES.items() if case not in ALONE}
    (tmp_path / "in").mkdir()
    for case, data in sound.items():
        (tmp_path / "in" / case).write_bytes(data + b"\n")
    run_here(tmp_path / "out", "--input", tmp_path / "in")
    tables = read_tables(tmp_path / "out")
    assert [row[0] for row in tables["page_views"]] == [f"/{MASKED}", "/a", f"/receipt/{MASKED}"]
    assert Counter(row["reason"] for row in tables["dead_letters"]) == {
        "bad_envelope": 1,
        "bad_log_line": 1,
        "bad_time": 1,
        "contract_violated": 4,
        "not_an_event": 3,
        "not_json": 1,
        "not_utf8": 1,
        "unknown_contract": 1,
    }
    assert [value for value in stored(tmp_path / "out") if SEEN.search(value)] == []


@pytest.mark.parametrize("case", ALONE)
def test_no_card_number_leaks(case, tmp_path):
    path = tmp_path / "input"
    path.write_bytes(CASES[case] + b"\n")
    run_here(tmp_path / "out", "--input", path, "--max_message_bytes", "1000B")
    assert [value for value in stored(tmp_path / "out") if SEEN.search(value)] == []


def stored(output: Path) -> Iterator[bytes]:
    """Every text and blob of every table, and what is base64 in it."""
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in store.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - the names are the store's own
                for value in row:
                    data = value if isinstance(value, bytes) else str(value).encode()
                    yield data
                    yield from (b64decode(text + b"==") for text in BASE64.findall(data) if len(text) % 4 == 0)
