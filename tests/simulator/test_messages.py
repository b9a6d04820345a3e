"""Messages: every framing, publish times soon after, ids of their own, and some delivered again."""

import gzip
import json
from collections import Counter

import pytest

from pipeline.simulator.history import history
from pipeline.simulator.messages import messages
from tests.simulator.plans import plan
from transforms.core.times import MINUTE, SECOND

RIGHT = {"malformed": 0.0, "late": 0.0, "in_future": 0.0, "duplicates": 0.0, "redelivered": 0.0, "envelope": True}


def published(count=20_000, **changes):
    this = plan(count, **(RIGHT | changes))
    return list(messages(history(this), this))


def opened(message):
    data = gzip.decompress(message.data) if message.data.startswith(b"\x1f\x8b") else message.data
    if "ce-id" in message.attributes:
        assert message.attributes["ce-specversion"] == "1.0"
        envelope = {name: message.attributes[f"ce-{name}"] for name in ("id", "source", "type", "time")}
        return [envelope | {"data": json.loads(data)}]
    return json.loads(data) if data.startswith(b"[") else [json.loads(line) for line in data.splitlines()]


def framing(message):
    gzipped = message.data.startswith(b"\x1f\x8b")
    data = gzip.decompress(message.data) if gzipped else message.data
    if "ce-id" in message.attributes:
        return "binary"
    batch = "array" if data.startswith(b"[") else "lines" if data.endswith(b"\n") else "alone"
    return f"{batch}, gzip {'said' if message.attributes else 'unsaid'}" if gzipped else batch


def test_a_message_holds_the_events_that_its_labels_tell():
    for message in published(3_000):
        assert [event["id"] for event in opened(message)] == [item.id for item in message.items]


def test_every_framing_is_used_as_often_as_it_should():
    found = Counter(map(framing, published()))
    # Of 452 messages: 230 with one event, 100 in binary mode, 26 arrays, 24 with lines, 42 and 30 compressed.
    shares = {kind: number / found.total() for kind, number in found.items()}
    assert shares == pytest.approx(
        {
            "alone": 0.509,
            "binary": 0.221,
            "array": 0.058,
            "lines": 0.053,
            "lines, gzip said": 0.093,
            "array, gzip unsaid": 0.066,
        },
        abs=0.02,
    )


def test_a_message_is_published_soon_after_its_last_event():
    for message in published():
        assert 0 < message.publish_time - message.items[-1].sent < 3 * SECOND
        assert message.items[-1].sent - message.items[0].sent <= 10 * SECOND


def test_every_message_has_an_id_of_its_own_and_no_other_seeds():
    ids = {message.message_id for message in published(2_000)}
    assert len(ids) == len(published(2_000))
    assert all(id_.isdecimal() and id_.startswith("9") for id_ in ids)
    assert not ids & {message.message_id for message in published(2_000, seed=2)}


@pytest.mark.parametrize(
    ("size", "framings"),
    [
        (1, {"alone", "binary"}),
        (50, {"array", "lines", "lines, gzip said", "array, gzip unsaid"}),
    ],
)
def test_messages_hold_as_many_events_as_are_wanted(size, framings):
    found = published(5_000, events_per_message=size)
    assert {len(message.items) for message in found} == {size}
    assert set(map(framing, found)) == framings


def test_a_message_that_would_wait_too_long_holds_less():
    found = published(500, events_per_message=400, duration=60 * MINUTE)
    assert max(len(message.items) for message in found) < 400
    assert max(message.items[-1].sent - message.items[0].sent for message in found) <= 10 * MINUTE


def test_messages_delivered_again_are_unchanged_and_come_soon():
    found = published(redelivered=0.05)
    first: dict[str, int] = {}
    again = 0
    for number, message in enumerate(found):
        if message.again:
            before = found[first[message.message_id]]
            assert message._replace(again=False) == before
            assert 0 < number - first[message.message_id] < 120
            again += 1
        else:
            assert message.message_id not in first
            first[message.message_id] = number
    assert again / len(first) == pytest.approx(0.05, abs=0.01)


def test_what_is_no_cloudevent_travels_alone_or_on_a_line():
    found = [message for message in published(malformed=0.3) if any(item.text for item in message.items)]
    assert set(map(framing, found)) == {"alone", "lines", "lines, gzip said", "lines, gzip unsaid"}
