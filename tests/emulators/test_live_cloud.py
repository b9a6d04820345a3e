"""Live runs from Pub/Sub into BigQuery, Bigtable and Cloud Storage: the tables that the local store would have."""

import io
import time
from typing import Any

import pytest
from google.cloud import storage  # type: ignore[attr-defined]  # has no annotations

from pipeline.endpoints.bigquery_notebook import BigQueryNotebook
from pipeline.endpoints.bigtable_reading import ServedPageViews
from tests.emulators.conftest import BUCKET
from tests.emulators.live_runs import LiveRun, Topic, account, as_rows, bounded, mixed, results
from transforms.core.times import format_time


class Cloud:
    """Homes of a test's own, and what is in them."""

    def __init__(self, client: Any, dataset: str, bigtable: str, folder: str) -> None:
        self.arguments = (
            *("--output_dataset", dataset, "--output_bigtable", bigtable),
            *("--output_directory", f"gs://{BUCKET}/{folder}/"),
        )
        self._client, self._dataset, self._bigtable, self._folder = client, dataset, bigtable, folder

    def rows(self, query: str) -> list[list[Any]]:
        """Query the dataset; rows come sorted."""
        text = query.replace("FROM ", f"FROM `{self._dataset}`.")
        return sorted(list(row.values()) for row in self._client.query_and_wait(text))

    def views(self) -> int:
        """Count the views that are stored."""
        return int(self.rows("SELECT coalesce(sum(views), 0) FROM page_views_current")[0][0])

    def results(self) -> dict[str, Any]:
        """Read all that is a function of the set of events, as ``live_runs.results`` reads it of the local store."""
        views = self.rows("SELECT url, window_start, window_end, views, bot_views, visitors FROM page_views_current")
        letters = self.rows("SELECT dead_letter_id, stage, reason, payloadString FROM dead_letters_current")
        alerts = self.rows("SELECT alert_id, severity, score FROM fraud_alerts_current WHERE status = 'open'")
        return {
            "page_views": [[url, _iso(start), _iso(end), *counts] for url, start, end, *counts in views],
            "dead_letters": letters,
            "fraud_alerts": alerts,
            "archive": self._archived(),
        }

    def served(self) -> list[list[Any]]:
        """Read what Bigtable serves."""
        with ServedPageViews(self._bigtable) as table:
            rows = table.windows(0, 4102444800 * 1_000_000)
        return sorted([row.url, format_time(row.window_start), row.views] for row in rows)

    def account(self, run: str) -> Any:
        """Read the account of a run."""
        return BigQueryNotebook(self._dataset).account(run)

    def runs(self) -> list[str]:
        """Name the runs that keep an account."""
        return [run for (run,) in self.rows("SELECT DISTINCT run FROM ledger")]

    def _archived(self) -> list[Any]:
        blobs = storage.Client().list_blobs(BUCKET, prefix=f"{self._folder}/dt=")
        return as_rows(io.BytesIO(blob.download_as_bytes()) for blob in blobs)


def _iso(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def as_expected(tables: dict[str, Any]) -> dict[str, Any]:
    """Show of a bounded run's tables what ``Cloud.results`` shows."""
    letters = [
        [letter["dead_letter_id"], letter["stage"], letter["reason"], _text(letter)]
        for letter in tables["dead_letters"]
    ]
    return {
        "page_views": tables["page_views"],
        "dead_letters": sorted(letters),
        "fraud_alerts": [row[:3] for row in tables["fraud_alerts"]],
        "archive": tables["archive"],
    }


def _text(letter: dict[str, Any]) -> str:
    text = letter["payload_string"]
    return bytes.fromhex(letter["payload_bytes"]).decode(errors="replace") if text is None else text


@pytest.fixture
def topic(pubsub_server, name):
    return Topic(name)


@pytest.fixture
def cloud(client, dataset, bigtable, storage_server, name):
    return Cloud(client, dataset, bigtable, name)


def test_a_mixture_ends_as_a_bounded_run_over_it(topic, cloud, tmp_path):
    topic.publish(mixed(30_000))
    run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *cloud.arguments)
    expected = bounded(topic, tmp_path)
    tables = as_expected(results(expected))
    views = sum(row[3] for row in tables["page_views"])
    run.wait_for(lambda: cloud.views() >= views)
    assert run.stop() == 0, run.log()
    assert cloud.results() == tables
    assert cloud.served() == sorted([row[0], row[1], row[3]] for row in tables["page_views"])
    [live] = cloud.runs()
    received, counted, duplicate, rejected, masked = account(expected)
    assert cloud.account(live) == (received, counted, duplicate, rejected, masked)


def test_killed_published_twice_and_started_again(topic, cloud, tmp_path):
    """Without its state a run reads whole windows again: the greatest of each count is right."""
    messages = mixed(4_000)
    topic.publish(messages[:300])
    arguments = ("--input_subscription", topic.subscription, *cloud.arguments)
    run = LiveRun(tmp_path / "live", *arguments)
    run.wait_for(lambda: cloud.views() > 0)
    topic.publish(messages[300:])
    time.sleep(3)  # some are acknowledged and not written
    run.kill()
    topic.publish(messages)
    run = LiveRun(tmp_path / "live", *arguments)
    expected = as_expected(results(bounded(topic, tmp_path)))
    views = sum(row[3] for row in expected["page_views"])
    run.wait_for(lambda: cloud.views() >= views)
    assert run.stop() == 0, run.log()
    found = cloud.results()
    assert [found[name] for name in ("page_views", "dead_letters", "archive")] == [
        expected[name] for name in ("page_views", "dead_letters", "archive")
    ]
    assert cloud.served() == sorted([row[0], row[1], row[3]] for row in expected["page_views"])
