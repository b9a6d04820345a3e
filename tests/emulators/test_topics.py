"""Alerts and dead letters on topics of the Pub/Sub emulator, and what may happen to a request."""

import json

import pytest
from google.api_core import exceptions as api

from pipeline.endpoints import stalls, topics
from pipeline.endpoints.pubsub_client import publisher, subscriber
from pipeline.endpoints.topics import PublishTo, alert_messages, dead_letter_messages
from pipeline.errors import StoreError
from tests.core.fraud.test_following import alert
from tests.emulators.conftest import PROJECT
from tests.emulators.rows import reject, write
from transforms.core.fraud.settling import Change
from transforms.core.records import Rejects


@pytest.fixture
def topic(pubsub_server, name):
    path = f"projects/{PROJECT}/topics/{name}"
    publisher().create_topic(name=path)
    subscriber().create_subscription(name=subscription_of(path), topic=path)
    return path


def subscription_of(topic):
    return topic.replace("/topics/", "/subscriptions/")


def take(topic, count):
    """A number of messages, and no more are there."""
    held: list[tuple[bytes, dict[str, str]]] = []
    while len(held) < count:
        answer = subscriber().pull(subscription=subscription_of(topic), max_messages=500, timeout=10)
        ids = [one.ack_id for one in answer.received_messages]
        subscriber().acknowledge(subscription=subscription_of(topic), ack_ids=ids)
        held += [(one.message.data, dict(one.message.attributes)) for one in answer.received_messages]
    assert len(held) == count
    return held


def test_changes_of_alerts_are_cloud_events(topic):
    changes = [Change("opened", alert(5)), Change("raised", alert(5, seen=9, score=80))]
    write(changes, Change, PublishTo(topic, alert_messages, is_live=True))
    told = sorted(take(topic, 2), key=lambda one: one[1]["change"])
    assert [attributes for _, attributes in told] == [
        {
            "content-type": "application/cloudevents+json",
            "change": change,
            "severity": "review",
            "rule_id": "cards",
            "entity_type": "ip",
        }
        for change in ("opened", "raised")
    ]
    assert [json.loads(data)["id"] for data, _ in told] == [change.event_id for change in changes]


def test_dead_letters_are_the_message_with_what_was_wrong(topic):
    letters = tuple(reject(str(number), b"\xff%d" % number) for number in range(1200))
    long = reject("long", b"x" * 6_000_000)._replace(error_message="\N{SNOWMAN}" * 400, attributes={"k": "v" * 2000})
    write([letters, (long, long)], Rejects, PublishTo(topic, dead_letter_messages, is_live=True))
    held = take(topic, 1202)
    assert {attributes["millrace_position"]: data for data, attributes in held} == {
        letter.position: letter.payload for letter in (*letters, long)
    }
    [attributes] = {tuple(sorted(one.items())) for _, one in held if one["millrace_position"] == "long"}
    assert dict(attributes)["millrace_error_message"] == "\N{SNOWMAN}" * 341
    assert dict(attributes)["k"] == "v" * 1024


class FakePublisher:
    """Takes requests, after its faults."""

    def __init__(self, *faults):
        self.faults, self.messages = list(faults), []

    def publish(self, topic, messages, retry, timeout):
        assert (topic, retry, timeout) == ("projects/p/topics/t", None, 30.0)
        if self.faults:
            raise self.faults.pop(0)
        self.messages += messages


@pytest.fixture
def fake(monkeypatch):
    made = FakePublisher()
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(topics, "publisher", lambda: made)
    return made


@pytest.mark.parametrize(
    "error", [api.ServiceUnavailable("away"), api.DeadlineExceeded("slow"), api.ResourceExhausted("quota")]
)
def test_what_passes_is_waited_for(fake, error):
    fake.faults = [error] * 3
    write([(reject("0"),)], Rejects, PublishTo("projects/p/topics/t", dead_letter_messages, is_live=False))
    assert [message.data for message in fake.messages] == [b"{"]


def test_a_missing_topic_is_told(fake):
    fake.faults = [api.NotFound("Topic not found")]
    with pytest.raises(StoreError, match="cannot write Pub/Sub projects/p/topics/t: 404 Topic not found; make what is"):
        write([(reject("0"),)], Rejects, PublishTo("projects/p/topics/t", dead_letter_messages, is_live=False))
