"""The archive through the real command: what it holds, that a rerun adds nothing, that it is read as it was written."""

import base64
import gzip
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.__main__ import main
from pipeline.surroundings import SAMPLE
from tests.flow.archives import files_of, rows_of
from tests.golden.test_golden import FORMS, expected, input_of
from tests.program import read_tables, run_here, select

CARD, MASKED = "4111111111111111", "****************"


def event(event_id: str, time: str = "2026-09-17T10:40:05Z", **data: Any) -> dict[str, Any]:
    return {"id": event_id, "source": "//s", "type": "web.page_view.v1", "time": time, "data": {"url": "/"} | data}


def envelope(body: bytes, message_id: str = "", **more: Any) -> bytes:
    message = {"data": base64.b64encode(body).decode(), **more} | ({"messageId": message_id} if message_id else {})
    return json.dumps({"message": message}).encode()


def compact(*events: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in events)


# run(archive(x)) = run(x)


@pytest.mark.parametrize("case", FORMS)
def test_a_run_over_the_archive_gives_the_same_tables(case, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert run_here(first, "--input", input_of(case), *FORMS[case]) == 0
    assert run_here(second, "--input", first / "archive", *FORMS[case]) == 0
    assert read_tables(second) == read_tables(first)
    assert rows_of(second) == rows_of(first)


@pytest.mark.parametrize("options", [(), ("--keep_opaque_payloads",)])
def test_the_samples_archive_of_the_archive(options, tmp_path):
    outputs = [tmp_path / name for name in ("first", "second", "third")]
    assert run_here(outputs[0], "--input", SAMPLE, *options) == 0
    assert run_here(outputs[1], "--input", outputs[0] / "archive", *options) == 0
    assert run_here(outputs[2], "--input", outputs[1] / "archive", *options) == 0
    assert read_tables(outputs[0]) == read_tables(outputs[1]) == read_tables(outputs[2])
    assert rows_of(outputs[0]) == rows_of(outputs[1]) == rows_of(outputs[2])


BINARY = {
    "ce-specversion": "1.0",
    "ce-source": "//b",
    "ce-type": "web.page_view.v1",
    "ce-time": "2026-09-17T10:40:05Z",
}
NASTY = {
    "a gzip that is cut off": envelope(gzip.compress(b'{"a": 1}')[:-9], "m-1"),
    "gzip said, and it is none": envelope(b"{}", "m-1", attributes={"content-encoding": "gzip"}),
    "another encoding": envelope(b"{}", "m-1", attributes={"content-encoding": "br"}),
    "too many events, compressed": envelope(gzip.compress(compact(*(event(str(n)) for n in range(40)))), "m-1"),
    "an array that never ends": envelope(b"[", "m-1", publishTime="2026-09-17T10:40:05Z"),
    "an empty message": envelope(b"", "m-1"),
    "an empty message without an id": envelope(b""),
    "a line with an array that never ends": b"[",
    "an array with an envelope in it": b"[" + envelope(compact(event("1"), event("2"))) + b", 5]",
    "an envelope in an envelope": envelope(envelope(compact(event("1")))),
    "a bad envelope": b'{"message": {"data": "!", "attributes": {"a": 5}}}',
    "bad envelopes in an array": b'[{"message": {"data": {}}}, 5, {"message": {"data": "!", "messageId": "m-1"}}]',
    "bad envelopes in an array, and a card": b'[{"message": {"data": {}, "n": %s}}]' % CARD.encode(),
    "a bad envelope with a card in it": envelope(compact(event("1", note=CARD)), attributes={"a": 5}),
    "a bad envelope with a card in gzip": envelope(gzip.compress(compact(event("1", note=CARD))), attributes={"a": 5}),
    "cards": compact(event(CARD, note=CARD), event("2", n=int(CARD)), event("3", url=5, note=CARD)),
    "cards in a message": envelope(compact(event("1"), event("2", note=CARD), event("3", url=5, note=CARD)), "m-1"),
    "a card in base64": compact(
        event("1") | {"data_base64": base64.b64encode(b'{"url":"/%s"}' % CARD.encode()).decode()}
    ),
    "a card in an attribute": envelope(compact(event("1")), "m-1", attributes={"note": CARD, CARD: "x"}),
    "two lines that differ by a card": compact(event("1", note=CARD), event("1", note="5555555555554444")),
    "no text": b'{"id": "\xff"}\n' + envelope(b'{"id": "\xff"}', "m-1"),
    "too deep": b"[" * 90 + b"]" * 90 + b"\n" + envelope(b'{"a":' * 90 + b"1" + b"}" * 90),
    "a long line": b'{"a": "' + b"x" * 3000 + b'"}',
    "binary mode": envelope(
        b'{"url": "/b"}',
        "m-1",
        attributes=BINARY | {"ce-id": CARD},
    ),
    "the same again": compact(event("1"), event("1")) + b"\n" + envelope(compact(event("1")), "m-1"),
    "one id, two contents": envelope(compact(event("1")), "m-1") + b"\n" + envelope(compact(event("2")), "m-1"),
    "one id, two contents that are none": envelope(b"{", "m-1") + b"\n" + envelope(b"[1", "m-1"),
    "one id, published twice, once too late": b"\n".join(
        envelope(compact(event("1")), "m-1", publishTime=f"2026-09-17T{time}:00Z") for time in ("10:41", "12:41")
    ),
    "one id, published twice, both too late": b"\n".join(
        envelope(compact(event("1")), "m-1", publishTime=f"2026-09-17T{time}:00Z") for time in ("11:41", "12:41")
    ),
    "one id, two attributes": b"\n".join(
        envelope(b"{", "m-1", attributes=attributes) for attributes in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {})
    ),
    "one id, in binary mode and not": b"\n".join(
        envelope(b'{"url": "/b"}', "m-1", attributes=attributes)
        for attributes in (BINARY | {"ce-id": "1"}, BINARY | {"ce-id": "2"}, {})
    ),
    "one id, two contents that cannot be opened": b"\n".join(
        envelope(gzip.compress(text)[:-9], "m-1") for text in (b"a", b"b")
    ),
}


@pytest.mark.parametrize("case", NASTY)
def test_nasty_input_comes_back_as_it_was(case, tmp_path):
    path = tmp_path / "input.jsonl"
    path.write_bytes(compact(event("first")) + b"\n" + NASTY[case] + b"\n")
    bounds = ("--max_message_bytes", "2000", "--max_events_per_message", "30")
    first, second = tmp_path / "first", tmp_path / "second"
    assert run_here(first, "--input", path, *bounds) == 0
    assert run_here(second, "--input", first / "archive", *bounds) == 0
    assert read_tables(second) == read_tables(first)
    assert rows_of(second) == rows_of(first)
    # Both at once: what is in the archive is what was in the file, and nothing is received twice.
    both = tmp_path / "both"
    assert run_here(both, "--input", f"{path},{first / 'archive'}", *bounds) == 0
    assert read_tables(both) == read_tables(first)


def test_a_line_that_is_too_large_here_and_cut_off_in_a_copy_has_two_places(tmp_path):
    folder, first, second = (tmp_path / name for name in ("in", "first", "second"))
    folder.mkdir()
    data = compact(event("1")) + b"\n" + b"x" * 3000
    (folder / "a.jsonl").write_bytes(data)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(data)[:-4])
    assert run_here(first, "--input", folder, "--max_message_bytes", "2000") == 0
    reasons = sorted(row["reason"] for row in read_tables(first)["dead_letters"])
    assert reasons == ["not_decompressible", "too_large"]
    assert run_here(second, "--input", first / "archive", "--max_message_bytes", "2000") == 0
    assert read_tables(second)["dead_letters"] == read_tables(first)["dead_letters"]


# Once and no more


def test_a_rerun_writes_the_same_files(tmp_path):
    assert run_here(tmp_path, "--input", SAMPLE) == 0
    first = files_of(tmp_path)
    assert len(first) > 5
    assert run_here(tmp_path, "--input", SAMPLE) == 0
    assert files_of(tmp_path) == first


def test_the_archive_read_into_its_own_output_archives_nothing_twice(tmp_path):
    assert run_here(tmp_path, "--input", SAMPLE) == 0
    files, tables = files_of(tmp_path), read_tables(tmp_path)
    assert run_here(tmp_path, "--input", tmp_path / "archive") == 0
    assert files_of(tmp_path) == files
    again = read_tables(tmp_path)
    assert again["page_views"] == tables["page_views"]
    assert again["dead_letters"] == tables["dead_letters"]
    (tmp_path / "link").symlink_to(tmp_path / "archive")
    assert run_here(tmp_path, "--input", tmp_path / "link") == 0
    assert files_of(tmp_path) == files


def test_files_that_were_renamed_and_compressed_are_archived_once(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        shutil.copy(input_of("json_lines"), tmp_path / name)
    assert run_here(tmp_path / "one", "--input", tmp_path / "a.jsonl") == 0
    assert run_here(tmp_path / "two", "--input", f"{tmp_path}/*.jsonl") == 0
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")


def test_an_output_among_the_input_is_not_read_again(tmp_path):
    shutil.copy(input_of("json_lines"), tmp_path / "a.jsonl")
    ledgers = []
    for _ in range(2):
        assert run_here(tmp_path / "out", "--input", tmp_path) == 0
        ledgers.append(read_tables(tmp_path / "out")["ledger"])
    assert ledgers[0] == ledgers[1]


def test_no_archive(tmp_path):
    assert run_here(tmp_path, "--input", input_of("json_lines"), "--no_archive") == 0
    assert not (tmp_path / "archive").exists()
    assert read_tables(tmp_path)["page_views"] == expected("json_lines")["page_views"]


# What it holds


def test_rows_of_a_message(tmp_path):
    late, good = event("1", "2026-09-17T08:00:00Z"), event("2", "2026-09-17T10:59:59.5Z", note=CARD)
    data = gzip.compress(compact(late, good) + b"\n{")
    line = envelope(data, "m-1", publishTime="2026-09-17T11:00:02Z", attributes={"by": "é", "card": CARD})
    (tmp_path / "input").write_bytes(line)
    assert run_here(tmp_path / "out", "--input", tmp_path / "input") == 0
    rows = rows_of(tmp_path / "out")
    times = [
        [None if row[name] is None else row[name].isoformat() for name in ("publish_time", "first_event_time")]
        for row in rows
    ]
    assert times == [
        ["2026-09-17T11:00:02+00:00", None],
        ["2026-09-17T11:00:02+00:00", "2026-09-17T10:59:59.500000+00:00"],
        ["2026-09-17T11:00:02+00:00", None],
    ]
    assert all(row["first_event_time"] == row["last_event_time"] for row in rows)
    kept = ("folder", "message_id", "position", "data", "form", "encoding", "masked", "unreadable")
    masked = json.dumps(good).replace(CARD, MASKED).encode()
    assert [[row[name] for name in kept] for row in rows] == [
        ["dt=2026-09-17/hour=11", "m-1", "0", json.dumps(late).encode(), "message", "gzip", False, None],
        ["dt=2026-09-17/hour=10", "m-1", "1", masked, "message", "gzip", True, None],
        ["dt=2026-09-17/hour=11", "m-1", "2", b"{", "message", "gzip", False, None],
    ]
    assert [json.loads(row["attributes"]) for row in rows] == [{"by": "é", "card": MASKED}] * 3


def test_rows_of_a_file(tmp_path):
    (tmp_path / "input").write_bytes(compact(event("1"), event("2", "0999-12-31T23:59:00Z")) + b"\nnothing\n")
    assert run_here(tmp_path / "out", "--input", tmp_path / "input") == 0
    rows = rows_of(tmp_path / "out")
    assert {row["message_id"].partition("-")[0] for row in rows} == {rows[0]["message_id"].partition("-")[0]}
    length = len(compact(event("1"))) + 1
    wanted = {
        ("dt=2026-09-17/hour=10", "0", compact(event("1"))),
        ("dt=0999-12-31/hour=23", str(length), compact(event("2", "0999-12-31T23:59:00Z"))),
        ("dt=unknown", str(length + len(compact(event("2", "0999-12-31T23:59:00Z"))) + 1), b"nothing"),
    }
    assert {(row["folder"], row["position"], row["data"]) for row in rows} == wanted
    assert [row["publish_time"] for row in rows] == [None] * 3


def test_a_file_is_never_seen_half_written(tmp_path, monkeypatch):
    """Whatever lies in a folder with a date has been renamed to there, from outside, in one step."""
    renamed = {}
    rename = Path.rename

    def note(self: Path, target: Path) -> Path:
        renamed[str(target)] = self.read_bytes()
        assert "dt=" not in str(self)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", note)
    assert run_here(tmp_path, "--input", input_of("json_lines")) == 0
    assert {str(Path("archive", path)): data for path, data in files_of(tmp_path).items()} == {
        str(Path(path).relative_to(tmp_path)): data for path, data in renamed.items()
    }


def test_what_a_killed_run_left_half_written_goes_after_a_day(tmp_path):
    incoming = tmp_path / "archive" / ".incoming"
    incoming.mkdir(parents=True)
    old, new = incoming / "old.parquet.1", incoming / "new.parquet.2"
    for path in (old, new):
        path.write_bytes(b"PAR1")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert run_here(tmp_path, "--input", input_of("json_lines")) == 0
    assert (old.exists(), new.exists()) == (False, True)


# When it breaks


@pytest.mark.parametrize("kind", ["damaged", "cut off", "foreign"])
def test_a_parquet_file_that_is_none_of_ours_is_one_reject(kind, tmp_path, capsys):
    path = tmp_path / "in" / "other.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"id": [1, 2, 3]}), path)
    if kind == "cut off":
        path.write_bytes(path.read_bytes()[:-20])
    elif kind == "damaged":
        path.write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    shutil.copy(input_of("json_lines"), tmp_path / "in" / "a.jsonl")
    assert run_here(tmp_path / "out", "--input", tmp_path / "in") == 0
    letters = [row for row in read_tables(tmp_path / "out")["dead_letters"] if row["reason"] == "bad_archive"]
    assert [(row["message_id"], row["position"]) for row in letters] == [("other", "")]
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pipeline.endpoints.archive.FIRST_WAIT_SECONDS", 0.001)
    (tmp_path / "archive").write_text("in the way", encoding="utf-8")
    assert main(["--input", str(input_of("json_lines")), "--output", str(tmp_path), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert f"cannot write the archive, {tmp_path / 'archive'}: Not a directory" in told
    assert "Traceback" not in told
    (tmp_path / "archive").unlink()
    assert run_here(tmp_path, "--input", input_of("json_lines")) == 0
    assert select(tmp_path, "SELECT sum(received) FROM ledger") == [[16]]
