"""What goes wrong is told in a sentence, with the exit status of the README, and harms no store."""

import ctypes
import errno
import json
import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.endpoints import sqlite, sqlite_access
from pipeline.endpoints.file_bytes import open_file
from pipeline.endpoints.finding import find_inputs
from tests.pipeline.runs import ended, is_sound, no_stack_trace, page_view, run, start, views_file
from tests.program import read_tables, select
from transforms.parking import Park


@pytest.fixture
def heeded_permissions(tmp_path):
    """Permissions hold this thread back, and those that it starts: root puts down what lets it read everything."""
    before = put_down_capabilities(OVERRIDING) if os.geteuid() == 0 else None
    yield
    if before is not None:
        put_down_capabilities(0, before)


OVERRIDING = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as in linux/capability.h


def put_down_capabilities(bits: int, effective: int | None = None) -> int:
    """Set the effective capabilities to those given, else those held, without ``bits``; give those held before."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version of the call, and this thread
    data = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, data) == 0
    before = data[0]
    data[0] = (before if effective is None else effective) & ~bits
    assert libc.capset(header, data) == 0
    return int(before)


@pytest.fixture
def views(tmp_path):
    return views_file(tmp_path / "views.jsonl", range(400))


@pytest.fixture
def undisturbed(tmp_path, views, capsys):
    assert run(capsys, "--input", views, "--output", tmp_path / "undisturbed", "--quiet").status == 0
    return read_tables(tmp_path / "undisturbed")


# The disk


@pytest.fixture
def small_disk(monkeypatch):
    """Give stores at most so many pages, from now on; None: as many as they like."""

    def limit(pages):
        class Small(sqlite_access.Store):
            def __init__(self, *arguments, **names):
                super().__init__(*arguments, **names)
                self.execute(f"PRAGMA max_page_count = {pages or 1 << 30}")

        monkeypatch.setattr(sqlite_access, "Store", Small)

    monkeypatch.setattr(sqlite_access, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(sqlite, "BATCH_BYTES", 20_000)
    return limit


def test_a_disk_that_is_full_from_the_start(tmp_path, views, undisturbed, small_disk, capsys):
    small_disk(3)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out")
    assert seen.status == 1
    assert seen.out == ""
    assert f"millrace: cannot use {tmp_path}/out/millrace.db: the disk is full (SQLITE_FULL)\n" in seen.err
    assert no_stack_trace(seen)
    small_disk(None)
    assert run(capsys, "--input", views, "--output", tmp_path / "out").status == 0
    assert read_tables(tmp_path / "out") == undisturbed


def test_a_disk_that_fills_up_in_the_middle(tmp_path, views, undisturbed, small_disk, capsys):
    small_disk(31)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet")
    sentence = f"millrace: cannot use {tmp_path}/out/millrace.db: the disk is full (SQLITE_FULL)"
    advice = "What is written stays valid; mend that, and run the same command again."
    assert seen == (1, "", f"{sentence}\n{advice}\n")
    assert is_sound(tmp_path / "out")
    assert 0 < len(read_tables(tmp_path / "out")["page_views"]) < len(undisturbed["page_views"])
    small_disk(None)
    assert run(capsys, "--input", views, "--output", tmp_path / "out").status == 0
    assert read_tables(tmp_path / "out") == undisturbed


LIMITED = """
import resource, signal, sys
from pipeline.endpoints import sqlite, sqlite_access
sqlite_access.FIRST_WAIT_SECONDS = 0.001
sqlite.BATCH_BYTES = 20_000
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
from pipeline.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_limit_on_the_size_of_files(tmp_path, views, undisturbed, capsys):
    seen = ended(start("--input", views, "--output", tmp_path / "out", "--quiet", code=LIMITED))
    assert seen.status == 1
    assert "the disk, or a quota on it, is full, or it fails (SQLITE_IOERR_WRITE)" in seen.err
    assert no_stack_trace(seen)
    assert is_sound(tmp_path / "out")
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet").status == 0
    assert read_tables(tmp_path / "out") == undisturbed


def test_a_temporary_folder_that_is_full(tmp_path, views, undisturbed, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with monkeypatch.context() as patched:
        patched.setattr(Park, "_write", full)
        seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet")
    assert seen.status == 1
    assert seen.err.startswith(f"millrace: cannot keep intermediate results in {temporary}/millrace-")
    assert ": No space left on device\nSet TMPDIR to a folder with more room" in seen.err
    assert no_stack_trace(seen)
    assert list(temporary.iterdir()) == []
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet").status == 0
    assert list(temporary.iterdir()) == []
    assert read_tables(tmp_path / "out") == undisturbed


def mount(*arguments: str) -> None:
    subprocess.run(["/bin/mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def tiny_disk(tmp_path, small_disk):
    small_disk(None)
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no tmpfs can be mounted here")
    yield disk
    subprocess.run(["/bin/umount", str(disk)], check=True)


def test_a_real_disk_that_fills_up(tiny_disk, views, undisturbed, capsys):
    seen = run(capsys, "--input", views, "--output", tiny_disk / "out", "--quiet")
    assert seen.status == 1
    assert "is full" in seen.err
    assert no_stack_trace(seen)
    mount("-o", "remount,size=10m", str(tiny_disk))
    assert is_sound(tiny_disk / "out")
    assert run(capsys, "--input", views, "--output", tiny_disk / "out", "--quiet").status == 0
    assert read_tables(tiny_disk / "out") == undisturbed


# The input


def test_a_file_that_cannot_be_read(tmp_path, views, monkeypatch, capsys):
    opened = Path.open

    def refuse(path, *arguments, **names):
        if path.name in ("secret.jsonl", "broken.jsonl"):
            number = errno.EACCES if path.name == "secret.jsonl" else errno.EIO
            raise OSError(number, os.strerror(number), str(path))
        return opened(path, *arguments, **names)

    for name in ("secret", "broken"):
        (tmp_path / f"{name}.jsonl").touch()
    monkeypatch.setattr(Path, "open", refuse)
    seen = run(capsys, "--input", f"{tmp_path}/*.jsonl", "--output", tmp_path / "out")
    assert (seen.status, seen.out) == (1, "")
    assert seen.err.splitlines() == [
        "millrace: cannot read the input:",
        f"  {tmp_path}/broken.jsonl: Input/output error",
        f"  {tmp_path}/secret.jsonl: Permission denied",
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("heeded_permissions")
def test_a_file_without_permission(tmp_path, views, capsys):
    views.chmod(0)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet")
    assert (seen.status, no_stack_trace(seen)) == (1, True)
    assert seen.err.startswith("millrace: cannot read ")
    assert f"{views}: Permission denied" in seen.err


def test_a_folder_that_cannot_be_listed(tmp_path, views, monkeypatch, capsys):
    listed = os.scandir

    def refuse(path):
        if str(path).endswith("secret"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    (tmp_path / "secret").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    seen = run(capsys, "--input", tmp_path, "--output", tmp_path / "out")
    assert seen == (1, "", f"millrace: cannot read the input:\n  {tmp_path}/secret: Permission denied\n")


def test_a_name_that_no_file_system_takes(tmp_path, capsys):
    seen = run(capsys, "--input", "x" * 5000, "--output", tmp_path / "out")
    assert (seen.status, no_stack_trace(seen)) == (1, True)
    assert "File name too long" in seen.err


def test_a_file_that_vanishes_before_it_is_read(tmp_path, views, monkeypatch, capsys):
    def find_and_lose(*arguments):
        inputs = find_inputs(*arguments)
        views.unlink()
        return inputs

    monkeypatch.setattr("pipeline.surroundings.find_inputs", find_and_lose)
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet")
    assert seen == (1, "", f"millrace: cannot read {views}: No such file or directory\n")


def test_a_disk_that_fails_while_it_is_read(tmp_path, views, monkeypatch, capsys):
    class Failing:
        def __init__(self, file):
            self._file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def read(self, size):
            if views.with_suffix(".begun").exists():
                raise OSError(errno.EIO, "Input/output error")
            views.with_suffix(".begun").touch()
            return self._file.read(size)

    monkeypatch.setattr("pipeline.endpoints.files.open_file", lambda path: Failing(open_file(path)))
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet")
    assert seen.status == 1
    assert seen.err == "millrace: cannot read the input: OSError: [Errno 5] Input/output error\n"


def test_an_empty_file(tmp_path, capsys):
    (tmp_path / "empty.jsonl").touch()
    seen = run(capsys, "--input", tmp_path / "empty.jsonl", "--output", tmp_path / "out")
    assert seen.status == 3
    assert seen.out.startswith("NOTHING WAS READ: the input holds no events. Check --input.\n")


def test_input_that_matches_nothing_is_a_wrong_command_line(tmp_path, views, capsys):
    (tmp_path / "folder" / ".hidden").mkdir(parents=True)
    patterns = [tmp_path / "missing.jsonl", tmp_path / "*.gz", tmp_path / "folder"]
    inputs = ",".join(map(str, [*patterns, views]))
    seen = run(capsys, "--input", inputs, "--output", tmp_path / "out")
    assert seen.status == 2
    assert seen.err.startswith("The command line has 3 faults; nothing was run.\n")
    expected = [
        "a file, a folder or a glob; nothing is there",
        "a glob that matches a file",
        "a folder with files in it",
    ]
    for pattern, text in zip(patterns, expected, strict=True):
        assert f"--input\n    given     {pattern}\n    expected  {text}" in seen.err
    assert not (tmp_path / "out").exists()


# The output


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


# Rejects


def test_nothing_but_rejects(tmp_path, capsys):
    (tmp_path / "plain.jsonl").write_text('{"page": "/\\u001b[31m"}\n' * 3 + "{\n")
    seen = run(capsys, "--input", tmp_path / "plain.jsonl", "--output", tmp_path / "out")
    assert seen.status == 3
    alarm = seen.out.partition("\n\n")[0]
    assert alarm.splitlines()[0] == "NOTHING WAS ADMITTED: 4 of 4 events were rejected (100%)."
    assert "The commonest reason is not_an_event (3): The JSON is not a CloudEvent" in alarm
    assert '{"page": "/\\u001b[31m"}' in alarm
    assert "/id: is required" in alarm
    assert alarm.splitlines()[-2:] == ["The option that probably helps:", "  --event_type web.page_view.v1"]
    assert "\x1b" not in seen.out


def test_too_many_rejects_even_when_quiet(tmp_path, capsys):
    (tmp_path / "mixed.jsonl").write_text(page_view(1) + "\n" + page_view(2) + "\nnot json\n")
    seen = run(capsys, "--input", tmp_path / "mixed.jsonl", "--output", tmp_path / "out", "--quiet")
    assert (seen.status, seen.out) == (3, "")
    assert seen.err.startswith("TOO MANY REJECTS: 1 of 3 events were rejected (33%).\nThe commonest reason is not_json")
    assert "received" not in seen.err


def test_quiet_prints_nothing_on_success(tmp_path, views, capsys):
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet") == (0, "", "")
    assert ended(start("--input", views, "--output", tmp_path / "out", "--quiet")) == (0, "", "")


# Contracts


def order(event_id: str, **data: object) -> str:
    event = {"specversion": "1.0", "id": event_id, "source": "s", "time": "2026-09-17T10:40:05Z"}
    return json.dumps(event | {"type": "com.acme.shop.order.v1", "data": data}) + "\n"


def test_a_users_contract_needs_no_code(tmp_path, capsys):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    schema = {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}}
    (contracts / "shop.order.v1.json").write_text(json.dumps(schema))
    (tmp_path / "orders.jsonl").write_text(order("1", total=5) + order("2", total=7) + order("3", total="seven"))
    options = ["--input", tmp_path / "orders.jsonl", "--output", tmp_path / "out", "--quiet"]
    assert run(capsys, *options, "--contracts", contracts, "--max_reject_ratio", "0.5").status == 0
    ledger = "SELECT event_type, received, counted, rejected FROM ledger WHERE counted > 0"
    assert select(tmp_path / "out", ledger) == [["shop.order.v1", 0, 2, '{"contract_violated": 1}']]


def test_bad_contracts_are_all_named(tmp_path, views, capsys):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "shop.order.v1.json").write_text("{")
    (contracts / "shop.cart.v1.json").write_text('{"type": "nothing"}')
    (contracts / "Order.json").write_text("{}")
    (contracts / "shop.basket.v2.json").write_bytes(b"\xff")
    (contracts / "shop.fine.v1.json").write_text("{}")
    seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--contracts", contracts)
    assert seen.status == 2
    assert seen.err.startswith("The command line has 4 faults; nothing was run.\n")
    for name in ("shop.order.v1", "shop.cart.v1", "Order", "shop.basket.v2"):
        assert f"--contracts\n    given     {contracts}/{name}.json\n    expected  a contract; " in seen.err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_contracts_that_is_missing_or_empty(tmp_path, views, capsys):
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty"):
        seen = run(capsys, "--input", views, "--output", tmp_path / "out", "--contracts", tmp_path / name)
        assert (seen.status, no_stack_trace(seen)) == (2, True)
        assert f"--contracts\n    given     {tmp_path / name}\n" in seen.err


def test_an_event_type_that_names_no_contract_beside_other_faults(tmp_path, capsys):
    options = ["--event_type", "web.pageview.v1", "--input", tmp_path / "missing"]
    seen = run(capsys, *options, "--output", tmp_path / "out")
    assert seen.status == 2
    assert seen.err.startswith("The command line has 2 faults; nothing was run.\n")
    assert "--event_type\n    given     web.pageview.v1\n    expected  a contract: account.change.v1, " in seen.err
    assert "http.request.v1" in seen.err
    assert "example   --event_type web.page_view.v1\n" in seen.err


def test_an_event_type_may_have_a_prefix(tmp_path, capsys):
    (tmp_path / "plain.jsonl").write_text('{"url": "/a", "at": "2026-09-17T10:40:05Z"}\n')
    options = ["--event_type", "com.acme.web.page_view.v1", "--time_field", "at", "--quiet"]
    assert run(capsys, "--input", tmp_path / "plain.jsonl", "--output", tmp_path / "out", *options).status == 0


def test_packages_from_different_places(monkeypatch, capsys):
    from pipeline import distribution  # noqa: PLC0415

    monkeypatch.setattr(distribution, "_folder", {"pipeline": "a", "options": "a", "transforms": ""}.get)
    seen = run(capsys, "--quiet")
    assert seen.status == 1
    assert "transforms: not found" in seen.err
    assert "Install millrace in a virtual environment of its own." in seen.err


def test_a_bug_is_not_hidden(tmp_path, views, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipeline.endpoints.sqlite_joins.unite", broken)
    assert run(capsys, "--input", views, "--output", tmp_path / "out", "--quiet").status == 0
    views_file(tmp_path / "more.jsonl", range(500))
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run(capsys, "--input", tmp_path / "more.jsonl", "--output", tmp_path / "out", "--quiet")
    assert is_sound(tmp_path / "out")
