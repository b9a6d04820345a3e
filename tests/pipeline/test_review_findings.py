"""Inputs that once went wrong, each through the whole program."""

import base64
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.__main__ import main
from pipeline.endpoints.sqlite_access import connect

TIME = "2026-09-17T10:40:05Z"


def view(event_id: str, url: str = "/", source: str = "//s") -> dict[str, Any]:
    return {"id": event_id, "source": source, "type": "web.page_view.v1", "time": TIME, "data": {"url": url}}


def envelope(event: dict[str, Any], message_id: str) -> dict[str, Any]:
    return {"message": {"data": base64.b64encode(json.dumps(event).encode()).decode(), "messageId": message_id}}


def views(folder: Path, text: str, *options: str) -> list[tuple[str, int]]:
    path = folder / "input"
    path.write_text(text, encoding="utf-8")
    status = main(["--input", str(path), "--output", str(folder / "out"), "--quiet", *options])
    with closing(connect(str(folder / "out" / "millrace.db"))) as store:
        (refused,) = store.execute("SELECT count(*) FROM dead_letters").fetchone()
        assert (status, refused) == (0, 0)
        return list(store.execute("SELECT url, sum(views) FROM page_views GROUP BY url ORDER BY url"))


@pytest.mark.parametrize("count", [1, 2, 18, 19, 20, 25])
def test_a_short_array_with_an_element_a_line(count, tmp_path):
    text = "[\n" + ",\n".join(json.dumps(view(str(number))) for number in range(count)) + "\n]\n"
    assert views(tmp_path, text) == [("/", count)]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_of_push_envelopes_on_one_line_and_on_many(indent, tmp_path):
    text = json.dumps([envelope(view("1"), "m1"), envelope(view("2", "/b"), "m2"), view("3")], indent=indent)
    assert views(tmp_path, text) == [("/", 2), ("/b", 1)]


def test_an_array_whose_first_element_is_longer_than_what_is_looked_at(tmp_path):
    long = view("1")
    long["data"]["note"] = "x" * 100_000
    assert views(tmp_path, json.dumps([long, view("2")], indent=1)) == [("/", 2)]


def test_one_event_very_many_times(tmp_path):
    """Places are told apart by 64 bits: by 32, some of 150,000 would meet."""
    assert views(tmp_path, (json.dumps(view("1")) + "\n") * 150_000) == [("/", 1)]


def test_a_nul_forges_no_identity(tmp_path):
    lines = [view("b\0c", source="a"), view("c", source="a\0b")]
    assert views(tmp_path, "\n".join(map(json.dumps, lines))) == [("/", 2)]


def test_the_store_within_the_input_is_no_input(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_text(json.dumps(view("1")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert [main(["--input", ".", "--quiet"]) for _ in range(2)] == [0, 0]


def test_a_linked_folder_is_read_once(tmp_path):
    (tmp_path / "in" / "real").mkdir(parents=True)
    (tmp_path / "in" / "real" / "a.jsonl").write_text(json.dumps(view("1")), encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jsonl").write_text(json.dumps(view("2")), encoding="utf-8")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in")
    assert main(["--input", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--quiet"]) == 0
    with closing(connect(str(tmp_path / "out" / "millrace.db"))) as store:
        assert list(store.execute("SELECT sum(views) FROM page_views")) == [(2,)]


def test_a_member_that_stands_twice_is_explained(tmp_path):
    (tmp_path / "input").write_text('{"id": 5, ' + json.dumps(view("1"))[1:], encoding="utf-8")
    main(["--input", str(tmp_path / "input"), "--output", str(tmp_path / "out"), "--max_reject_ratio", "1", "--quiet"])
    with closing(connect(str(tmp_path / "out" / "millrace.db"))) as store:
        ((reason, message),) = store.execute("SELECT reason, error_message FROM dead_letters")
    assert reason == "not_an_event"
    assert "stands twice" in message


def test_a_bundled_contract_is_not_replaced(tmp_path, capsys):
    (tmp_path / "web.page_view.v1.json").write_text('{"type": "object"}', encoding="utf-8")
    assert main(["--contracts", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert "is bundled" in capsys.readouterr().err
