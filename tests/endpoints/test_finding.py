"""Finding input files: each once, in a stable order, and every fault named."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from pipeline.endpoints.finding import find_inputs
from pipeline.errors import InputError, MisfitError
from tests.endpoints.memory_files import MemoryFiles
from tests.pipeline.runs import page_view, run
from tests.program import read_tables


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.log", "a.log", "deep/er/c.log", ".hidden/d.log", ".e.log", "odd[1].log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture
def spool(tmp_path):
    (tmp_path / ".spool").mkdir()
    return tmp_path / ".spool"


def names(*patterns: str, spool: Path = Path()) -> list[str]:
    return [file.name for file in find_inputs(patterns, spool)]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["a.log"], ["a.log"]),
        (["*.log"], ["a.log", "b.log", "odd[1].log"]),
        (["?.log", "a.log", "[ab].log"], ["a.log", "b.log"]),
        (["odd[1].log"], ["odd[1].log"]),
        (["deep"], ["deep/er/c.log"]),
        (["."], ["a.log", "b.log", "deep/er/c.log", "odd[1].log"]),
        (["**/c.log"], ["deep/er/c.log"]),
        (["./*.log"], ["a.log", "b.log", "odd[1].log"]),
        (["d*"], ["deep/er/c.log"]),
        (["**"], ["a.log", "b.log", "deep/er/c.log", "odd[1].log"]),
    ],
)
def test_patterns(folder, patterns, found):
    assert names(*patterns) == found


def test_a_file_is_found_once_however_it_is_named(folder):
    (folder / "link.log").symlink_to("a.log")
    assert names("a.log", str(folder / "a.log"), "deep/../a.log", "link.log") == ["a.log"]


def test_broken_links_of_a_folder_are_no_files(folder):
    (folder / "deep" / "gone.log").symlink_to("nowhere")
    assert names("deep") == ["deep/er/c.log"]


def test_sizes_and_times(folder):
    os.utime("a.log", (1_700_000_000, 1_700_000_000.5))
    (file,) = find_inputs(["a.log"], folder)
    assert file[:4] == ("a.log", "a.log", 5, 1_700_000_000.5)


def test_files_of_one_name_size_and_time_are_told_apart_by_their_ends(folder):
    (middle,) = find_inputs(["a.log"], folder)
    seen = set()
    for text in ("first", "frist", "firts", "first"):
        (folder / "a.log").write_text(text)
        os.utime("a.log", (1_700_000_000, 1_700_000_000))
        seen.update(find_inputs(["a.log"], folder))
    assert len({file.ends for file in seen}) == len(seen) == 3
    assert middle.ends


def test_all_that_match_nothing_are_named(folder):
    (folder / "empty").mkdir()
    with pytest.raises(MisfitError) as caught:
        names("gone.log", "a.log", "*.gz", "empty", "mem://nothing/here")
    assert [misfit.given for misfit in caught.value.misfits] == ["gone.log", "*.gz", "empty", "mem://nothing/here"]
    assert {misfit.option for misfit in caught.value.misfits} == {"--input"}


def test_all_that_cannot_be_read_are_named(folder):
    (folder / "socket").mkdir()
    with pytest.raises(InputError) as caught:
        names("a.log", "nosuch://x/y", "x" * 300)
    assert str(caught.value).startswith("cannot read the input:\n  nosuch://x/y: ")
    assert str(caught.value).endswith(f"\n  {'x' * 300}: File name too long")


# Streams


def test_standard_input_is_named_by_its_content(spool, monkeypatch):
    found = []
    for data in (b"one\n", b"one\n", b"two\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        (file,) = find_inputs(["-"], spool)
        assert Path(file.path).read_bytes() == data
        assert (file.size, file.modified) == (4, 0.0)
        found.append(file.name)
    assert found[0] == found[1] != found[2]
    assert found[0].startswith("stdin:")


def test_pipes_are_copied(spool, tmp_path):
    """As a shell's ``<(zcat log.gz)``, which can be read once."""
    pipes = [tmp_path / name for name in ("one", "two")]
    for pipe in pipes:
        os.mkfifo(pipe)
        threading.Thread(target=pipe.write_bytes, args=(pipe.name.encode(),), daemon=True).start()
    found = find_inputs(map(str, pipes), spool)
    assert sorted(Path(file.path).read_bytes() for file in found) == [b"one", b"two"]
    assert all(file.name.startswith("pipe:") for file in found)


def test_a_device_may_be_empty(spool):
    (file,) = find_inputs(["/dev/null"], spool)
    assert file.size == 0


def test_no_room_for_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "stdin1").mkdir()
    with pytest.raises(
        InputError, match=r"stdin: cannot be copied to .*/spool: Is a directory \(TMPDIR names the place\)"
    ):
        find_inputs(["-"], tmp_path / "spool")


# Other file systems


@pytest.fixture
def remote(monkeypatch):
    files = {
        "mem://bucket/logs/b.jsonl": page_view(1, "/b").encode(),
        "mem://bucket/logs/a.jsonl": page_view(2, "/a").encode(),
        "mem://bucket/logs/deep/c.jsonl": page_view(3, "/c").encode(),
        "mem://bucket/logs/": b"",
        "mem://bucket/contracts/shop.order.v1.json": b"{}",
        "mem://bucket/contracts/readme.txt": b"",
        "mem://bucket/bad/shop.order.v1.json": b"[",
        "mem://bucket/bad/shop.cart.v1.json": b"SECRET",
    }
    monkeypatch.setattr("tests.endpoints.memory_files.FILES", files)
    assert MemoryFiles.scheme() == "mem"  # Beam finds it by this


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("mem://bucket/logs/a.jsonl", ["a"]),
        ("mem://bucket/logs/*.jsonl", ["a", "b"]),
        ("mem://bucket/logs/**", ["a", "b", "deep/c"]),
        ("mem://bucket/logs", ["a", "b", "deep/c"]),
        ("mem://bucket/logs/", ["a", "b", "deep/c"]),
        ("mem://bucket/logs/?.jsonl", ["a", "b"]),
    ],
)
@pytest.mark.usefixtures("remote")
def test_remote_patterns(pattern, found):
    assert names(pattern) == [f"mem://bucket/logs/{name}.jsonl" for name in found]


@pytest.mark.usefixtures("remote")
def test_sizes_and_times_of_remote_files():
    (file,) = find_inputs(["mem://bucket/logs/a.jsonl"], Path())
    assert file[:4] == (file.path, "mem://bucket/logs/a.jsonl", len(page_view(2, "/a")), 1_700_000_000.0)


@pytest.mark.usefixtures("remote")
def test_a_run_over_remote_files_and_contracts(tmp_path, capsys):
    options = ["--input", "mem://bucket/logs", "--contracts", "mem://bucket/contracts", "--output", tmp_path / "out"]
    assert run(capsys, *options, "--quiet") == (0, "", "")
    assert [row[0] for row in read_tables(tmp_path / "out")["page_views"]] == ["/a", "/b", "/c"]


@pytest.mark.usefixtures("remote")
def test_faults_of_remote_contracts(tmp_path, capsys):
    seen = run(capsys, "--input", "mem://bucket/logs", "--contracts", "mem://bucket/bad", "--output", tmp_path / "out")
    assert seen.status == 2
    assert "mem://bucket/bad/shop.order.v1.json\n    expected  a contract; contract shop.order.v1: " in seen.err
    assert "mem://bucket/bad/shop.cart.v1.json\n    expected  a contract; cannot be read (" in seen.err
    seen = run(capsys, "--input", "mem://bucket/logs", "--contracts", "mem://bucket/none", "--output", tmp_path / "out")
    assert (seen.status, "mem://bucket/none\n    expected  a folder with JSON Schemas" in seen.err) == (2, True)
    seen = run(capsys, "--input", "mem://bucket/logs", "--contracts", "nosuch://x", "--output", tmp_path / "out")
    assert (seen.status, "nosuch://x\n    expected  a folder that can be read" in seen.err) == (2, True)


@pytest.mark.usefixtures("remote")
def test_a_whole_bucket():
    assert len(names("mem://bucket")) == len(names("mem://bucket/")) == 7
