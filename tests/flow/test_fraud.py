"""Fraud through the real command: the alerts are those of the events of all runs, in any order, repeated and cut."""

import json
import signal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st

from pipeline.simulate import main as simulate
from tests.flow.frauds import open_alerts, payment, run, wanted, written
from tests.flow.live import Live, Script, message
from tests.histories.counts import drawn
from tests.histories.crashing import crash
from tests.histories.fraud import fraud_events
from tests.program import run_here, select
from transforms.contracts import bundled_fraud_rules


@drawn(8, 120, events=fraud_events(), seed=st.integers(0, 9))
def test_open_alerts_are_a_function_of_the_events(events, seed):
    """Of two runs into one output over parts that overlap, and of them again."""
    if not events:
        return
    shuffled = Random(seed).sample(events, len(events))
    cut = len(events) * seed // 10
    with TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        for part in (shuffled[: cut + 1], shuffled[max(0, cut - 2) :], shuffled[:cut]):
            if part:
                run(output, part)
        assert open_alerts(output) == wanted(events)


@drawn(4, 60, events=fraud_events(), act=st.integers(1, 40))
def test_a_run_that_died_is_made_again(events, act):
    """It dies with its ``act``-th write half done, if there are so many."""
    with TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        words = ["--input", str(written(output, events)), "--no_archive"]
        assert crash(output, words, act) in (-signal.SIGKILL, 0, 3)
        run(output, events)
        assert open_alerts(output) == wanted(events)


def test_a_burst_of_two_hours_is_one_open_row_with_reasons(tmp_path):
    burst = [payment(n, f"{10 + n // 60:02d}:{n % 60:02d}:00") for n in range(121)]
    run(tmp_path, burst)
    names = "rule_id, severity, score, window_start, window_end, first_event_time, last_event_time, reasons, event_ids"
    rows = select(tmp_path, f"SELECT {names} FROM fraud_alerts WHERE rule_id = 'card_testing.cards_per_ip'")  # noqa: S608
    ((*head, reasons, event_ids),) = rows
    assert head == [
        "card_testing.cards_per_ip",
        "high",
        100,
        "2026-09-17T09:04:00Z",
        "2026-09-17T12:01:00Z",
        "2026-09-17T10:00:00Z",
        "2026-09-17T12:00:00Z",
    ]
    assert [reason["text"] for reason in json.loads(reasons)] == [
        "61 different cards within 1 h from one IP; from 5 on it is reviewed, from 10 on urgent",
        "100 % of the cards were declined; below 25 % this is not looked at",
    ]
    assert json.loads(event_ids) == [event["id"] for event in burst[:50]]


def test_late_evidence_moves_an_episode(tmp_path):
    """The new alert takes the place of the old one, which says so; what fired no more would be withdrawn alike."""
    burst = [payment(n, f"11:{n:02d}:00") for n in range(6)]
    run(tmp_path, burst)
    ((old,),) = select(tmp_path, "SELECT alert_id FROM fraud_alerts WHERE rule_id = 'card_testing.cards_per_ip'")
    run(tmp_path, [payment(n, f"10:3{n}:00") for n in range(6, 9)])
    rows = select(
        tmp_path,
        "SELECT status, alert_id, superseded_by, window_start FROM fraud_alerts"
        " WHERE rule_id = 'card_testing.cards_per_ip'",
    )
    new = rows[0][1]
    assert rows == [
        ["open", new, "", "2026-09-17T10:01:00Z"],
        ["withdrawn", old, new, "2026-09-17T10:04:00Z"],
    ]


def test_a_rerun_and_a_replay_of_the_middle_hour_change_nothing(tmp_path):
    burst = [payment(n, f"{10 + n // 60:02d}:{n % 60:02d}:00") for n in range(150)]
    run(tmp_path, burst)
    everything = "SELECT * FROM fraud_alerts"
    before = select(tmp_path, everything)
    run(tmp_path, burst)
    run(tmp_path, burst[60:120])
    assert select(tmp_path, everything) == before


@pytest.mark.parametrize("seed", ["11", "12"])
def test_a_cold_start_in_normal_traffic_alerts_nobody(seed, tmp_path):
    """Two days of customers who were never seen before, with their second devices, changes and declines."""
    path = tmp_path / "in.jsonl"
    traffic = ("--mix", "login=6,payment=5,change=1", "--events", "20000", "--duration", "2d", "--seed", seed)
    assert simulate([*traffic, "--quiet", "--output", str(path)]) == 0
    assert run_here(tmp_path / "out", "--input", path, "--no_archive") == 0
    assert select(tmp_path / "out", "SELECT count(*) FROM fraud_alerts") == [[0]]
    assert select(tmp_path / "out", "SELECT count(*) FROM fraud_evidence") == [[64]]


def test_an_output_holds_alerts_of_one_set_of_rules(tmp_path, capsys):
    run(tmp_path, [payment(1, "10:00:00")])
    rules = tmp_path / "rules.yaml"
    rules.write_text(bundled_fraud_rules().replace("value: 5,", "value: 6,", 1), encoding="utf-8")
    arguments = ("--input", tmp_path / "input.jsonl", "--fraud_rules", rules)
    assert run_here(tmp_path, *arguments) == 2
    assert "--fraud_rules" in capsys.readouterr().err


def test_what_is_allowed_or_in_shadow_is_counted_and_no_alert(tmp_path):
    rules = tmp_path / "rules.yaml"
    text = bundled_fraud_rules().replace(
        "allow: []", "allow: [{entity_type: ip, entity: 192.0.2.7, reason: our load test}]"
    )
    head, _, tail = text.partition("id: card_testing.bin_attack")
    rules.write_text(f"{head}id: card_testing.bin_attack{tail.replace('ACTIVE', 'SHADOW', 1)}", encoding="utf-8")
    burst = [payment(n, f"10:00:{n:02d}", merchant_id="shop", device_id="d") for n in range(20)]
    run(tmp_path, burst, "--fraud_rules", str(rules))
    outcomes = select(tmp_path, "SELECT outcome, rule_id, count(*) FROM fraud_found GROUP BY 1, 2")
    assert outcomes == [
        ["alerted", "card_testing.attempts", 1],
        ["alerted", "card_testing.cards_per_device", 1],
        ["shadowed", "card_testing.bin_attack", 1],
        ["suppressed", "card_testing.attempts", 1],
        ["suppressed", "card_testing.cards_per_ip", 1],
        ["suppressed", "card_testing.decline_ratio", 1],
        ["suppressed", "card_testing.declines_per_ip", 1],
    ]
    assert select(tmp_path, "SELECT DISTINCT entity_type, entity, status FROM fraud_alerts") == [
        ["device", "d", "open"]
    ]


@pytest.mark.parametrize("shuffle", [0, 1])
def test_live_alerts_come_with_the_deciding_event(shuffle, tmp_path):
    """The fifth card is in the store a second of processing after it came, with the watermark far behind."""
    live = Live(tmp_path)
    burst = [payment(n, f"10:00:{n:02d}") for n in range(12)]
    if shuffle:
        Random(shuffle).shuffle(burst)
    script = Script().watermark("09:59:00")
    for number, event in enumerate(burst):
        script.arrive(message(f"m{number}", "10:01:00", event)).wait(1)
    live.run(script)
    cards = "card_testing.cards_per_ip"
    history = [len(json.loads(ids)) for ids in live.fraud_writes(cards)]
    assert history == list(range(5, 13))
    assert open_alerts(tmp_path) == wanted(burst)
