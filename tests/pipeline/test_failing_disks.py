"""A disk that is full, or fills up, is told in a sentence, and harms no store."""

import errno
import subprocess
import tempfile

import pytest

from tests.pipeline.runs import ended, is_sound, no_stack_trace, run, start
from tests.program import read_tables
from transforms.parking import Park


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
