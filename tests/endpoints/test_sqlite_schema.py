"""The store's schema: what the design promises, made once, and checked ever after."""

import shutil

import pytest

from pipeline.endpoints import sqlite_access
from pipeline.endpoints.sqlite_schema import APPLICATION_ID, SCHEMA_VERSION, prepare
from pipeline.errors import MisfitError
from tests.endpoints.stores import select

TABLES = {
    "page_views": "url window_start window_end views bot_views visitors updated_at",
    "dead_letters": "dead_letter_id timestamp payload_string payload_bytes attributes error_message stacktrace stage"
    " reason violations event_type message_id position publish_time attempt pipeline_version",
    "case_actions": "action_id case_key action reviewer note at expected_version",
    "ledger": "run event_type minute received counted duplicate rejected masked",
}
OPTIONS = {"--window_duration": "60s", "--keep_query": "false"}


@pytest.mark.parametrize("table", TABLES)
def test_tables_and_columns_are_those_of_the_design(tmp_path, table):
    path, _ = prepare(str(tmp_path), OPTIONS)
    columns = [str(row[1]) for row in select(path, f"PRAGMA table_info({table})")]
    assert columns == TABLES[table].split()


def test_a_store_tells_what_it_is(tmp_path):
    path, _ = prepare(str(tmp_path), OPTIONS)
    assert select(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert select(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert select(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_second_run_finds_the_same_seed_and_another_store_has_another(tmp_path):
    first = prepare(str(tmp_path / "one"), OPTIONS)
    assert prepare(str(tmp_path / "one"), dict(reversed(OPTIONS.items()))) == first
    assert prepare(str(tmp_path / "two"), OPTIONS)[1] != first[1]


def test_options_that_came_later_differ_too(tmp_path):
    prepare(str(tmp_path), OPTIONS)
    with pytest.raises(MisfitError) as caught:
        prepare(str(tmp_path), {"--keep_query": "true", "--fraud_rules": "7"})
    assert [(misfit.option, misfit.given, misfit.expected.split(",")[0]) for misfit in caught.value.misfits] == [
        ("--fraud_rules", "7", "nothing"),
        ("--keep_query", "true", "false"),
        ("--window_duration", "nothing", "60s"),
    ]
    assert {misfit.example for misfit in caught.value.misfits} == {f"--output {tmp_path}2"}


def test_an_empty_file_becomes_a_store(tmp_path):
    """What a crash at the very beginning, or a full disk, leaves."""
    (tmp_path / "millrace.db").touch()
    path, seed = prepare(str(tmp_path), OPTIONS)
    assert prepare(str(tmp_path), OPTIONS) == (path, seed)


def test_a_crash_while_the_store_is_made(tmp_path, monkeypatch):
    """What a crash leaves is the file with some of its pages written, and the journal that takes it back."""

    class Spilling(sqlite_access.Store):
        def __init__(self, *arguments, **names):
            super().__init__(*arguments, **names)
            self.execute("PRAGMA cache_size = 1")

    def leave(options: object, **_: object) -> str:
        shutil.copytree(tmp_path / "making", tmp_path / "left")
        return repr(options)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite_access, "Store", Spilling)
        patch.setattr("json.dumps", leave)
        prepare(str(tmp_path / "making"), OPTIONS)
    left = {path.name: path.stat().st_size for path in (tmp_path / "left").iterdir()}
    assert left["millrace.db"] > 4096
    assert left["millrace.db-journal"] > 0
    path, seed = prepare(str(tmp_path / "left"), OPTIONS)
    assert prepare(str(tmp_path / "left"), OPTIONS) == (path, seed)
    assert select(path, "PRAGMA integrity_check") == [("ok",)]
