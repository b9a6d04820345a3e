"""20,000 mutated messages; make fuzz runs a million."""

import pytest

from tests.hostility.checks import arguments, faults, write
from tests.hostility.mutations import KINDS
from tests.program import run_here

SHARES = {"lines": 8_000, "envelopes": 9_000, "access_log": 3_000}


@pytest.mark.parametrize("kind", SHARES)
def test_every_mutated_message_is_accounted_for_and_none_ends_the_run(kind, tmp_path, capfd, caplog):
    count = SHARES[kind]
    path = write(tmp_path / "in.jsonl", list(KINDS[kind](1, count)))
    assert run_here(tmp_path / "out", *arguments(kind, path)) in (0, 3)
    assert capfd.readouterr().err == ""
    assert [record.getMessage() for record in caplog.records] == []
    assert faults(tmp_path / "out", kind, count) == []
