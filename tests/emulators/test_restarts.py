"""Servers that are killed in the middle, and started again: what was to be written is there, once."""

import threading
import time

import pytest

from pipeline.endpoints import stalls
from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.bigtable import StoreInBigtable
from pipeline.endpoints.bigtable_reading import ServedPageViews
from pipeline.endpoints.cloud_homes import BigQueryHomes
from pipeline.local_cloud.bigquery import BigQuery
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.provisioning.bigquery import provision_bigquery
from pipeline.provisioning.bigtable import provision_bigtable
from tests.emulators.conftest import PROJECT
from tests.emulators.rows import MINUTE, TEN, page_views, rows, write
from transforms.core.records import PageViews

BATCHES = 6


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(stalls, "LONGEST_WAIT_SECONDS", 0.5)


@pytest.fixture
def own(request, tmp_path, monkeypatch):
    """A server of this test alone, since it is killed."""
    server = request.param(tmp_path)
    monkeypatch.setenv(server.variable, server.start())
    yield server
    server.stop()


def written_while_away(server, home, prepare=None):
    """Write batch after batch while the server is killed, away for two seconds, and back; gives what was stalled."""
    views = [[page_views(f"/{batch}-{number}", 0, number + 1) for number in range(40)] for batch in range(BATCHES)]
    write(views[0], PageViews, home)
    server.kill()

    def write_the_rest():
        for some in views[1:]:
            write(some, PageViews, home)

    writing = threading.Thread(target=write_the_rest)
    writing.start()
    time.sleep(2)
    stalled = [stall.home for stall in stalls.STALLS.current()]
    server.launch()
    server.wait()
    if prepare:
        prepare()
    writing.join(timeout=60)
    assert not writing.is_alive()
    return stalled


def expected():
    return sorted((f"/{batch}-{number}", number + 1) for batch in range(BATCHES) for number in range(40))


@pytest.mark.parametrize("own", [BigQuery], indirect=True)
def test_bigquery_comes_back(own):
    dataset = f"{PROJECT}.d"
    with connect(PROJECT) as client:
        list(provision_bigquery(client, dataset, dry_run=False))
    homes = BigQueryHomes(dataset, True, StoreRejectsInBigQuery(dataset, "", TEN, is_live=True))
    assert written_while_away(own, homes.page_views()) == [f"BigQuery {dataset}.page_views"]
    with connect(PROJECT) as client:
        shown = rows(client, f"SELECT url, views FROM `{dataset}.page_views_current`")
    assert sorted(tuple(row.values()) for row in shown) == expected()


@pytest.mark.parametrize("own", [Bigtable], indirect=True)
def test_bigtable_comes_back_though_its_table_is_gone_at_first(own):
    path = f"projects/{PROJECT}/instances/serving/tables/t"

    def provision():
        time.sleep(1)  # meanwhile the table is missing, which a person mends
        list(provision_bigtable(path, dry_run=False))

    provision()
    assert written_while_away(own, StoreInBigtable(path, is_live=True), provision) == [f"Bigtable {path}"]
    with ServedPageViews(path) as served:
        held = served.windows(TEN, TEN + MINUTE)
    # The emulator holds its tables in memory: the first batch went with it.
    assert sorted((row.url, row.views) for row in held) == [
        pair for pair in expected() if not pair[0].startswith("/0-")
    ]
