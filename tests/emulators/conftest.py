"""Real servers of this machine, one of a kind a session, and names that no two tests share."""

from uuid import uuid4

import pytest

from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.pubsub_client import publisher, subscriber
from pipeline.local_cloud.bigquery import BigQuery
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.local_cloud.pubsub import PubSub
from pipeline.local_cloud.storage import CloudStorage
from pipeline.provisioning.bigquery import provision_bigquery
from pipeline.provisioning.bigtable import provision_bigtable

PROJECT = "local-dev"
BUCKET = "millrace"


def _running(kind, tmp_path_factory):
    server = kind(tmp_path_factory.mktemp(kind.__name__))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _bigquery(tmp_path_factory):
    yield from _running(BigQuery, tmp_path_factory)


@pytest.fixture(scope="session")
def _bigtable(tmp_path_factory):
    yield from _running(Bigtable, tmp_path_factory)


@pytest.fixture(scope="session")
def _pubsub(tmp_path_factory):
    publisher.cache_clear()
    subscriber.cache_clear()
    yield from _running(PubSub, tmp_path_factory)


@pytest.fixture(scope="session")
def _storage(tmp_path_factory):
    yield from _running(CloudStorage, tmp_path_factory)


def _found(server, monkeypatch):
    """Let clients find a server for the time of one test: others are to meet none."""
    monkeypatch.setenv(server.variable, server.address)
    return server


@pytest.fixture
def bigquery_server(_bigquery, monkeypatch):
    return _found(_bigquery, monkeypatch)


@pytest.fixture
def bigtable_server(_bigtable, monkeypatch):
    return _found(_bigtable, monkeypatch)


@pytest.fixture
def pubsub_server(_pubsub, monkeypatch):
    return _found(_pubsub, monkeypatch)


@pytest.fixture
def storage_server(_storage, monkeypatch):
    return _found(_storage, monkeypatch)


@pytest.fixture
def name():
    """A name for resources of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def client(bigquery_server):
    with connect(PROJECT) as connected:
        yield connected


@pytest.fixture
def dataset(client, name):
    """A provisioned dataset."""
    path = f"{PROJECT}.{name}"
    list(provision_bigquery(client, path, dry_run=False))
    return path


@pytest.fixture
def bigtable(bigtable_server, name):
    """A provisioned table."""
    path = f"projects/{PROJECT}/instances/serving/tables/{name}"
    list(provision_bigtable(path, dry_run=False))
    return path


@pytest.fixture
def directory(storage_server, name):
    """An output directory of this test alone."""
    return f"gs://{BUCKET}/{name}/"
