"""Live runs from Pub/Sub into the local store, on Prism: every table as a bounded run over the same messages has it."""

import json
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.emulators.live_runs import LiveRun, Published, Topic, account, archived, bounded, mixed, results, views
from tests.flow.frauds import payment
from tests.program import select


@pytest.fixture
def topic(pubsub_server, name):
    return Topic(name)


def started(topic: Topic, tmp_path, *arguments: str) -> LiveRun:
    return LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *arguments)


def page_view(number: int, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    event = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/shop",
        "type": "web.page_view.v1",
        "time": (at or datetime.now(UTC)).isoformat(),
        "data": {"url": f"/p/{number % 7}", "user_id": f"u{number % 50}"},
    }
    return json.dumps(event).encode(), {}


def test_a_mixture_ends_as_a_bounded_run_over_it(topic, tmp_path):
    topic.publish(mixed(30_000))
    run = started(topic, tmp_path)
    expected = bounded(topic, tmp_path)
    run.wait_for(lambda: views(run.output) >= views(expected))
    assert run.stop() == 0, run.log()
    assert results(run.output) == results(expected)
    assert account(run.output) == account(expected)


def test_killed_and_started_again(topic, tmp_path):
    topic.publish(page_view(number) for number in range(2_000))
    run = started(topic, tmp_path)
    run.wait_for(lambda: views(run.output) > 0)
    topic.publish(page_view(number) for number in range(2_000, 4_000))
    time.sleep(3)  # some are acknowledged and not written
    run.kill()
    run = started(topic, tmp_path)
    # Views may be there from before; what was on its way when the run was killed comes again after its deadline.
    run.wait_for(lambda: views(run.output) >= 4_000 and len(archived(run.output)) >= 4_000)
    assert run.stop(signal.SIGTERM) == 0, run.log()
    assert results(run.output) == results(bounded(topic, tmp_path))


def test_drained_in_the_middle_of_a_window_and_started_again(topic, tmp_path):
    messages = [page_view(number) for number in range(1_000)]
    topic.publish(messages[:500])
    run = started(topic, tmp_path)
    run.wait_for(lambda: views(run.output) > 0)
    assert run.stop() == 0, run.log()
    topic.publish([*messages[500:], *messages[:300]])
    run = started(topic, tmp_path)
    run.wait_for(lambda: views(run.output) >= 1_000)
    assert run.stop() == 0, run.log()
    assert results(run.output) == results(bounded(topic, tmp_path))


def test_three_hours_of_backlog_in_any_order(topic, tmp_path):
    """Nothing is dropped for lateness: times of events lie up to three hours back, in random order."""
    now = datetime.now(UTC)
    topic.publish(page_view(number, now - timedelta(seconds=number * 7919 % 10_800)) for number in range(3_000))
    run = started(topic, tmp_path, "--allowed_lateness", "4h")
    run.wait_for(lambda: views(run.output) >= 3_000)
    assert run.stop() == 0, run.log()
    assert len(select(run.output, "SELECT DISTINCT window_start FROM page_views")) > 170
    assert account(run.output)[:4] == [3_000, 3_000, 0, {}]


def test_a_topic_is_read_and_its_subscription_removed(topic, tmp_path):
    run = LiveRun(tmp_path / "live", "--input_topic", topic.topic)
    run.wait_for(lambda: "on Prism" in run.log())
    topic.publish(page_view(number) for number in range(100))
    run.wait_for(lambda: views(run.output) >= 100)
    assert run.stop() == 0, run.log()
    assert "what is published while no job runs is lost" in run.log()


def test_without_an_archive(topic, tmp_path):
    topic.publish(page_view(number) for number in range(100))
    run = started(topic, tmp_path, "--no_archive")
    run.wait_for(lambda: views(run.output) >= 100)
    assert run.stop() == 0, run.log()
    assert not (run.output / "archive").exists()


def test_an_alert_is_told_within_seconds(topic, tmp_path):
    """Of the deciding event; the limit leaves room for a busy machine, and none for a pane of page views."""
    run = started(topic, tmp_path)
    run.wait_for(lambda: "on Prism" in run.log())
    now = datetime.now(UTC).isoformat()
    payments: list[Published] = [
        (json.dumps(payment(number, f"c{number}") | {"time": now}).encode(), {}) for number in range(5)
    ]
    topic.publish(payments[:4])
    evidence = "SELECT count(*) FROM fraud_evidence"
    run.wait_for(lambda: (run.output / "millrace.db").exists() and select(run.output, evidence) != [[0]])
    begun = time.monotonic()
    topic.publish(payments[4:])
    log = run.output / "alerts.jsonl"
    run.wait_for(lambda: log.exists() and "card_testing.cards_per_ip" in log.read_text())
    assert time.monotonic() - begun < 9
    assert run.stop() == 0, run.log()
