"""Pulling from the emulator: ahead in a backlog, one at a time else; held messages go to nobody else."""

import time

import pytest
from google.api_core.exceptions import NotFound

from pipeline.endpoints.pubsub_ahead import PullAhead
from pipeline.endpoints.pubsub_client import subscriber
from pipeline.endpoints.pubsub_leases import Leases, Taken
from tests.emulators.live_runs import PROJECT, Topic

pytestmark = pytest.mark.usefixtures("pubsub_server")


def numbers(answer) -> list[int]:
    return [int(one.message.data) for one in answer.received_messages]


def test_a_backlog_is_pulled_whole_and_then_there_is_nothing(name):
    topic = Topic(name)
    topic.publish((str(number).encode(), {}) for number in range(5_000))
    ahead = PullAhead(topic.subscription)
    got: list[int] = []
    end = time.monotonic() + 30
    while len(got) < 5_000 and time.monotonic() < end:
        got += numbers(ahead.next(1.0, is_backlog=True))
    assert sorted(got) == list(range(5_000))
    begun = time.monotonic()
    assert not numbers(ahead.next(0.2, is_backlog=False))
    assert time.monotonic() - begun < 2, "a pull that waits keeps nobody waiting"


def test_a_message_comes_at_once_though_pulls_are_waiting(name):
    topic = Topic(name)
    ahead = PullAhead(topic.subscription)
    got: list[int] = []
    assert not numbers(ahead.next(0.1, is_backlog=True))
    for number in range(3):  # whichever of the three pulls has it
        topic.publish([(str(number).encode(), {})])
        got += numbers(ahead.next(5.0, is_backlog=False))
    assert got == [0, 1, 2]


def test_what_was_pulled_ahead_can_be_given_back(name):
    topic = Topic(name)
    topic.publish((b"1", {}) for _ in range(4_000))
    ahead = PullAhead(topic.subscription)
    some = ahead.next(5.0, is_backlog=True)
    time.sleep(2)
    rest = [one.ack_id for answer in ahead.rest() for one in answer.received_messages]
    assert rest
    Leases(topic.subscription).give_back([*rest, *(one.ack_id for one in some.received_messages)])
    again, end = 0, time.monotonic() + 20  # the deadline is a minute
    while again < 4_000 and time.monotonic() < end:
        again += len(numbers(ahead.next(1.0, is_backlog=True)))
    assert again == 4_000


def test_a_subscription_that_is_not_there_is_told():
    with pytest.raises(NotFound, match="Subscription does not exist"):
        PullAhead(f"{PROJECT}/subscriptions/missing").next(5.0, is_backlog=False)


def test_a_message_that_is_held_beyond_its_deadline_goes_to_nobody_else(name):
    topic = Topic(name)
    short = f"{topic.subscription}-short"
    subscriber().create_subscription({"name": short, "topic": topic.topic, "ack_deadline_seconds": 10})
    topic.publish([(b"1", {})])
    [held] = PullAhead(short).next(5.0, is_backlog=False).received_messages
    leases = Leases(short)
    leases.take({held.ack_id: Taken(1, 1)})
    others, end = PullAhead(short), time.monotonic() + 16
    while time.monotonic() < end:
        leases.renew()
        assert not numbers(others.next(1.0, is_backlog=False))
    leases.acknowledge([held.ack_id])
