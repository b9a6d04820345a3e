"""Alerts of a live run into BigQuery: opened in a burst, the same as a bounded run finds, quiet after a verdict."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.emulators.conftest import BUCKET
from tests.emulators.live_runs import LiveRun, Topic, bounded
from tests.emulators.rows import rows
from tests.flow.frauds import payment
from tests.flow.test_reviews import review
from tests.program import select

RULE = "card_testing.cards_per_ip"
OPEN = "SELECT alert_id, rule_id, severity, score, evidence_seen, reasons FROM {} WHERE status = 'open'"


def message(event, at):
    return json.dumps(event | {"time": at.isoformat()}).encode(), {}


@pytest.mark.usefixtures("pubsub_server", "storage_server")
def test_alerts_are_those_of_a_bounded_run_and_a_verdict_keeps_them_quiet(client, dataset, name, tmp_path):
    topic = Topic(name)
    begin = datetime.now(UTC) - timedelta(minutes=50)
    morning = [message(payment(number, f"a{number}"), begin + timedelta(minutes=number)) for number in range(6)]
    topic.publish(morning[:4])
    alerts, rejects = Topic(f"{name}-alerts"), Topic(f"{name}-rejects")
    homes = (
        *("--output_dataset", dataset, "--output_directory", f"gs://{BUCKET}/{name}/"),
        *("--alerts_topic", alerts.topic, "--dead_letter_topic", rejects.topic),
    )
    run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *homes)

    def open_alerts():
        return sorted(list(row.values()) for row in rows(client, OPEN.format(f"`{dataset}.fraud_alerts_current`")))

    topic.publish(morning[4:])
    run.wait_for(lambda: any(alert[1] == RULE for alert in open_alerts()))
    expected = select(bounded(topic, tmp_path), OPEN.format("fraud_alerts"))
    run.wait_for(lambda: open_alerts() == expected)
    [first] = [alert[0] for alert in expected if alert[1] == RULE]
    decided = begin + timedelta(minutes=20)
    topic.publish([message(review(1, first, "false_positive", decided.isoformat()), datetime.now(UTC))])
    run.wait_for(lambda: rows(client, f"SELECT review_id FROM `{dataset}.reviews_current`") != [])
    later = datetime.now(UTC) - timedelta(minutes=10)
    evening = [
        message(payment(number, f"b{number}", ip=ip), later + timedelta(minutes=number % 6))
        for ip in ("192.0.2.7", "192.0.2.9")
        for number in range(6, 12)
    ]
    topic.publish([*evening, (b"no JSON", {"k": "v"})])
    entities = f"SELECT entity FROM `{dataset}.fraud_alerts_current` WHERE status = 'open' AND rule_id = '{RULE}'"
    run.wait_for(lambda: len(rows(client, entities)) > 1)
    run.wait_for(lambda: rejects.seen() != [])
    assert run.stop() in (0, 3), run.log()
    assert sorted(row["entity"] for row in rows(client, entities)) == ["192.0.2.7", "192.0.2.9"]
    opened = [json.loads(one.data)["subject"] for one in alerts.seen() if one.attributes["change"] == "opened"]
    assert set(opened) >= {alert[0] for alert in open_alerts()}
    [rejected] = rejects.seen()
    assert (rejected.data, rejected.attributes["k"], rejected.attributes["millrace_reason"]) == (
        b"no JSON",
        "v",
        "not_json",
    )
