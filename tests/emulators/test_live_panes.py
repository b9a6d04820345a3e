"""Windows of an idle subscription close by themselves, and one late event writes one row in every home."""

import json
import time
from datetime import UTC, datetime

import pytest

from pipeline.endpoints.bigtable_reading import ServedPageViews
from tests.emulators.live_runs import LiveRun, Topic
from tests.emulators.rows import rows

WIDTH = 10
"""Seconds a window."""


def page_view(number: int, at: datetime, url: str) -> tuple[bytes, dict[str, str]]:
    event = {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "/shop",
        "type": "web.page_view.v1",
        "time": at.isoformat(),
        "data": {"url": url},
    }
    return json.dumps(event).encode(), {}


@pytest.mark.usefixtures("pubsub_server")
def test_a_window_closes_and_a_late_event_corrects_one_row(client, dataset, bigtable, name, tmp_path):
    topic = Topic(name)
    homes = ("--output_dataset", dataset, "--output_bigtable", bigtable, "--window_duration", f"{WIDTH}s")
    run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *homes)
    run.wait_for(lambda: "on Prism" in run.log())
    at = datetime.now(UTC)
    topic.publish(page_view(number, at, f"/p/{number}") for number in range(50))

    def written():
        return rows(client, f"SELECT url, views FROM `{dataset}.page_views`")

    run.wait_for(lambda: len(written()) == 50)  # on time: BigQuery takes no early panes, and nothing more was published
    assert time.time() >= at.timestamp() // WIDTH * WIDTH + WIDTH
    topic.publish([page_view(99, at, "/p/7")])
    run.wait_for(lambda: len(written()) == 51)
    assert run.stop() == 0, run.log()
    assert sorted((row["url"], row["views"]) for row in written()) == sorted(
        [*((f"/p/{number}", 1) for number in range(50)), ("/p/7", 2)]
    )
    with ServedPageViews(bigtable) as table:
        served = table.windows(int(at.timestamp() - 60) * 1_000_000, int(at.timestamp() + 60) * 1_000_000)
    assert sorted((row.url, row.views) for row in served) == sorted(
        (f"/p/{number}", 2 if number == 7 else 1) for number in range(50)
    )
