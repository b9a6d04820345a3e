"""An output that cannot be used, or is somebody else's, is told in a sentence, and left as it is."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.endpoints import sqlite_access
from tests.pipeline.runs import no_stack_trace, run
from tests.program import read_tables


def test_an_output_of_other_options_names_each(tmp_path, views, capsys):
    out = tmp_path / "out"
    assert run(capsys, "--input", views, "--output", out, "--quiet").status == 0
    before = read_tables(out)
    others = ["--window_duration", "5m", "--keep_query", "--event_type", "web.page_view.v1", "--rename", "page=url"]
    seen = run(capsys, "--input", views, "--output", out, *others)
    assert seen.status == 2
    assert seen.err.startswith("The command line has 3 faults; nothing was run.\n")
    made = f"as {out}/millrace.db was made with, or another --output\n    example   --output {out}2\n"
    assert f"--window_duration\n    given     300s\n    expected  60s, {made}" in seen.err
    assert f"--keep_query\n    given     true\n    expected  false, {made}" in seen.err
    assert f"given     --event_type web.page_view.v1 --rename page=url\n    expected  none, {made}" in seen.err
    assert read_tables(out) == before


def test_an_output_of_other_contracts(tmp_path, views, capsys):
    out, contracts = tmp_path / "out", tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "shop.order.v1.json").write_text("{}")
    assert run(capsys, "--input", views, "--output", out, "--quiet").status == 0
    seen = run(capsys, "--input", views, "--output", out, "--contracts", contracts)
    assert seen.status == 2
    assert "--contracts\n    given     contracts of fingerprint " in seen.err


def test_an_output_of_another_schema_version(tmp_path, views, capsys):
    out = tmp_path / "out"
    assert run(capsys, "--input", views, "--output", out, "--quiet").status == 0
    with closing(sqlite3.connect(out / "millrace.db")) as connection:
        connection.execute("PRAGMA user_version = 7")
    content = (out / "millrace.db").read_bytes()
    seen = run(capsys, "--input", views, "--output", out)
    assert seen.status == 2
    assert f"an output of schema version 4; {out}/millrace.db has version 7: use the Millrace that made it" in seen.err
    assert (out / "millrace.db").read_bytes() == content


def foreign_database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("statement", ["CREATE TABLE t (x)", "PRAGMA application_id = 5", "PRAGMA user_version = 1"])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_another_programs_database_is_left_untouched(tmp_path, views, statement, mode, capsys):
    out = tmp_path / "out"
    out.mkdir()
    foreign_database(out / "millrace.db", f"PRAGMA journal_mode = {mode}", statement)
    content = (out / "millrace.db").read_bytes()
    seen = run(capsys, "--input", views, "--output", out)
    assert seen.status == 2
    assert f"an output of Millrace; {out}/millrace.db is another program's, and is left as it is" in seen.err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"millrace.db": content}


def test_another_programs_database_in_use_is_left_untouched(tmp_path, views, capsys):
    out = tmp_path / "out"
    out.mkdir()
    with closing(sqlite3.connect(out / "millrace.db", isolation_level=None)) as other:
        for statement in ("CREATE TABLE t (x)", "PRAGMA journal_mode = wal", "INSERT INTO t VALUES (1)"):
            other.execute(statement)
        content = {path.name: path.read_bytes() for path in out.iterdir() if not path.name.endswith("-shm")}
        assert run(capsys, "--input", views, "--output", out).status == 2
        assert {path.name: path.read_bytes() for path in out.iterdir() if path.name in content} == content
        assert other.execute("SELECT * FROM t").fetchall() == [(1,)]


@pytest.mark.parametrize("content", [b"x", b"hello\n" * 5, b"\0" * 8192, b"SQLite format 2\0" * 300], ids=len)
def test_a_file_that_is_no_database_is_left_untouched(tmp_path, views, content, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "millrace.db").write_bytes(content)
    seen = run(capsys, "--input", views, "--output", out)
    assert seen.status == 2
    assert no_stack_trace(seen)
    assert "an output of Millrace" in seen.err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"millrace.db": content}


def test_a_damaged_store(tmp_path, views, capsys):
    out = tmp_path / "out"
    assert run(capsys, "--input", views, "--output", out, "--quiet").status == 0
    content = bytearray((out / "millrace.db").read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    (out / "millrace.db").write_bytes(content)
    seen = run(capsys, "--input", views, "--output", out)
    assert (seen.status, no_stack_trace(seen)) == (1, True)
    assert f"cannot use {out}/millrace.db: it is damaged; move it away" in seen.err


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_an_output_folder_that_is_a_file(tmp_path, views, name, capsys):
    (tmp_path / "file").write_text("mine")
    seen = run(capsys, "--input", views, "--output", tmp_path / name)
    assert seen.status == 2
    assert f"--output\n    given     {tmp_path / name}\n    expected  a folder" in seen.err
    assert (tmp_path / "file").read_text() == "mine"


def test_an_output_on_another_file_system(tmp_path, views, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    seen = run(capsys, "--input", views, "--output", "gs://bucket/out")
    assert seen.status == 2
    assert "a folder on this machine" in seen.err
    assert [path.name for path in tmp_path.iterdir()] == ["views.jsonl"]


def test_a_store_that_cannot_be_opened(tmp_path, views, capsys):
    (tmp_path / "out" / "millrace.db").mkdir(parents=True)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out")
    assert (seen.status, no_stack_trace(seen)) == (1, True)
    assert f"cannot use {tmp_path}/out/millrace.db: it cannot be opened" in seen.err


def test_a_folder_that_may_not_be_made(tmp_path, views, monkeypatch, capsys):
    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out")
    assert seen == (1, "", f"millrace: cannot make the folder {tmp_path}/out: Permission denied\n")


@pytest.mark.usefixtures("heeded_permissions")
def test_a_folder_without_permission(tmp_path, views, capsys):
    (tmp_path / "out").mkdir(mode=0o500)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out")
    assert (seen.status, no_stack_trace(seen)) == (1, True)
    assert "it cannot be opened; its folder must be there and be writable" in seen.err


def test_a_store_that_another_program_keeps_locked(tmp_path, views, monkeypatch, capsys):
    out = tmp_path / "out"
    assert run(capsys, "--input", views, "--output", out, "--quiet").status == 0
    monkeypatch.setattr(sqlite_access, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(sqlite_access, "BUSY_ATTEMPTS", 3)
    with closing(sqlite3.connect(out / "millrace.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        seen = run(capsys, "--input", views, "--output", out, "--quiet")
    assert seen.status == 1
    assert seen.err.startswith(
        f"millrace: cannot use {out}/millrace.db: another program keeps it locked (SQLITE_BUSY)\n"
    )
