"""All that is wrong with a command line is told at once, in its words and in what it names."""

import os
import re

import pytest

from pipeline.__main__ import main
from tests.pipeline.runs import page_view, run, views_file
from tests.program import select


def faults_of(err: str) -> list[tuple[str, str]]:
    """The option and the given value of each fault that is told."""
    return re.findall(r"^(\S.*)\n    given     (.*)$", err, re.MULTILINE)


def test_faults_of_words_values_files_and_contracts_come_together(tmp_path, capsys):
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "shop.order.v1.json").write_text('{"type": 5}', encoding="utf-8")
    seen = run(
        capsys,
        *("--input", tmp_path / "nowhere", "--contracts", contracts, "--max_nestin", "3"),
        *("--window_duration", "7s", "--output", tmp_path / "out"),
    )
    assert seen.status == 2
    assert faults_of(seen.err) == [
        ("unknown option", "--max_nestin 3"),
        ("--window_duration", "7s"),
        ("--contracts", str(contracts / "shop.order.v1.json")),
        ("--input", str(tmp_path / "nowhere")),
    ]
    assert "has 4 faults; nothing was run" in seen.err
    assert not (tmp_path / "out").exists()


def test_a_fault_is_told_once(tmp_path, capsys):
    seen = run(capsys, "--contracts", tmp_path / "gone", "--runner", "Dataflow", "--output", tmp_path / "out")
    assert seen.status == 2
    out_of_reach = "DataflowRunner, with results to go to --output"
    assert faults_of(seen.err) == [("--contracts", str(tmp_path / "gone")), ("--runner", out_of_reach)]


def test_an_unknown_event_type_beside_another_fault(tmp_path, capsys):
    views = views_file(tmp_path / "views.jsonl", range(3))
    seen = run(capsys, "--input", views, "--event_type", "web.page_veiw.v1", "--url_shards", "0")
    assert faults_of(seen.err) == [("--url_shards", "0"), ("--event_type", "web.page_veiw.v1")]
    assert "example   --event_type web.page_view.v1" in seen.err


def test_standard_input_is_not_read_for_a_command_line_that_is_wrong(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert main(["--input", "-", "--url_shards", "0"]) == 2
    assert faults_of(capsys.readouterr().err) == [("--url_shards", "0")]


@pytest.mark.parametrize(
    ("runner", "hint"), [("PrismRunner", "--prism_location PATH"), ("FlinkRunner", "--flink_job_server_jar PATH")]
)
def test_a_runner_that_cannot_run_is_told_in_words(runner, hint, tmp_path, capsys, monkeypatch):
    """Both need what is not installed with Beam; what they are given here is not there, so nothing is fetched."""
    monkeypatch.setenv("HOME", str(tmp_path))
    views = views_file(tmp_path / "views.jsonl", range(3))
    named = ("--prism_location" if runner == "PrismRunner" else "--flink_job_server_jar", tmp_path / "none.zip")
    seen = run(capsys, "--input", views, "--runner", runner, *named, "--output", tmp_path / "out", "--quiet")
    assert seen.status == 1
    assert seen.err.startswith(f"millrace: {runner} could not run the pipeline: ")
    assert hint in seen.err
    assert "Traceback" not in seen.err


def test_a_comma_in_a_name(tmp_path, capsys):
    views_file(tmp_path / "a,b.jsonl", range(2))
    views_file(tmp_path / "c.jsonl", range(2, 5))
    named = f"{tmp_path}/a\\,b.jsonl,{tmp_path}/c.jsonl"
    assert run(capsys, "--input", named, "--output", tmp_path / "out").status == 0
    assert select(tmp_path / "out", "SELECT sum(views) FROM page_views") == [[5]]


def test_other_content_under_the_same_name_size_and_time_is_another_run(tmp_path, capsys):
    path = tmp_path / "views.jsonl"
    for number in (1, 2):
        path.write_text(page_view(number) + "\n" + page_view(number + 2) + "\n" * number, encoding="utf-8")
        os.truncate(path, path.stat().st_size + 2 - number)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        assert path.stat().st_size == len(page_view(1)) * 2 + 3
        assert run(capsys, "--input", path, "--output", tmp_path / "out", "--max_reject_ratio", "1").status == 0
    assert select(tmp_path / "out", "SELECT count(DISTINCT run) FROM ledger") == [[2]]
    assert select(tmp_path / "out", "SELECT sum(views) FROM page_views") == [[4]]


def test_faults_of_the_fraud_rules_come_with_those_of_the_inputs(tmp_path, capsys):
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nruels: []\n", encoding="utf-8")
    seen = run(capsys, "--fraud_rules", rules, "--fraud_from", "soon", "--input", tmp_path / "nowhere")
    assert seen.status == 2
    assert faults_of(seen.err) == [
        ("--fraud_from", "soon"),
        ("--fraud_rules", "rules.yaml, line 1: version: 1"),
        ("--fraud_rules", "rules.yaml, line 1: no rules"),
        ("--fraud_rules", "rules.yaml, line 2: ruels: a list"),
        ("--input", str(tmp_path / "nowhere")),
    ]
