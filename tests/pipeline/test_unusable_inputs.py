"""Input that cannot be read, or is not there, is told in a sentence, and harms no store."""

import errno
import os
from pathlib import Path

import pytest

from pipeline.endpoints.file_bytes import open_file
from pipeline.endpoints.finding import find_inputs
from tests.pipeline.runs import no_stack_trace, run


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
