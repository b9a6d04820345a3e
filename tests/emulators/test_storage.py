"""Files in the Cloud Storage emulator: the archive, payloads of dead letters, and rows that BigQuery refused."""

import io
import json

import pyarrow.parquet as pq
import pytest
from google.cloud import storage  # type: ignore[attr-defined]  # has no annotations

from pipeline.endpoints import bigquery
from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.gs_archive import StoreObjects
from pipeline.endpoints.gs_files import Folder
from tests.emulators.conftest import BUCKET
from tests.emulators.rows import TEN, reject, rows, write
from tests.endpoints.fake_bigquery import FakeBigQuery
from transforms.core.archiving import ArchiveFile, Archiver
from transforms.core.identity import dead_letter_id
from transforms.core.records import Rejects


@pytest.fixture
def folder(storage_server, name):
    return f"gs://{BUCKET}/{name}/"


def held(folder):
    below = folder.removeprefix(f"gs://{BUCKET}/")
    blobs = storage.Client().bucket(BUCKET).list_blobs(prefix=below)
    return {blob.name.removeprefix(below): blob.download_as_bytes() for blob in blobs}


def archived(*letters):
    archiver = Archiver()
    return [*archiver.add_rejects(letters), *archiver.finish()]


def test_files_of_the_archive_are_there_under_their_names_and_once(folder):
    files = archived(*(reject(str(number), b"{%d" % number) for number in range(20)))
    for _ in range(2):
        write(files, ArchiveFile, StoreObjects(folder, is_live=True))
    assert held(folder) == {file.path: file.content for file in files}
    [file] = files
    assert file.path.startswith("dt=2026-09-17/hour=10/")
    assert pq.read_table(io.BytesIO(held(folder)[file.path]))["data"].to_pylist()[:2] == [b"{0", b"{1"]


def test_a_large_file_is_whole(folder):
    content = bytes(range(256)) * (40 << 12)
    putting = Folder(folder, is_live=False)
    assert putting.put("large", content, "application/octet-stream") == f"{folder}large"
    putting.close()
    assert held(folder) == {"large": content}


def test_a_large_payload_is_a_file_and_the_row_names_it(folder, client, dataset):
    small, large = reject("0", b"{"), reject("1", b"\xff" * ((1 << 20) + 1))
    write([(small, large)], Rejects, StoreRejectsInBigQuery(dataset, folder, TEN, is_live=True))
    shown = rows(client, f"SELECT position, payload_uri, payloadBytes FROM `{dataset}.dead_letters_current`")
    uri = f"{folder}dead_letters/{dead_letter_id(large)}"
    assert [(row["position"], row["payload_uri"], row["payloadBytes"]) for row in shown] == [
        ("0", None, b"{"),
        ("1", uri, b""),
    ]
    assert held(folder) == {uri.removeprefix(folder): large.payload}


def test_a_dead_letter_that_bigquery_refuses_is_a_file(folder, monkeypatch):
    fake = FakeBigQuery()
    fake.refuse = lambda row: "no such field: stage" if row["position"] == "0" else ""
    monkeypatch.setattr(bigquery, "connect", lambda _: fake)
    letters = (reject("0"), reject("1"))
    write([letters], Rejects, StoreRejectsInBigQuery("local-dev.d", folder, TEN, is_live=True))
    [kept] = held(folder).values()
    assert json.loads(kept)["row"]["dead_letter_id"] == dead_letter_id(letters[0])
    assert "no such field: stage" in json.loads(kept)["error_message"]
    assert [row["position"] for row in fake.tables["local-dev.d.dead_letters"].values()] == ["1"]
