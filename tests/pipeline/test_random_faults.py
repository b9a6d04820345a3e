"""Kills at random moments, runs that cross, a full disk: a rerun gives the tables and the archive all the same."""

import errno
import os
import signal
from pathlib import Path
from random import Random

import pytest

from tests.flow.archives import files_of, rows_of
from tests.pipeline.runs import ended, is_sound, no_stack_trace, page_view, run, start, views_file
from tests.program import read_tables, run_here

SEED = 20260917
SLOW = """
import pathlib, sys, time
from pipeline.endpoints import sqlite
sqlite.BATCH_BYTES = 40_000
transaction, written = sqlite.in_transaction, pathlib.Path.write_bytes

def tell():
    sys.stdout.write(".")
    sys.stdout.flush()
    time.sleep(0.005)

def in_transaction(store, join):
    tell()
    transaction(store, lambda store: (join(store), tell()))

def write_bytes(path, content):
    tell()
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        tell()
        file.write(content[len(content) // 2 :])
    tell()

sqlite.in_transaction = in_transaction
pathlib.Path.write_bytes = write_bytes
from pipeline.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""Prints a point at each moment that may be the last: before and within transactions, and halves of archive files."""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Page views of several hours, some of them twice, and some rejects."""
    path = tmp_path / "events.jsonl"
    lines = [page_view(number, minute=number % 1300) for number in [*range(1200), *range(0, 1200, 9)]]
    path.write_text("\n".join([*lines, *["not json"] * 30]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def undisturbed(tmp_path: Path, events: Path) -> Path:
    assert run_here(tmp_path / "undisturbed", "--input", events) == 0
    return tmp_path / "undisturbed"


def kill_at(moment: int, *arguments: str | Path) -> bool:
    """Kill a run at its so-manyth moment; tell whether it lived to see it."""
    process = start(*arguments, code=SLOW)
    assert process.stdout is not None
    alive = len(process.stdout.read(moment)) == moment
    process.kill()
    return ended(process).status == -signal.SIGKILL and alive


def test_kills_in_a_row(tmp_path: Path, events: Path, undisturbed: Path) -> None:
    dice, out = Random(SEED), tmp_path / "out"
    arguments = ("--input", events, "--output", out, "--quiet")
    for moment in dice.sample(range(1, 40), 3):
        assert kill_at(moment, *arguments)
        assert is_sound(out)
    for _ in range(2):
        assert run_here(out, "--input", events) == 0
        assert read_tables(out) == read_tables(undisturbed)
        assert rows_of(out) == rows_of(undisturbed)
    # What a killed run left half written is no part of the archive, and no input.
    again = tmp_path / "again"
    assert run_here(again, "--input", out / "archive") == 0
    assert read_tables(again) == read_tables(undisturbed)


def archived(*outputs: Path) -> set[tuple[str, str, bytes]]:
    return {(row["message_id"], row["position"], row["data"]) for output in outputs for row in rows_of(output)}


def test_runs_of_the_same_input_at_once_keep_one_archive(tmp_path: Path, events: Path, undisturbed: Path) -> None:
    both = [start("--input", events, "--output", tmp_path / "out", "--quiet", code=SLOW) for _ in range(2)]
    assert [ended(process)[::2] for process in both] == [(0, "")] * 2
    assert read_tables(tmp_path / "out") == read_tables(undisturbed)
    assert files_of(tmp_path / "out") == files_of(undisturbed)


def test_runs_of_different_input_at_once_keep_both_archives(tmp_path: Path) -> None:
    first = views_file(tmp_path / "first.jsonl", range(600))
    second = views_file(tmp_path / "second.jsonl", range(300, 900))
    out, one = tmp_path / "out", tmp_path / "one"
    both = [start("--input", path, "--output", out, "--quiet", code=SLOW) for path in (first, second)]
    assert [ended(process)[::2] for process in both] == [(0, "")] * 2
    assert run_here(one, "--input", f"{first},{second}") == 0
    assert read_tables(out)["page_views"] == read_tables(one)["page_views"]
    assert archived(out) == archived(one)
    assert len(rows_of(out)) == 1200


# The archive's disk


def test_an_archive_whose_disk_fills_up(tmp_path, events, undisturbed, monkeypatch, capsys):
    out, written, write_bytes = tmp_path / "out", [], Path.write_bytes

    def fill_up(path, content):
        written.append(path)
        if len(written) > 5:
            write_bytes(path, content[:100])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write_bytes(path, content)

    monkeypatch.setattr("pipeline.endpoints.archive.FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(Path, "write_bytes", fill_up)
    seen = run(capsys, "--input", events, "--output", out, "--quiet")
    assert (seen.status, seen.out) == (1, "")
    assert f"millrace: cannot write the archive, {out}/archive: No space left on device\n" in seen.err
    assert no_stack_trace(seen)
    assert is_sound(out)
    held = files_of(out)
    assert len(held) == 5
    assert held.items() <= files_of(undisturbed).items()  # whole files, and nothing under a temporary name

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    assert run(capsys, "--input", events, "--output", out, "--quiet").status == 0
    assert read_tables(out) == read_tables(undisturbed)
    assert files_of(out) == files_of(undisturbed)
