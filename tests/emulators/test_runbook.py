"""Replays and the statements of the runbook, word for word as they stand there, do what it says."""

import json

import pytest

from pipeline.provisioning.bigquery import provision_bigquery
from tests.emulators.conftest import PROJECT
from tests.emulators.runbook import STATEMENTS, ask, replay, run, view

VIEWS = "SELECT url, FORMAT_TIMESTAMP('%H:%M', window_start) AS at, views FROM page_views_current"
EVENTS = [view(number, f"{9 + number % 5:02d}:{number % 60:02d}:00") for number in range(300)]
"""From 9 to 14 o'clock; the runbook replays 10 to 13."""


def hours(found, wanted):
    return [row for row in found if (row["at"][:2] in ("10", "11", "12")) == wanted]


@pytest.fixture
def other(client, name):
    """Another provisioned dataset."""
    list(provision_bigquery(client, f"{PROJECT}.{name}_other", dry_run=False))
    return f"{PROJECT}.{name}_other"


def test_a_replay_completes_short_rows_and_leaves_the_others(tmp_path, client, dataset, other, directory):
    run(tmp_path, EVENTS, "--output_dataset", other, "--output_directory", directory)
    run(tmp_path, EVENTS[:100], "--output_dataset", dataset, "--no_archive")
    whole, short = ask(client, other, VIEWS), ask(client, dataset, VIEWS)
    assert hours(whole, wanted=True) != hours(short, wanted=True)
    replay(directory, dataset)
    now = ask(client, dataset, VIEWS)
    assert hours(now, wanted=True) == hours(whole, wanted=True)
    assert hours(now, wanted=False) == hours(short, wanted=False)
    replay(directory, dataset)
    assert ask(client, dataset, VIEWS) == now


def test_rows_that_are_too_high_go_first(tmp_path, client, dataset, directory):
    run(tmp_path, EVENTS, "--output_dataset", dataset, "--output_directory", directory)
    whole = ask(client, dataset, VIEWS)
    wrong = [view(f"w{number}", clock) for number, clock in enumerate(("09:30:00", "10:30:00", "12:30:00", "13:30:00"))]
    run(tmp_path, [*EVENTS, *wrong], "--output_dataset", dataset, "--no_archive")
    replay(directory, dataset)
    assert {row["at"] for row in ask(client, dataset, VIEWS) if row not in whole} == {
        "09:30",
        "10:30",
        "12:30",
        "13:30",
    }
    [delete] = [text for text in STATEMENTS if text.startswith("DELETE")]
    ask(client, dataset, delete)
    assert {row["at"][:2] for row in ask(client, dataset, VIEWS)} == {"09", "13"}
    replay(directory, dataset)
    assert {row["at"] for row in ask(client, dataset, VIEWS) if row not in whole} == {"09:30", "13:30"}


@pytest.fixture
def refusing(tmp_path, client, dataset):
    """A dataset with 300 events, one of them twice, and three rejects, whose time is that of the run."""
    unknown = json.dumps({**EVENTS[1], "type": "x"})
    run(tmp_path, [*EVENTS, EVENTS[0], "{", "no JSON", unknown], "--output_dataset", dataset, "--no_archive")
    return dataset


@pytest.mark.parametrize("statement", [text for text in STATEMENTS if STATEMENTS[text] == "Reject rate"])
def test_the_statement_on_rejects(statement, client, refusing):
    found = ask(client, refusing, statement)
    assert [(row["reason"], row["letters"]) for row in found] == [("not_json", 2), ("unknown_contract", 1)]
    assert [row["example"][:8] for row in found] == ["not JSON", "type 'x'"]


@pytest.mark.parametrize("statement", [text for text in STATEMENTS if STATEMENTS[text] == "Ledger"])
def test_the_statement_on_the_ledger(statement, client, refusing):
    [account] = ask(client, refusing, statement)
    assert account.pop("run")
    assert account == {"received": 304, "counted": 300, "duplicate": 1, "rejected": 3}
