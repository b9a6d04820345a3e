"""An ordering key reaches dead letters and the archive, as an attribute."""

import pytest
from google.cloud.pubsub_v1 import PublisherClient
from google.cloud.pubsub_v1.types import PublisherOptions

from tests.emulators.live_runs import LiveRun, Topic, archived
from tests.program import dead_letters


@pytest.fixture
def topic(pubsub_server, name):
    return Topic(name)


def test_it_is_an_attribute(topic, tmp_path):
    publisher = PublisherClient(publisher_options=PublisherOptions(enable_message_ordering=True))
    publisher.publish(topic.topic, b"no JSON", ordering_key="till-7", shop="1").result()
    run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription)
    run.wait_for(lambda: (run.output / "millrace.db").exists() and dead_letters(run.output) != [])
    assert run.stop() in (0, 3), run.log()
    [letter] = dead_letters(run.output)
    assert letter["attributes"] == {"ordering_key": "till-7", "shop": "1"}
    assert [row.attributes for row in archived(run.output)] == [{"ordering_key": "till-7", "shop": "1"}]
