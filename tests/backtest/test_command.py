"""The real command over simulated files: what it prints, what it refuses, and that it leaves nothing behind."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.backtest import main
from pipeline.simulate import main as simulate
from tests.program import ROOT, run_here, select
from transforms.contracts import bundled_fraud_rules

CARDS = "card_testing.cards_per_ip"
ATTEMPTS = "card_testing.attempts"
CHANGES = (
    ("value: 5, source: public", "value: 12, source: public"),
    ("high: {value: 10, source: twice", "high: {value: 24, source: twice"),
    ("value: 11, source: vendors", "value: 5, source: vendors"),
)
"""Fewer alerts of many cards, and more of many attempts."""


class History(NamedTuple):
    folder: Path
    events: str
    labels: str
    rules: str


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Three days with eight attacks and eight hard negatives, and rules with changed thresholds."""
    folder = tmp_path_factory.mktemp("history")
    made = History(folder, *(str(folder / name) for name in ("events.jsonl", "fraud.jsonl", "new.yaml")))
    words = ("--events", "500", "--duration", "3d", "--attacks", "8", "--hard_negatives", "8", "--quiet")
    assert simulate([*words, "--output", made.events, "--fraud_labels", made.labels]) == 0
    Path(made.rules).write_text(changed(*CHANGES), encoding="utf-8")
    return made


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place for temporary files, which has to be empty after each command, and a folder to work in, likewise."""
    folders = [tmp_path / name for name in ("temporary", "here")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folders[0]))
    monkeypatch.chdir(folders[1])
    yield
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


@pytest.fixture(scope="module")
def result(history: History) -> dict[str, Any]:
    """What the rules come to on the history, with all examples; the labels are compressed."""
    labels = Path(f"{history.labels}.gz")
    labels.write_bytes(gzip.compress(Path(history.labels).read_bytes()))
    words = ("--input", history.events, "--fraud_rules", history.rules, "--labels", str(labels))
    with redirect_stdout(StringIO()) as out:
        assert main([*words, "--examples", "1000", "--quiet", "--json"]) == 0
    content: dict[str, Any] = json.loads(out.getvalue())
    content["labels"]["file"] = history.labels
    return content


def changed(*changes):
    text = bundled_fraud_rules()
    for before, after in changes:
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


def printed(capsys, *words):
    assert main([*map(str, words), "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def told(capsys, *words):
    return json.loads(printed(capsys, *words, "--json"))


def rule(result, name):
    [found] = [one for one in result["rules"] if one["rule"] == name]
    return found


def test_gained_and_lost_by_content(history, result, tmp_path):
    """Both counts are those of the stores that real runs make, and so are the alerts that differ."""
    names = ("entity", "window_start", "window_end", "first_event_time", "last_event_time", "severity", "score")
    query = f"SELECT {', '.join(names)} FROM fraud_alerts WHERE status = 'open' AND rule_id = '{CARDS}'"  # noqa: S608
    options = ("--max_reject_ratio", "1", "--no_archive", "--input", history.events)
    for name, rules in (("old", ()), ("new", ("--fraud_rules", history.rules))):
        assert run_here(tmp_path / name, *options, *rules) == 0
    old, new = (select(tmp_path / name, query) for name in ("old", "new"))
    cards = rule(result, CARDS)
    assert (cards["old"]["alerts"], cards["new"]["alerts"]) == (len(old), len(new))
    assert 0 < len(new) < len(old)
    lost = [row for row in old if row[0] not in {entity for entity, *_ in new}]
    assert (cards["lost"], cards["gained"]) == (len(lost), 0)
    assert sorted([one[name] for name in names] for one in cards["examples"]["lost"]) == lost
    attempts = rule(result, ATTEMPTS)
    assert (attempts["gained"] > 0, attempts["lost"]) == (True, 0)
    reasons = [reason for one in attempts["examples"]["gained"] for reason in one["reasons"]]
    assert all("from 5 on it is reviewed" in reason for reason in reasons[::2])
    in_all = result["in_all"]
    assert in_all["alerts_a_day"] == pytest.approx(in_all["new"]["alerts"] / result["days"], abs=1e-3)
    assert in_all["gained"] == sum(one["gained"] for one in result["rules"])
    assert in_all["lost"] == sum(one["lost"] for one in result["rules"])


def test_the_same_rules_gain_and_lose_nothing_in_either_direction(capsys, history, result):
    both = told(capsys, "--input", history.events, "--fraud_rules", history.rules, "--against", history.rules)
    assert (both["in_all"]["gained"], both["in_all"]["lost"]) == (0, 0)
    assert both["new"]["digest"] == both["old"]["digest"]
    bundled = history.folder / "bundled.yaml"
    bundled.write_text(bundled_fraud_rules(), encoding="utf-8")
    words = ("--input", history.events, "--fraud_rules", bundled, "--against", history.rules, "--examples", 1000)
    back = told(capsys, *words)
    assert [one["examples"]["gained"] for one in back["rules"]] == [one["examples"]["lost"] for one in result["rules"]]
    assert [one["old"] for one in back["rules"]] == [one["new"] for one in result["rules"]]


def test_an_archive_says_what_the_files_say(capsys, history, result, tmp_path):
    assert run_here(tmp_path / "out", "--input", history.events) == 0
    words = ("--fraud_rules", history.rules, "--labels", history.labels, "--examples", 1000)
    archive = told(capsys, "--input", tmp_path / "out" / "archive", *words)
    assert archive["events"] > 1000
    assert {**archive, "input": None} == {**result, "input": None}


def test_the_same_again_is_the_same_result(capsys, history, result):
    words = ("--input", history.events, "--fraud_rules", history.rules, "--labels", history.labels)
    assert told(capsys, *words, "--examples", 1000) == result


def test_the_truth_judges_both_sets(result):
    judged = result["labels"]
    assert (judged["attacks"], judged["hard_negatives"]) == (8, 8)
    cards = rule(judged, CARDS)
    assert cards["new"]["alerts"] == rule(result, CARDS)["new"]["alerts"]
    for one in (judged["in_all"], *judged["rules"]):
        for side in (one["new"], one["old"]):
            assert side["precision"] in (None, pytest.approx(side["about_attacks"] / (side["alerts"] or 1), abs=1e-6))
            assert side["recall"] == side["attacks_found"] / 8
            assert (side["delay_median_seconds"] is None) == (side["attacks_found"] == 0)
    found = {kind["scenario"]: kind["new"] for kind in judged["scenarios"] if kind["is_attack"]}
    assert sum(found.values()) == judged["in_all"]["new"]["attacks_found"] == 8 - judged["missed"]
    assert {"card_testing_burst", "credential_stuffing", "impossible_travel"} <= {name for name in found if found[name]}
    # A threshold of 12 cards is reached later than one of 5.
    assert cards["new"]["delay_median_seconds"] > cards["old"]["delay_median_seconds"]


def test_allowed_and_shadow_are_told_apart(capsys, history, result):
    entity = rule(result, CARDS)["examples"]["lost"][0]["entity"]
    head, _, tail = changed(
        ("allow: []", f'allow: [{{entity_type: ip, entity: "{entity}", reason: our own}}]')
    ).partition("id: card_testing.bin_attack")
    rules = history.folder / "apart.yaml"
    rules.write_text(f"{head}id: card_testing.bin_attack{tail.replace('ACTIVE', 'SHADOW', 1)}", encoding="utf-8")
    apart = told(capsys, "--input", history.events, "--fraud_rules", rules)
    cards, bins = rule(apart, CARDS), rule(apart, "card_testing.bin_attack")
    assert [one["entity"] for one in cards["examples"]["lost"]] == [entity]
    assert (cards["new"]["suppressed"], cards["new"]["shadowed"], cards["old"]["suppressed"]) == (1, 0, 0)
    assert (bins["new"]["alerts"], bins["new"]["shadowed"]) == (0, bins["old"]["alerts"])
    assert (bins["new_state"], bins["old_state"]) == ("SHADOW", "ACTIVE")


@pytest.mark.parametrize("width", [60, 100])
def test_what_a_person_sees(capsys, history, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = ("--input", history.events, "--fraud_rules", history.rules, "--labels", history.labels, "--examples", 1)
    out = printed(capsys, *words)
    lines = out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].endswith("fraud rules on history")
    flowing = " ".join(out.split())
    assert "from 5 on it is reviewed, from 10 on urgent" in flowing
    assert "By the truth of " in flowing
    assert [line for line in lines if line.startswith("    - ip ")]
    assert [line for line in lines if line.startswith("    + and ")]


@pytest.mark.parametrize("content", ["", "no json\n"])
def test_nothing_found_is_no_error(capsys, history, content):
    nothing = history.folder / "nothing.jsonl"
    nothing.write_text(content, encoding="utf-8")
    words = ("--input", nothing, "--fraud_rules", history.rules, "--labels", history.labels)
    result = told(capsys, *words)
    assert (result["events"], result["refused"], result["days"]) == (0, len(content.splitlines()), 1)
    assert (result["first_event_time"], result["in_all"]["new"]["alerts"]) == (None, 0)
    assert (result["labels"]["missed"], result["labels"]["in_all"]["new"]["recall"]) == (8, 0)
    assert "NOTHING TO JUDGE" in printed(capsys, *words)


def test_fraud_from_silences_what_is_new(capsys, tmp_path, history):
    """A login from the usual device, another from a new one, a change of password, and a large payment."""
    account = {"account_id": "a1", "ip": "192.0.2.7"}
    card = {"fingerprint": "fp", "bin": "400000", "last4": "0042"}
    money = {"transaction_id": "t", "merchant_id": "m", "amount": 90000, "currency": "EUR", "status": "approved"}
    acts = [
        ("15T10:00", "account.login.v1", account | {"outcome": "success", "device_id": "d1"}),
        ("17T10:00", "account.login.v1", account | {"outcome": "success", "device_id": "d2"}),
        ("17T10:10", "account.change.v1", account | {"change_type": "password"}),
        ("17T10:20", "payment.authorization.v1", account | money | {"card": card}),
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(_line(*act) for act in acts), encoding="utf-8")
    chains = [
        rule(told(capsys, "--input", path, "--fraud_rules", history.rules, *more), "takeover.chain")
        for more in ((), ("--fraud_from", "2026-09-18T00:00:00Z"))
    ]
    assert [(chain["new"]["alerts"], chain["old"]["alerts"]) for chain in chains] == [(1, 1), (0, 0)]


def _line(clock, kind, data):
    event = {"specversion": "1.0", "id": clock, "source": "shop", "type": kind, "time": f"2026-09-{clock}:00Z"}
    return json.dumps(event | {"data": data}) + "\n"


# What is refused


def faults_of(capsys, *words):
    assert main([*map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return [tuple(line.strip() for line in block.split("\n")[:2]) for block in err.split("\n\n")[1:-1]]


def test_all_faults_at_once_with_their_lines(capsys, history):
    labels = history.folder / "bad_labels.jsonl"
    labels.write_text('\n{"instance": 1}\nno json\n', encoding="utf-8")
    new, old = history.folder / "bad_new.yaml", history.folder / "bad_old.yaml"
    new.write_text(changed(("value: 5, source: public", "value: 500, source: public")), encoding="utf-8")
    old.write_text("- nothing", encoding="utf-8")
    words = ("--input", "not_here", "--fraud_rules", new, "--against", old, "--labels", labels, "--examples", "few")
    assert faults_of(capsys, *words, "--max_nesting", "0", "--output", "out") == [
        ("unknown option", "given     --output out"),
        ("--max_nesting", "given     0"),
        ("--examples", "given     few"),
        ("--fraud_rules", "given     bad_new.yaml, line 12: review.value: 500"),
        ("--against", "given     bad_old.yaml, line 1: a list"),
        ("--input", "given     not_here"),
        ("--labels", 'given     bad_labels.jsonl, line 2: {"instance": 1}'),
        ("--labels", "given     bad_labels.jsonl, line 3: no json"),
    ]


def test_what_is_named_and_not_there(capsys, history):
    words = ("--fraud_rules", history.rules, "--input", "not_here", "--labels", "nor_this")
    assert faults_of(capsys, *words) == [("--input", "given     not_here"), ("--labels", "given     nor_this")]
    assert faults_of(capsys, "--input", history.events) == [("--fraud_rules", "given     nothing")]


def test_very_many_lines_that_are_no_labels(capsys, history):
    words = ("--fraud_rules", history.rules, "--input", history.events, "--labels", history.events)
    faults = faults_of(capsys, *words)
    assert len(faults) == 101
    assert faults[-1][1].endswith("more lines that are no labels")


def test_a_run_that_fails_says_so(capsys, history, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    assert main(["--input", history.events, "--fraud_rules", history.rules, "--quiet"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"millrace: cannot keep results in {tmp_path}/temporary/millrace-")
    assert err.endswith("No space left on device\n")


def test_an_interruption_is_told_in_a_sentence(capsys, history, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.backtesting.running.compare", interrupted)
    assert main(["--input", history.events, "--fraud_rules", history.rules, "--quiet"]) == 130
    assert capsys.readouterr().err == "millrace: interrupted; nothing was kept\n"


def test_help_comes_without_beam():
    code = (
        "import sys, pipeline.backtest as b; status = b.main(['--help']);"
        "sys.exit(status or 'apache_beam' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.startswith("usage: python -m pipeline.backtest --fraud_rules FILE ...")
