"""A live run into a BigQuery that fails at every turn ends in the tables of a bounded run."""

import pytest

from tests.emulators.conftest import BUCKET
from tests.emulators.faulty import FAULTS, FaultyBigQuery
from tests.emulators.live_runs import LiveRun, Topic, bounded, mixed
from tests.emulators.rows import rows
from tests.program import select

VIEWS = "SELECT url, {}, views, bot_views, visitors FROM {}"
LETTERS = "SELECT dead_letter_id, stage, reason FROM {}"


@pytest.mark.usefixtures("pubsub_server", "storage_server")
def test_five_hundreds_lost_answers_quotas_and_halves_of_batches(client, dataset, name, tmp_path, monkeypatch):
    topic = Topic(name)
    topic.publish(mixed(5_000))
    expected = bounded(topic, tmp_path)
    views = select(expected, VIEWS.format("window_start", "page_views"))
    letters = select(expected, LETTERS.format("dead_letters"))
    at = "FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', window_start) AS at"

    def shown(query):
        return sorted(list(row.values()) for row in rows(client, query))

    with FaultyBigQuery(client._connection.API_BASE_URL) as faulty:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", faulty.url)
        homes = ("--output_dataset", dataset, "--output_directory", f"gs://{BUCKET}/{name}/")
        run = LiveRun(tmp_path / "live", "--input_subscription", topic.subscription, *homes)
        total = f"SELECT coalesce(sum(views), 0) AS views FROM `{dataset}.page_views_current`"
        run.wait_for(lambda: shown(total) == [[sum(row[2] for row in views)]])
        assert run.stop() == 0, run.log()
    assert shown(VIEWS.format(at, f"`{dataset}.page_views_current`")) == views
    assert shown(LETTERS.format(f"`{dataset}.dead_letters_current`")) == letters
    assert set(faulty.met) >= set(FAULTS)
