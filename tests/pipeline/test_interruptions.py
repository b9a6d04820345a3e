"""Runs that are cut short, or cross each other: the store stays valid, and a rerun ends in the same rows."""

import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.report.progress import CLEAR_LINE
from tests.pipeline.runs import ROOT, ended, is_sound, no_stack_trace, page_view, run, start, views_file
from tests.program import read_tables, select

STOPPING = """
import pathlib, signal, sys, time
from pipeline.endpoints import sqlite
from pipeline.report import progress

signal.signal(signal.SIGINT, signal.default_int_handler)
mark, number = pathlib.Path(sys.argv[1]), int(sys.argv[2])
sqlite.BATCH_BYTES = 40_000
progress.TERMINAL_SECONDS = 0.02
transaction, calls = sqlite.in_transaction, []

def stopping(store, join):
    def held(store):
        join(store)
        calls.append(join)
        if len(calls) == number:
            mark.touch()
            time.sleep(60)
    transaction(store, held)

sqlite.in_transaction = stopping
from pipeline.__main__ import main
sys.exit(main(sys.argv[3:]))
"""
"""Stops in the middle of a transaction, after several others, and makes a file."""


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def events(tmp_path):
    """A few thousand page views, some of them twice, and some rejects."""
    path = views_file(tmp_path / "events.jsonl", [*range(5000), *range(0, 5000, 9)])
    with path.open("a") as file:
        file.write("not json\n" * 30)
    return path


@pytest.fixture
def undisturbed(tmp_path, events, capsys):
    assert run(capsys, "--input", events, "--output", tmp_path / "undisturbed", "--quiet").status == 0
    return read_tables(tmp_path / "undisturbed")


@pytest.mark.parametrize("transactions", [3, 60])
def test_a_killed_run_run_again_is_an_undisturbed_run(tmp_path, events, undisturbed, transactions, capsys):
    out, mark = tmp_path / "out", tmp_path / "mark"
    process = start(mark, str(transactions), "--input", events, "--output", out, "--quiet", code=STOPPING)
    wait_for(mark)
    process.kill()
    assert ended(process).status == -signal.SIGKILL
    assert is_sound(out)
    assert len(read_tables(out)["page_views"]) < len(undisturbed["page_views"])
    assert run(capsys, "--input", events, "--output", out).status == 0
    assert read_tables(out) == undisturbed
    assert is_sound(out)


def test_ctrl_c(tmp_path, events, undisturbed, capsys):
    out, mark = tmp_path / "out", tmp_path / "mark"
    ours, theirs = pty.openpty()
    process = start(mark, "30", "--input", events, "--output", out, code=STOPPING, stdout=theirs, stderr=theirs)
    os.close(theirs)
    wait_for(mark)
    time.sleep(0.2)  # for the progress line
    process.send_signal(signal.SIGINT)
    shown = read_all(ours)
    assert process.wait(timeout=30) == 130
    lines = shown.split("\r\n")
    assert "\rread all 0.9 MB, adding up, " in lines[-2]
    assert lines[-2].endswith(f"\x1b[K{CLEAR_LINE}millrace: interrupted; run the same command again to finish")
    assert lines[-1] == ""
    assert "Traceback" not in shown
    assert is_sound(out)
    assert run(capsys, "--input", events, "--output", out).status == 0
    assert read_tables(out) == undisturbed


def test_a_terminated_run_leaves_no_copy_of_standard_input(tmp_path, events, undisturbed, capsys):
    out, mark, spool = tmp_path / "out", tmp_path / "mark", tmp_path / "spool"
    spool.mkdir()
    arguments = (mark, "30", "--input", "-", "--output", out, "--quiet")
    with events.open() as stdin:
        process = start(*arguments, code=STOPPING, stdin=stdin, env=os.environ | {"TMPDIR": str(spool)})
    wait_for(mark)
    assert [path.name for path in spool.rglob("stdin*")] == ["stdin0"]
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (130, "", "millrace: interrupted; run the same command again to finish\n")
    assert list(spool.iterdir()) == []
    assert run(capsys, "--input", events, "--output", out).status == 0
    assert read_tables(out)["page_views"] == undisturbed["page_views"]


def read_all(terminal: int) -> str:
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:  # how Linux tells that the other end is closed
        pass
    os.close(terminal)
    return shown.decode()


INTERRUPTED_IMPORT = """
import signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
import importlib.abc
class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "apache_beam.pipeline":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Hook())
from pipeline.__main__ import main
sys.exit(main())
"""


def test_ctrl_c_during_the_imports():
    seen = ended(start(code=INTERRUPTED_IMPORT))
    assert seen == (130, "", "millrace: interrupted; run the same command again to finish\n")


@pytest.mark.parametrize("help_wanted", [True, False])
def test_a_reader_that_has_seen_enough(tmp_path, events, help_wanted):
    """As ``| head -1``, whose end of the pipe is gone before anything is written to it."""
    reading, writing = os.pipe()
    os.close(reading)
    arguments = ["--help"] if help_wanted else ["--input", events, "--output", tmp_path / "out"]
    process = start(*arguments, stdout=writing)
    os.close(writing)
    seen = ended(process)
    assert seen.status == 0
    assert no_stack_trace(seen)
    assert "roken" not in seen.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_summary_that_cannot_be_printed(tmp_path, events):
    with Path("/dev/full").open("w") as full:
        seen = ended(start("--input", events, "--output", tmp_path / "out", stdout=full))
    assert seen.status == 1
    assert seen.err.splitlines()[-1] == (
        "millrace: cannot print the result: No space left on device; it is in the output"
    )


def test_closed_streams_are_no_fault(tmp_path, events):
    command = f'exec "{sys.executable}" -m pipeline --input "{events}" --output "{tmp_path}/out" >&- 2>&-'
    assert subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=False).returncode == 0


def test_a_log_line_for_a_person(tmp_path, events):
    seen = ended(start("--input", events, "--output", tmp_path / "out"))
    assert seen.status == 0
    first, *others = seen.err.splitlines()
    assert first == "millrace: DirectRunner: bounded input runs on Beam's in-process FnApiRunner"
    assert all(line.startswith("read ") for line in others)  # progress, where the machine is slow
    assert "\x1b" not in seen.out


# Several at once

IN_TURNS = """
import sys
from pipeline.endpoints import sqlite
sqlite.BATCH_BYTES = 20_000
from pipeline.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""Writes in many small transactions, so that two such runs take turns."""


def test_two_runs_of_the_same_input_at_once(tmp_path, events, undisturbed):
    both = [start("--input", events, "--output", tmp_path / "out", "--quiet", code=IN_TURNS) for _ in range(2)]
    assert [ended(process) for process in both] == [(0, "", "")] * 2
    assert read_tables(tmp_path / "out") == undisturbed
    assert is_sound(tmp_path / "out")
    assert select(tmp_path / "out", "SELECT * FROM receipts") == []


def test_two_runs_of_different_input_at_once(tmp_path, capsys):
    first = views_file(tmp_path / "first.jsonl", range(3000))
    second = views_file(tmp_path / "second.jsonl", range(2000, 5000))
    second.write_text(second.read_text() + page_view(1, "/late") + "\n{\n" * 3)
    options = ["--output", tmp_path / "out", "--quiet"]
    both = [start("--input", path, *options, code=IN_TURNS) for path in (first, second)]
    assert [ended(process) for process in both] == [(0, "", "")] * 2
    assert run(capsys, "--input", f"{first},{second}", "--output", tmp_path / "one", "--quiet").status == 0
    together, alone = read_tables(tmp_path / "out"), read_tables(tmp_path / "one")
    assert together["page_views"] == alone["page_views"]
    assert together["dead_letters"] == alone["dead_letters"]
    assert len(alone["dead_letters"]) == 3
    assert sum(row[2] for row in together["ledger"]) == 6004


def test_an_output_tells_of_its_other_runs(tmp_path, events, capsys):
    more = views_file(tmp_path / "more.jsonl", range(100))
    assert run(capsys, "--input", events, "--output", tmp_path / "out", "--quiet").status == 0
    for _ in range(2):
        seen = run(capsys, "--input", more, "--output", tmp_path / "out")
        shown = "".join(seen.out.split())  # however it is broken into lines
        assert f"Output{tmp_path}/out/millrace.db,withtheresultsof1otherrun" in shown


CREATING = """
import sys
from pipeline.endpoints.sqlite_schema import prepare
sys.stdin.read()
print(prepare(sys.argv[1], {"--keep_query": "false"})[1])
"""


def test_a_store_is_made_by_several_processes_at_once(tmp_path):
    for round_number in range(3):
        out = tmp_path / f"out{round_number}"
        makers = [start(out, code=CREATING, stdin=subprocess.PIPE) for _ in range(4)]
        time.sleep(0.3)
        for maker in makers:
            assert maker.stdin
            maker.stdin.close()
            maker.stdin = None
        results = [ended(maker) for maker in makers]
        assert [seen.err for seen in results] == [""] * 4
        assert len({seen.out for seen in results}) == 1
        with closing(sqlite3.connect(out / "millrace.db")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
