"""Simulated traffic on a topic: what arrives is what the summary says has to."""

import re
import subprocess
import sys
import time

import pytest

from tests.emulators.live_runs import Topic, account, bounded
from tests.program import ROOT, select


@pytest.fixture
def topic(pubsub_server, name):
    return Topic(name)


def simulate(topic: Topic, *arguments: str) -> str:
    command = [sys.executable, "-m", "pipeline.simulate", "--topic", topic.topic, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def told(summary: str, name: str) -> int:
    [number] = re.findall(rf"{name} +([0-9,]+)", summary)
    return int(number.replace(",", ""))


def test_a_run_over_the_topic_arrives_at_what_the_summary_says(topic, tmp_path):
    summary = simulate(topic, "--events", "3000", "--duration", "20m")
    received, counted, duplicate, rejected, _ = account(bounded(topic, tmp_path))
    assert told(summary, "received") == received
    assert told(summary, "counted") == counted
    assert told(summary, "duplicate") == duplicate
    assert told(summary, "rejected") == sum(rejected.values())


def test_a_rate_is_kept_and_what_happens_happens_now(topic, tmp_path):
    begun = time.time()
    simulate(topic, "--events", "600", "--rate", "200", "--late", "0", "--in_future", "0")
    assert time.time() - begun >= 2.5
    query = "SELECT DISTINCT window_start FROM page_views"
    windows = [window for (window,) in select(bounded(topic, tmp_path), query)]
    first = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(begun - 1300))  # duplicates come up to 20 minutes later
    assert first <= windows[0] <= windows[-1] <= time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime())


def test_messages_of_a_size(topic):
    simulate(topic, "--events", "5000", "--events_per_message", "500", "--malformed", "0", "--duration", "20m")
    assert len(topic.seen()) <= 20
