"""Fraud through the real command: the alerts are those of the events of all runs, in any order, repeated and cut."""

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st

from tests.flow.live import Live, Script, message
from tests.histories.counts import drawn
from tests.histories.fraud import admitted, fraud_events
from tests.oracle.fraud import episodes
from tests.program import run_here, select
from transforms.contracts import bundled_fraud_rules

Told = list[dict[str, Any]]
OPEN = "SELECT rule_id, entity_type, entity, window_start, window_end, severity FROM fraud_alerts WHERE status = 'open'"


def payment(number: int, clock: str, **data: Any) -> dict[str, Any]:
    """A declined payment with a card of its own, at a clock time of one day."""
    card = {"fingerprint": f"fp_{number}", "bin": "400000", "last4": "0042"}
    return {
        "specversion": "1.0",
        "id": f"p{number} {clock}",
        "source": "shop",
        "type": "payment.authorization.v1",
        "time": f"2026-09-17T{clock}Z",
        "data": {
            "transaction_id": f"t{number}",
            "merchant_id": f"m{number}",
            "amount": 5000,
            "currency": "EUR",
            "status": "declined",
            "card": card,
            "ip": "192.0.2.7",
            **data,
        },
    }


def run(output: Path, events: Told, *options: str) -> None:
    """A run over events on lines."""
    output.mkdir(exist_ok=True)
    path = output / "input.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    assert run_here(output, "--input", path, "--no_archive", *options) in (0, 3)


def open_alerts(output: Path) -> list[list[Any]]:
    """What is open in the store."""
    return select(output, OPEN)


def wanted(events: Told) -> list[list[Any]]:
    """What must be open, by the oracle."""
    found = episodes(admitted(events), yaml.safe_load(bundled_fraud_rules()))
    return sorted([*one[:3], _shown(one.window_start), _shown(one.window_end), one.severity] for one in found)


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
