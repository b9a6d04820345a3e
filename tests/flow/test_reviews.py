"""Verdicts come back, alerts tell of their changes, and name nobody where a key is given."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.__main__ import main
from tests.flow.frauds import payment, run
from tests.program import run_here, select
from transforms.contracts import bundled_fraud_rules


def review(number: int, alert_id: str, verdict: str, decided_at: str, **data: Any) -> dict[str, Any]:
    """A verdict on an alert about the cards of one IP."""
    return {
        "specversion": "1.0",
        "id": f"review {number}",
        "source": "//reviews",
        "type": "fraud.review.v1",
        "time": "2026-09-18T08:00:00Z",
        "data": {
            "review_id": f"r{number}",
            "alert_id": alert_id,
            "rule_id": "card_testing.cards_per_ip",
            "entity_type": "ip",
            "entity": "192.0.2.7",
            "verdict": verdict,
            "reviewer": "ada",
            "decided_at": decided_at,
            **data,
        },
    }


CARDS = "FROM fraud_alerts WHERE rule_id = 'card_testing.cards_per_ip'"
MORNING = [payment(n, f"08:{n:02d}:00") for n in range(6)]
EVENING = [payment(n, f"20:{n:02d}:00") for n in range(6, 12)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize(
    ("verdicts", "opened"),
    [
        ([("false_positive", "2026-09-17T12:00:00Z")], ["07:04"]),
        ([("false_positive", "2026-09-17T21:00:00Z")], ["07:04", "19:10"]),
        ([("false_positive", "2026-08-17T12:00:00Z")], ["07:04", "19:10"]),
        ([("confirmed_fraud", "2026-09-17T12:00:00Z")], ["07:04", "19:10"]),
        (
            [("false_positive", "2026-09-17T12:00:00Z"), ("confirmed_fraud", "2026-09-17T12:00:01Z")],
            ["07:04", "19:10"],
        ),
        ([("inconclusive", "2026-09-17T12:00:00Z"), ("false_positive", "2026-09-17T13:00:00Z")], ["07:04"]),
    ],
)
def test_a_false_positive_keeps_later_alerts_quiet(verdicts, opened, order, tmp_path):
    """Of the morning's alert, which stays; whatever came first, the alerts, the verdict or a reopened case."""
    run(tmp_path / "elsewhere", MORNING)
    ((first,),) = select(tmp_path / "elsewhere", f"SELECT alert_id {CARDS}")
    verdict = [review(number, first, *said) for number, said in enumerate(verdicts)]
    for part in order:
        run(tmp_path / "out", (MORNING, EVENING, verdict)[part])
    starts = select(tmp_path / "out", f"SELECT substr(window_start, 12, 5) {CARDS} AND status = 'open'")
    assert starts == [[start] for start in opened]
    suppressed = select(tmp_path / "out", "SELECT count(*) FROM fraud_found WHERE suppressed_by <> ''")
    assert suppressed == [[2 - len(opened)]]


def test_reviews_beside_the_store_are_read_by_every_run(tmp_path):
    run(tmp_path, MORNING)
    ((first,),) = select(tmp_path, f"SELECT alert_id {CARDS}")
    verdict = review(1, first, "false_positive", "2026-09-17T12:00:00.9Z", note="our own test")
    (tmp_path / "reviews.jsonl").write_text(json.dumps(verdict) + "\n", encoding="utf-8")
    run(tmp_path, EVENING)
    assert select(tmp_path, f"SELECT count(*) {CARDS} AND status = 'open'") == [[1]]
    assert select(tmp_path, "SELECT * FROM reviews") == [
        [
            *("r1", first, "card_testing.cards_per_ip", "ip", "192.0.2.7", "ip|192.0.2.7", "false_positive", "ada"),
            *("our own test", "2026-09-17T12:00:00Z"),
        ]
    ]


def test_alerts_name_nobody_where_there_is_a_key(tmp_path):
    key = tmp_path / "pii.key"
    key.write_bytes(b"a secret of many bytes\n")
    rules = tmp_path / "rules.yaml"
    allowed = "allow: [{entity_type: ip, entity: 192.0.2.7, reason: our load test}]"
    rules.write_text(bundled_fraud_rules().replace("allow: []", allowed), encoding="utf-8")
    burst = [payment(n, f"10:00:{n:02d}", device_id="ada-phone", account_id="ada@example.com") for n in range(20)]
    run(tmp_path / "clear", burst)
    run(tmp_path / "keyed", burst, "--pii_key_file", str(key))
    run(tmp_path / "allowed", burst, "--pii_key_file", str(key), "--fraud_rules", str(rules))
    query = "SELECT rule_id, entity_type, severity FROM fraud_alerts"
    assert select(tmp_path / "keyed", query) == select(tmp_path / "clear", query) != []
    everything = [json.dumps(row) for row in select(tmp_path / "keyed", "SELECT * FROM fraud_alerts")]
    told = "".join(everything) + (tmp_path / "keyed" / "alerts.jsonl").read_text(encoding="utf-8")
    assert not [name for name in ("192.0.2.7", "ada-phone", "ada@", "fp_") if name in told]
    clear = (tmp_path / "clear" / "alerts.jsonl").read_text(encoding="utf-8")
    assert "192.0.2.7" in clear
    assert "ada@" not in clear
    assert select(tmp_path / "allowed", "SELECT DISTINCT entity_type FROM fraud_alerts") == [["device"]]


@pytest.mark.parametrize("content", [None, b"short"])
def test_a_key_that_is_none(content, tmp_path, capsys):
    path = tmp_path / "pii.key"
    if content:
        path.write_bytes(content)
    assert run_here(tmp_path / "out", "--input", tmp_path, "--pii_key_file", path, "--max_nesting", "no") == 2
    told = capsys.readouterr().err
    assert "--pii_key_file" in told
    assert "--max_nesting" in told


def test_rule_quality_follows_from_the_last_verdicts(tmp_path, capsys):
    run(tmp_path, [*MORNING, *EVENING])
    ((first,), (second,)) = select(tmp_path, f"SELECT alert_id {CARDS} ORDER BY window_start")
    said = [
        review(1, first, "false_positive", "2026-09-18T12:00:00Z"),
        review(2, first, "confirmed_fraud", "2026-09-18T13:00:00Z"),
        review(3, second, "false_positive", "2026-09-18T14:00:00Z"),
    ]
    other = review(4, "of another rule", "inconclusive", "2026-09-18T12:00:00Z", rule_id="takeover.chain")
    for events in (said[1:], [other], said):
        run(tmp_path, events)
    quality = select(tmp_path, "SELECT * FROM fraud_rule_quality WHERE rule_id <> 'card_testing.declines_per_ip'")
    assert quality == [["card_testing.cards_per_ip", 2, 1, 1, 0, 0.5], ["takeover.chain", 0, 0, 0, 1, None]]
    assert main(["--input", str(tmp_path / "input.jsonl"), "--output", str(tmp_path), "--no_archive"]) == 0
    told = capsys.readouterr().out
    assert "  card_testing.cards_per_ip\n      precision 50 %: 1 confirmed, 1 false positive; 2 open\n" in told


def changes(output: Path) -> list[tuple[str, str, str]]:
    """What alerts.jsonl tells of one rule: change, window, severity."""
    lines = (output / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert len({event["id"] for event in events}) == len(events)
    assert {event["type"] for event in events} <= {"fraud.alert.v1"}
    told = [event["data"] for event in events if event["data"]["rule_id"] == "card_testing.cards_per_ip"]
    return [(one["change"], one["window_start"][11:16], one["severity"]) for one in told]


def test_changes_are_told_once_each(tmp_path):
    run(tmp_path, [payment(1, "08:00:00")])
    assert not (tmp_path / "alerts.jsonl").exists()
    run(tmp_path, MORNING)
    assert changes(tmp_path) == [("opened", "07:04", "review")]
    run(tmp_path, MORNING)
    run(tmp_path, [payment(n, f"08:{n:02d}:30") for n in range(20, 30)])
    assert changes(tmp_path) == [("opened", "07:04", "review"), ("raised", "07:04", "high")]
    run(tmp_path, [payment(40, "07:58:00")])
    told = changes(tmp_path)
    assert told[2:] == [("moved", "07:04", "high"), ("opened", "07:03", "high")]
    before = (tmp_path / "alerts.jsonl").read_bytes()
    run(tmp_path, [payment(40, "07:58:00")])
    assert (tmp_path / "alerts.jsonl").read_bytes() == before


def test_what_an_output_tells_is_no_input(tmp_path):
    run(tmp_path, MORNING)
    counted = select(tmp_path, "SELECT sum(received) FROM ledger")
    assert run_here(tmp_path / "other", "--input", tmp_path, "--no_archive") == 0
    assert select(tmp_path / "other", "SELECT sum(received) FROM ledger") == counted
