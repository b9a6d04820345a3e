"""Decisions: recorded whole or not at all, once each, and in reviews.jsonl once each, whatever happens in between."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.local import decisions
from dashboard.local.store import LocalStore
from dashboard.store import ConflictError, Decision, StoreTroubleError, UnknownCaseError
from pipeline.endpoints.review_log import write_review_log
from pipeline.errors import StoreError
from tests.browser.stores import burst, run, value
from tests.program import run_here, select

IP = ("ip", "192.0.2.7")


@pytest.fixture
def output(tmp_path):
    run(tmp_path / "out", burst(0))
    return tmp_path / "out"


def alerts(output) -> tuple[str, ...]:
    query = "SELECT group_concat(alert_id) FROM fraud_alerts WHERE entity = '192.0.2.7' AND status = 'open'"
    return tuple(value(output, query).split(","))


def claim(number: int, version: int, reviewer: str = "kim") -> Decision:
    return Decision(f"{number:032x}", *IP, "claim", version, reviewer)


def close(output, number: int, version: int, verdict: str = "false_positive", reviewer: str = "kim") -> Decision:
    return Decision(f"{number:032x}", *IP, "close", version, reviewer, "a note\nof two lines", verdict, alerts(output))


def told(output: Path) -> list[dict[str, Any]]:
    path = output / "reviews.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_the_same_action_again_is_no_second_one(output):
    store, decision = LocalStore(str(output)), close(output, 1, 0)
    first = store.decide(decision)
    assert store.decide(decision) == first
    assert value(output, "SELECT count(*) FROM case_actions") == 1
    assert len(told(output)) == len(alerts(output)) == value(output, "SELECT count(*) FROM reviews")


def test_of_many_at_once_one_is_first_and_all_others_are_told(output):
    def decide(number):
        try:
            LocalStore(str(output)).decide(close(output, number, 0, reviewer=f"reviewer {number}"))
        except ConflictError as error:
            return str(error)
        return "recorded"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(decide, range(8)))
    assert answers.count("recorded") == 1
    (winner,) = {one["data"]["reviewer"] for one in told(output)}
    assert winner == f"reviewer {answers.index('recorded')}" == value(output, "SELECT DISTINCT reviewer FROM reviews")
    assert sum(f"{winner} did 'close'" in answer for answer in answers) == 7


def test_verdicts_are_events_that_the_pipeline_admits(output, tmp_path):
    LocalStore(str(output)).decide(close(output, 1, 0))
    other = tmp_path / "other"
    assert run_here(other, "--input", output / "reviews.jsonl", "--no_archive") == 0
    for place in (output, other):
        assert len(select(place, "SELECT * FROM reviews")) == len(told(output)) > 0
    assert select(other, "SELECT * FROM reviews") == select(output, "SELECT * FROM reviews")


def test_an_action_that_conflicts_leaves_nothing(output):
    store = LocalStore(str(output))
    store.decide(claim(1, 0, "noor"))
    for decision in (close(output, 2, 1), close(output, 3, 0, reviewer="noor"), claim(4, 1)):
        with pytest.raises(ConflictError):
            store.decide(decision)
    with pytest.raises(ConflictError, match="another case"):
        store.decide(Decision(f"{1:032x}", "ip", "198.51.100.1", "claim", 0, "noor"))
    with pytest.raises(UnknownCaseError):
        store.decide(Decision("f" * 32, "ip", "198.51.100.1", "claim", 0, "noor"))
    with pytest.raises(ConflictError, match="1 of the alerts were withdrawn"):
        store.decide(close(output, 5, 1, reviewer="noor")._replace(alert_ids=("gone",)))
    assert value(output, "SELECT count(*) FROM case_actions") == 1
    assert value(output, "SELECT count(*) FROM reviews") == 0
    assert told(output) == []


def test_a_crash_before_the_file_is_mended_at_the_next_start(output, monkeypatch):
    def crash(_: str) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(decisions, "write_review_log", crash)
        with pytest.raises(KeyboardInterrupt):
            LocalStore(str(output)).decide(close(output, 1, 0))
    assert told(output) == []
    LocalStore(str(output)).mend()
    assert len(told(output)) == len(alerts(output))
    assert write_review_log(str(output / "millrace.db")) == 0


def test_lines_of_others_stay_and_a_torn_one_does_not_swallow_a_verdict(output):
    path = output / "reviews.jsonl"
    path.write_bytes(b'{"id": "theirs"}\nnot json\n[1]\n{"id": "torn')
    LocalStore(str(output)).decide(close(output, 1, 0))
    lines = path.read_bytes().splitlines()
    assert lines[:4] == [b'{"id": "theirs"}', b"not json", b"[1]", b'{"id": "torn']
    assert {json.loads(line)["data"]["verdict"] for line in lines[4:]} == {"false_positive"}


def test_a_file_that_cannot_be_written_is_told_and_the_verdict_is_kept(output):
    (output / "reviews.jsonl").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*reviews\.jsonl"):
        LocalStore(str(output)).decide(close(output, 1, 0))
    assert value(output, "SELECT count(*) FROM reviews") == len(alerts(output))


def test_a_locked_store_is_told_in_time_and_nothing_is_recorded(output, monkeypatch):
    monkeypatch.setattr(decisions, "LOCK_SECONDS", 0.2)
    with closing(sqlite3.connect(output / "millrace.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreTroubleError, match="nothing was recorded"):
            LocalStore(str(output)).decide(claim(1, 0))
        writer.execute("ROLLBACK")
    assert value(output, "SELECT count(*) FROM case_actions") == 0


def test_a_new_alert_opens_a_closed_case_again(output):
    store = LocalStore(str(output))
    assert store.decide(close(output, 1, 0, "confirmed_fraud")).case.status == "closed"
    run(output, burst(600))
    detail = store.case(*IP)
    assert (detail.case.status, detail.case.unjudged) == ("open", len(detail.alerts) - len(told(output)))
    assert {alert.verdict for alert in detail.alerts} == {"", "confirmed_fraud"}


def test_of_two_verdicts_within_a_second_the_second_counts(output, monkeypatch):
    """Their times are equal as they are stored; the ids of the actions are in the wrong order."""
    monkeypatch.setattr(decisions, "time", SimpleNamespace(time_ns=lambda: 1_800_000_000_000_000_000))
    store = LocalStore(str(output))
    store.decide(close(output, 9, 0, "inconclusive"))
    store.decide(Decision("8" * 32, *IP, "reopen", 1, "kim"))
    detail = store.decide(close(output, 7, 2, "confirmed_fraud"))
    assert {alert.verdict for alert in detail.alerts} == {"confirmed_fraud"}
    assert [action.verdict for action in detail.actions] == ["inconclusive", "", "confirmed_fraud"]
    assert {rule.inconclusive for rule in store.quality().rules} == {0}
