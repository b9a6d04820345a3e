"""The oracle as a whole, on files whose tables are plain."""

import gzip
import json
from base64 import b64encode
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.oracle.judging import judge
from tests.oracle.records import File, Mapping, Options

TIME, MINUTE, NEXT = "2026-09-17T10:40:05Z", "2026-09-17T10:40:00Z", "2026-09-17T10:41:00Z"
VIEW = "web.page_view.v1"


def view(event_id: str, **more: Any) -> bytes:
    event = {"id": event_id, "source": "s", "type": VIEW, "time": TIME, "data": {"url": "/a", "user_id": "1"}}
    return json.dumps(event | more).encode()


def envelope(data: bytes, **more: Any) -> bytes:
    return json.dumps({"message": {"data": b64encode(data).decode(), **more}}).encode()


def lines(*texts: bytes) -> File:
    return File(b"\n".join(texts) + b"\n", "lines")


def seen(*files: File, options: Options = Options()) -> tuple[list[Any], set[Any], list[Any]]:  # noqa: B008 - immutable
    """Rows of page views, letters as reason, message id, position and pointers, and the ledger."""
    tables = judge([files], options)
    letters = {(letter.reason, letter.message_id, letter.position, letter.pointers) for letter in tables.dead_letters}
    return tables.page_views, letters, tables.ledgers[0]


def test_the_same_event_again_is_a_duplicate_and_the_same_place_is_nothing():
    first = lines(view("1"), view("1"), view("2", data={"url": "/a#b", "user_agent": "Googlebot"}))
    copy = File(gzip.compress(first.stored), "lines")
    views, letters, ledger = seen(first, copy)
    assert views == [["/a", MINUTE, NEXT, 2, 1, 1]]
    assert letters == set()
    assert ledger == [["", "", 3, 0, 0, {}, 0], [VIEW, MINUTE, 0, 2, 1, {}, 0]]


def test_one_of_each_kind_of_fault():
    late = envelope(view("1"), messageId="m", publishTime="2026-09-17T11:40:06Z")
    bad = lines(
        b"{", view("2", data={"url": 5}), view("3", time="now"), view("4", type="x"), late, b'{"message": {"data": 5}}'
    )
    views, letters, ledger = seen(bad)
    assert views == []
    assert letters == {
        ("not_json", None, "0", ()),
        ("contract_violated", None, "2", ("/data/url",)),
        ("bad_time", None, str(2 + len(view("2", data={"url": 5})) + 1), ("/time",)),
        *(letter for letter in letters if letter[0] == "unknown_contract"),
        ("too_late", "m", "0", ("/time",)),
        *(letter for letter in letters if letter[0] == "bad_envelope"),
    }
    assert Counter(letter[0] for letter in letters)["unknown_contract"] == 1
    assert [letter[3] for letter in letters if letter[0] == "bad_envelope"] == [("/message/data",)]
    assert ledger == [
        ["", "", 6, 0, 0, {"bad_envelope": 1, "not_json": 1, "too_late": 1, "unknown_contract": 1}, 0],
        [VIEW, "", 0, 0, 0, {"bad_time": 1}, 0],
        [VIEW, MINUTE, 0, 0, 0, {"contract_violated": 1}, 0],
    ]


def test_bounds():
    deep = view("1", data={"url": "/a", "x": [[[]]]})
    few = Options(max_nesting=4, max_events_per_message=1, max_message_bytes=300, max_decompressed_bytes=99)
    bomb = envelope(gzip.compress(b" " * 100), messageId="m")
    _, letters, _ = seen(lines(deep, b"[" + view("1") + b"," + b"{}]", b" " * 300 + b"1", bomb), options=few)
    assert sorted(letter[0] for letter in letters) == [
        "decompressed_too_large",
        "too_deep",
        "too_large",
        "too_many_events",
    ]


def test_a_file_that_is_cut_off_gives_what_was_readable():
    data = view("1") + b"\n" + view("2")
    views, letters, _ = seen(File(gzip.compress(data) + b"no gzip", "lines"))
    assert views == [["/a", MINUTE, NEXT, 1, 0, 1]]
    assert letters == {("not_decompressible", None, str(len(view("1")) + 1), ())}
    (letter,) = judge([[File(gzip.compress(data) + b"no gzip", "lines")]], Options()).dead_letters
    assert letter.payload == view("2")[:64]


def test_places_in_arrays_and_messages():
    array = b"[" + view("1") + b", 5, " + envelope(b"5") + b"]"
    _, letters, _ = seen(lines(array, envelope(view("2") + b"\n\n6\n")))
    assert {letter[2] for letter in letters} == {"0/1", "0/2/0", f"{len(array) + 1}/1"}
    _, letters, _ = seen(File(b"[\n 5,\n{}\n]", "array"))
    assert {letter[2] for letter in letters} == {"3", "6"}


def test_binary_mode_and_plain_json():
    attributes = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": VIEW, "ce-time": TIME}
    plain = json.dumps({"at": TIME, "page": {"path": "/a"}, "uid": "1"}).encode()
    options = Options(
        mapping=Mapping(VIEW, "", "at", (("page.path", "url"), ("uid", "user_id"))),
        window_duration=timedelta(minutes=5),
    )
    views, letters, _ = seen(lines(plain, plain, envelope(b'{"url": "/a"}', attributes=attributes)), options=options)
    assert views == [["/a", MINUTE, "2026-09-17T10:45:00Z", 3, 0, 1]]
    assert letters == set()


def test_runs_share_page_views_and_dead_letters_but_no_account():
    runs = [[lines(view("1"), b"{")], [lines(view("1"), b"{", view("2"))]]
    tables = judge(runs, Options())
    assert tables.page_views == [["/a", MINUTE, NEXT, 2, 0, 1]]
    assert tables.dead_letters.total() == 2
    assert [ledger[0][2] for ledger in tables.ledgers] == [2, 3]


def test_card_numbers_are_masked_before_anything_is_counted():
    cards = [
        view(str(n), data={"url": "/a", "user_id": card})
        for n, card in enumerate(("4111111111111111", "5555555555554444"))
    ]
    views, _, ledger = seen(lines(*cards))
    assert views == [["/a", MINUTE, NEXT, 2, 0, 1]]
    assert ledger[1] == [VIEW, MINUTE, 0, 2, 0, {}, 2]
