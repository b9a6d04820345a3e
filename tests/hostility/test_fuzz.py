"""20,000 mutated messages; make fuzz runs a million."""

import pytest

from tests.hostility import fuzzing
from tests.hostility.checks import differences, faults, write
from tests.hostility.mutations import KINDS, Kind
from tests.program import run_here

SHARES = {"lines": 6_000, "envelopes": 8_000, "access_log": 2_000, "plain": 4_000}


@pytest.mark.parametrize("kind", SHARES)
def test_every_mutated_message_is_accounted_for_and_none_ends_the_run(kind, tmp_path, capfd, caplog):
    count, (made, options) = SHARES[kind], KINDS[kind]
    path = write(tmp_path / "in.jsonl.gz", made(1, count))
    assert run_here(tmp_path / "out", "--input", path, *options) in (0, 3)
    assert capfd.readouterr().err == ""
    assert [record.getMessage() for record in caplog.records] == []
    assert faults(tmp_path / "out", kind, count) == []
    assert run_here(tmp_path / "again", "--input", tmp_path / "out" / "archive", *options[2:]) in (0, 3)
    assert differences(tmp_path / "out", tmp_path / "again") == []


def test_a_command_that_does_what_it_must_not_is_caught_and_its_messages_are_few(tmp_path, monkeypatch, capsys):
    """The fuzzer's own failure path: a program that prints an exception for one message among many."""
    broken = tmp_path / "pipeline.py"
    broken.write_text(
        "import pathlib, sys\npath = pathlib.Path(sys.argv[sys.argv.index('--input') + 1])\n"
        "if path.is_file() and b'culprit' in path.read_bytes():\n"
        "    sys.exit('Traceback (most recent call last)')\nsys.exit(3)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(fuzzing, "ROOT", tmp_path)
    lines = [b"x", b"x", b"culprit", b"x"]
    monkeypatch.setattr(fuzzing, "KINDS", {"lines": Kind(lambda *_: iter(lines))})
    monkeypatch.setattr(fuzzing, "faults", lambda *_: [])
    monkeypatch.setattr(fuzzing, "differences", lambda *_: [])
    monkeypatch.chdir(tmp_path)
    assert fuzzing.main(["4", "7"]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().out
    assert (tmp_path / "fuzz-7-0.jsonl").read_bytes().split() == [b"culprit"]
