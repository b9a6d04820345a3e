"""Runs with an end into Google Cloud: the tables of the same run into the local store, also when it is run again."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.simulate import main as simulate
from tests.emulators.rows import rows
from tests.flow.frauds import payment
from tests.flow.test_reviews import EVENING, MORNING, review
from tests.program import run_here, select

RULE = "card_testing.cards_per_ip"


@pytest.fixture
def file(tmp_path):
    """Mixed traffic, and payments that are card testing."""
    path = tmp_path / "traffic.jsonl"
    assert simulate(["--events", "3000", "--malformed", "0.05", "--output", str(path), "--quiet"]) == 0
    burst = "".join(json.dumps(payment(number, f"08:{number:02d}:00")) + "\n" for number in range(12))
    path.write_bytes(path.read_bytes() + burst.encode())
    return path


def texts(found):
    return sorted([str(value) for value in row] for row in found)


def test_the_tables_are_those_of_the_local_store(file, client, dataset, tmp_path):
    local = tmp_path / "local"
    run_here(local, "--input", file)
    for _ in range(2):
        run_here(tmp_path / "cloud", "--input", file, "--output_dataset", dataset)
    assert not (tmp_path / "cloud" / "millrace.db").exists()

    def shown(query):
        return texts(row.values() for row in rows(client, query.replace("FROM ", f"FROM `{dataset}`.")))

    views = "SELECT url, {}, views, bot_views, visitors FROM page_views{}"
    assert shown(views.format("FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', window_start) AS at", "_current")) == texts(
        select(local, views.format("window_start", ""))
    )
    letters = "SELECT dead_letter_id, stage, reason, position FROM dead_letters{}"
    assert shown(letters.format("_current")) == texts(select(local, letters.format(""))) != []
    alerts = "SELECT alert_id, rule_id, score, evidence_seen, reasons FROM fraud_alerts{} WHERE status = 'open'"
    assert shown(alerts.format("_current")) == texts(select(local, alerts.format(""))) != []
    ledger = "SELECT sum(received) AS a, sum(counted) AS b, sum(duplicate) AS c FROM ledger{}"
    assert shown(ledger.format("_current")) == texts(select(local, ledger.format("")))


def test_a_verdict_of_an_earlier_run_keeps_later_alerts_quiet(client, dataset, storage_server, tmp_path):
    """As in the local store, though BigQuery keeps no evidence: the evening is another run, without the morning."""

    def told(*events):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        run_here(tmp_path / "cloud", "--input", path, "--output_dataset", dataset, "--no_archive")
        query = f"SELECT alert_id FROM `{dataset}.fraud_alerts_current` WHERE status = 'open' AND rule_id = '{RULE}'"
        return [row["alert_id"] for row in rows(client, query)]

    today = datetime.now(UTC).date().isoformat()
    morning, evening = (
        [json.loads(json.dumps(one).replace("2026-09-17", today)) for one in some] for some in (MORNING, EVENING)
    )
    [first] = told(*morning)
    assert told(review(1, first, "false_positive", f"{today}T12:00:00Z")) == [first]
    assert told(*evening) == [first]
    other = [json.loads(json.dumps(one).replace("192.0.2.7", "192.0.2.8")) for one in evening]
    assert len(told(*other)) == 2
