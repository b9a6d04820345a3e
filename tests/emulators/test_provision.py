"""Provisioning against the emulators: what is missing is made once, and what differs is told column by column."""

from datetime import timedelta

import pytest
from google.cloud import bigquery
from google.cloud.bigtable import Client as BigtableClient
from google.pubsub_v1.types import Subscription

from pipeline.endpoints.bigquery_tables import DEAD_LETTERS, LEDGER, PAGE_VIEWS, TABLES
from pipeline.endpoints.bigtable import TablePath
from pipeline.endpoints.pubsub_client import publisher, subscriber
from pipeline.provision import main
from pipeline.provisioning.bigquery import provision_bigquery, schema_field
from pipeline.provisioning.pubsub import provision_subscription, provision_topic
from tests.emulators.conftest import BUCKET, PROJECT


@pytest.fixture
def words(bigquery_server, bigtable_server, pubsub_server, storage_server, name):
    """A command line that names everything, under names of this test's own."""
    project = f"projects/{PROJECT}"
    return {
        "--input_topic": f"{project}/topics/{name}-events",
        "--input_subscription": f"{project}/subscriptions/{name}-events",
        "--alerts_topic": f"{project}/topics/{name}-alerts",
        "--dead_letter_topic": f"{project}/topics/{name}-rejects",
        "--output_dataset": f"{PROJECT}:{name}",
        "--output_bigtable": f"{project}/instances/serving/tables/{name}",
        "--output_directory": f"gs://{BUCKET}/{name}/",
    }


MAKING = "gcloud storage buckets create gs://nowhere-at-all --uniform-bucket-level-access --public-access-prevention"


def told(capsys, words, *more):
    status = main([*(word for pair in words.items() for word in pair), *more])
    return status, capsys.readouterr().out.splitlines()


def test_all_is_made_once_and_a_dry_run_makes_nothing(words, client, name, capsys):
    status, dry = told(capsys, words, "--dry_run")
    assert (status, dry[-1]) == (0, f"{len(dry) - 1} to do.")
    assert {line.split(maxsplit=2)[1] for line in dry[:-1]} == {"make"}
    status, made = told(capsys, words)
    assert (status, made[-1]) == (0, f"{len(made) - 1} done.")
    assert [line.removeprefix("made").strip() for line in made[:-1]] == [
        line.removeprefix("would make").strip() for line in dry[:-1]
    ]
    assert told(capsys, words) == told(capsys, words, "--dry_run") == (0, ["All is there; nothing to do."])
    held = {table.table_id for table in client.list_tables(f"{PROJECT}.{name}")}
    assert held == {table.name for table in TABLES} | {table.view_name for table in TABLES}
    subscription = subscriber().get_subscription(subscription=words["--input_subscription"])
    assert (subscription.topic, subscription.retain_acked_messages) == (words["--input_topic"], True)
    assert subscription.message_retention_duration == timedelta(days=7)
    for topic in ("--input_topic", "--alerts_topic", "--dead_letter_topic"):
        assert publisher().get_topic(topic=words[topic])
    project, instance, table = TablePath.of(words["--output_bigtable"])
    assert BigtableClient(project=project, admin=True).instance(instance).table(table).exists()


def test_what_is_missing_beside_what_is_there_is_made(words, client, name, capsys):
    told(capsys, words)
    client.delete_table(f"{PROJECT}.{name}.reviews")
    client.delete_table(f"{PROJECT}.{name}.page_views_current")
    status, lines = told(capsys, words)
    assert status == 0
    assert [line.partition(":")[0] for line in lines] == [
        f"made         BigQuery view {PROJECT}.{name}.page_views_current",
        f"made         BigQuery table {PROJECT}.{name}.reviews",
        "2 done.",
    ]


def test_the_query_of_a_view_is_brought_up_to_date(client, dataset, monkeypatch):
    """The emulator keeps a view's query to itself, so here the client tells it, as BigQuery does."""
    queries = {f"{dataset}.{table.view_name}": table.view_query(f"{dataset}.{table.name}") for table in TABLES}
    queries[f"{dataset}.ledger_current"] = "SELECT 1 AS run"
    whole = client.get_table

    def get_table(path, **how):
        held = whole(path, **how)
        if path in queries:
            held.view_query = queries[path]
        return held

    monkeypatch.setattr(client, "get_table", get_table)
    [changed] = provision_bigquery(client, dataset, dry_run=True)
    assert (changed.act, changed.resource) == ("changed", f"BigQuery view {dataset}.ledger_current")
    updated = []
    monkeypatch.setattr(client, "update_table", lambda view, fields, **_: updated.append((view.view_query, fields)))
    list(provision_bigquery(client, dataset, dry_run=False))
    assert updated == [(LEDGER.view_query(f"{dataset}.ledger"), ["view_query"])]


def remade(client, dataset, table, day_of, clustered_by, *, columns=()):
    path = f"{dataset}.{table.name}"
    client.delete_table(path)
    other = bigquery.Table(path, [schema_field(column) for column in columns or table.columns])
    other.time_partitioning = bigquery.TimePartitioning(field=day_of) if day_of else None
    other.clustering_fields = clustered_by
    client.create_table(other)


def drifts(client, dataset, table):
    return [
        (finding.act, finding.what)
        for finding in provision_bigquery(client, dataset, dry_run=False)
        if finding.resource == f"BigQuery table {dataset}.{table.name}"
    ]


def test_columns_that_differ_are_told_and_those_that_can_be_added_are(client, dataset):
    columns = {column.name: column for column in DEAD_LETTERS.columns}
    del columns["payload_uri"], columns["payloadString"]
    columns["payloadBytes"] = columns["payloadBytes"]._replace(type="STRING")
    columns["stage"] = columns["stage"]._replace(mode="REQUIRED")
    columns["mine"] = columns["stage"]._replace(name="mine")
    columns["yours"] = columns["reason"]._replace(name="yours")
    remade(client, dataset, DEAD_LETTERS, "timestamp", ["stage", "reason"], columns=columns.values())
    differing = [
        ("differs", "column payloadString: missing, expected STRING REQUIRED"),
        ("differs", "column payloadBytes: STRING REQUIRED, expected BYTES REQUIRED"),
        ("differs", "column stage: STRING REQUIRED, expected STRING NULLABLE"),
        ("differs", "column mine: REQUIRED, and Millrace writes no such column"),
    ]
    assert drifts(client, dataset, DEAD_LETTERS) == [("changed", "column payload_uri: added"), *differing]
    assert client.get_table(f"{dataset}.dead_letters").schema[-1].name == "payload_uri"
    assert drifts(client, dataset, DEAD_LETTERS) == differing


@pytest.mark.parametrize(
    ("day_of", "clustered_by", "what"),
    [
        (None, ["url"], "partitioned by no day of a column, expected day of window_start"),
        ("updated_at", ["url"], "partitioned by day of updated_at, expected day of window_start"),
        ("window_start", None, "clustered by nothing, expected url"),
        ("window_start", ["views", "url"], "clustered by views, url, expected url"),
    ],
)
def test_partitions_and_clusters_that_differ_are_told(client, dataset, day_of, clustered_by, what):
    remade(client, dataset, PAGE_VIEWS, day_of, clustered_by)
    assert drifts(client, dataset, PAGE_VIEWS) == [("differs", what)]


def test_what_differs_ends_with_status_3(words, client, name, capsys):
    told(capsys, words)
    remade(client, f"{PROJECT}.{name}", PAGE_VIEWS, "window_start", None)
    words["--output_directory"] = "gs://nowhere-at-all/x/"
    status, lines = told(capsys, words)
    assert status == 3
    assert lines == [
        f"differs      BigQuery table {PROJECT}.{name}.page_views: clustered by nothing, expected url",
        "differs      bucket gs://nowhere-at-all: missing; make it: " + MAKING,
        "nothing to do; 2 to be decided by a person.",
    ]


def test_a_subscription_that_forgets_is_mended_and_another_topic_told(words):
    topic, path = words["--input_topic"], words["--input_subscription"]
    list(provision_topic(topic, dry_run=False))
    [missing] = provision_subscription(path, "", dry_run=False)
    assert (missing.act, missing.what) == ("differs", "missing; name its topic: --input_topic projects/P/topics/T")
    hour = timedelta(hours=1)
    subscriber().create_subscription(request=Subscription(name=path, topic=topic, message_retention_duration=hour))
    mended = [finding.what for finding in provision_subscription(path, topic, dry_run=False)]
    assert mended == ["acknowledged messages are retained", "messages are retained for 7 days"]
    assert list(provision_subscription(path, topic, dry_run=False)) == []
    [other] = provision_subscription(path, words["--alerts_topic"], dry_run=False)
    assert (other.act, other.what) == ("differs", f"of {topic}, expected of {words['--alerts_topic']}")


def test_a_service_that_is_not_there_is_told(monkeypatch, capsys):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    assert main(["--output_dataset", "local-dev:d"]) == 1
    assert capsys.readouterr().err.startswith("millrace: cannot provision: ")
