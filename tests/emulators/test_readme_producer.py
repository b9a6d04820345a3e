"""The producer that the README shows: what it publishes is counted."""

import pytest

from tests.emulators.live_runs import Topic, bounded
from tests.program import ROOT, select


@pytest.fixture
def topic(pubsub_server, name):
    return Topic(name)


def test_what_it_publishes_is_counted(topic, tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = text.partition("<!-- producer -->\n```python\n")[2].partition("```")[0]
    assert code.count("projects/my-shop/topics/events") == 1
    exec(code.replace("projects/my-shop/topics/events", topic.topic), {})  # noqa: S102 - it is our own
    rows = select(bounded(topic, tmp_path), "SELECT url, views, visitors FROM page_views")
    assert rows == [["/basket", 1, 1], ["/products/oak-lamp", 1, 1]]
