"""A home that stays away from a live run: which, why and since when is told, reading stops, and nothing is lost."""

import json
import re
from datetime import UTC, datetime

import pytest

from pipeline.endpoints.bigquery_client import connect
from pipeline.local_cloud.bigquery import BigQuery
from pipeline.provisioning.bigquery import provision_bigquery
from tests.emulators.conftest import PROJECT
from tests.emulators.live_runs import LiveRun, Topic, bounded
from tests.emulators.rows import rows
from tests.program import select

MESSAGES, EVENTS = 400, 100
VIEWS = "SELECT url, sum(views) AS views FROM {} GROUP BY url"


@pytest.fixture
def own_bigquery(tmp_path, monkeypatch):
    """A BigQuery of this test alone, since it is killed."""
    server = BigQuery(tmp_path)
    monkeypatch.setenv(server.variable, server.start())
    yield server
    server.stop()


def messages(first: int, count: int) -> list[tuple[bytes, dict[str, str]]]:
    now = datetime.now(UTC).isoformat()
    return [
        (
            "\n".join(
                json.dumps(
                    {
                        "specversion": "1.0",
                        "id": f"{number}-{event}",
                        "source": "/shop",
                        "type": "web.page_view.v1",
                        "time": now,
                        "data": {"url": f"/p/{event % 5}", "user_id": f"u{event}"},
                    }
                )
                for event in range(EVENTS)
            ).encode(),
            {},
        )
        for number in range(first, first + count)
    ]


def pulled(run: LiveRun) -> int:
    """How many messages were pulled, as the last line of the log tells."""
    found = re.findall(r"^([0-9,]+) messages", run.log(), re.MULTILINE)
    return int(found[-1].replace(",", "")) if found else 0


@pytest.mark.usefixtures("pubsub_server")
def test_reading_stops_at_its_bound_and_goes_on(own_bigquery, name, tmp_path):
    topic, dataset = Topic(name), f"{PROJECT}.{name}"
    with connect(PROJECT) as client:
        list(provision_bigquery(client, dataset, dry_run=False))
        homes = ("--output_dataset", dataset, "--max_unwritten", "300kB")
        run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *homes)
        topic.publish(messages(0, 20))
        run.wait_for(lambda: rows(client, f"SELECT run FROM `{dataset}.ledger`") != [])
        own_bigquery.kill()
        topic.publish(messages(20, 20))  # what waits to be written
        run.wait_for(lambda: re.search(r"cannot write BigQuery \S+ since \d\d:\d\d:\d\dZ: ", run.log()) is not None)
        topic.publish(messages(40, MESSAGES))  # seven megabytes, of which a few hundred kilobytes are read on
        run.wait_for(lambda: "waiting for BigQuery" in run.log())
        run.wait_for(lambda: run.log().count("waiting for BigQuery") > 3)
        assert pulled(run) < 200
        own_bigquery.launch()
        own_bigquery.wait()
        expected = [list(row) for row in select(bounded(topic, tmp_path), VIEWS.format("page_views"))]
        view = VIEWS.format(f"`{dataset}.page_views_current`")
        run.wait_for(lambda: sorted(list(row.values()) for row in rows(client, view)) == expected)
        assert run.stop() == 0, run.log()
        assert "no longer waiting" in run.log()
