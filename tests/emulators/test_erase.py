"""A person is erased from the archive, dead letters, alerts and reviews; a replay afterwards brings nothing back."""

import io
import json

import pyarrow.parquet as pq
import pytest
from google.cloud import storage  # type: ignore[attr-defined]  # has no annotations

from pipeline.endpoints.gs_files import Folder
from pipeline.erase import main
from pipeline.report.exits import INTERRUPTED_STATUS
from tests.emulators.conftest import BUCKET
from tests.emulators.runbook import ERASE, ask, given, replay, run, view
from tests.flow.frauds import payment
from tests.flow.test_reviews import review

PERSON, ADDRESS = "u-4711", "192.0.2.7"
"""As the runbook's command names them."""
OTHERS = ("u-4711-b", "192.0.2.70")
LARGE = '{"user_id": "u-4711", "x": "' + "x" * (1 << 20)
"""No JSON, and above what a row holds."""
TABLES = {
    "dead_letters": "SELECT payloadString, payload_uri, errorMessage FROM dead_letters",
    "fraud_alerts": "SELECT entity, reasons FROM fraud_alerts",
    "reviews": "SELECT entity, case_key, note FROM reviews",
}
VIEWS = "SELECT url, window_start, views, visitors FROM page_views_current"
ALL_DAY = "dt=2026-09-17/hour=*"


def stored(directory):
    below = directory.removeprefix(f"gs://{BUCKET}/")
    blobs = storage.Client().bucket(BUCKET).list_blobs(prefix=below)
    return {blob.name.removeprefix(below): blob.download_as_bytes() for blob in blobs}


def archived(directory):
    """The raw events in the archive."""
    files = [content for name, content in stored(directory).items() if name.startswith("dt=")]
    return [data for content in files for data in pq.read_table(io.BytesIO(content))["data"].to_pylist()]


def mentions(client, dataset, directory):
    """How often each place mentions the person."""
    texts = {table: [json.dumps(row) for row in ask(client, dataset, query)] for table, query in TABLES.items()}
    texts["archive"] = [data.decode() for data in archived(directory)]
    texts["payloads"] = [data.decode() for name, data in stored(directory).items() if name.startswith("dead_letters/")]
    return {place: sum(map(is_meant, found)) for place, found in texts.items()}


def is_meant(text):
    """Whether a text names the person, and not only others whose names begin alike."""
    for name in OTHERS:
        text = text.replace(name, "")
    return PERSON in text or ADDRESS in text


@pytest.fixture
def written(tmp_path, client, dataset, directory):
    """Somebody's views, payments (card testing), a review, rejects; and others' whose names begin alike."""
    events = [
        *(view(number, f"10:{number:02d}:00", PERSON) for number in range(3)),
        *(view(number, f"10:{number:02d}:00", "u-4711-b") for number in range(10, 15)),
        *(payment(number, f"08:{number:02d}:00") for number in range(12)),
        *(payment(number, f"08:{number:02d}:00", ip="192.0.2.70") for number in range(20, 32)),
        *(review(number, f"a{number}", "confirmed_fraud", "2026-09-17T12:00:00Z", entity=entity, note="")
          for number, entity in enumerate((ADDRESS, "192.0.2.70"))),
        *(f'{{"user_id": "{user}",' for user in (PERSON, "u-4711-b")),
        LARGE,
    ]  # fmt: skip
    run(tmp_path, events, "--output_dataset", dataset, "--output_directory", directory)


def erase(capsys, directory, dataset, *more):
    capsys.readouterr()
    status = main([*given(ERASE, "--person", directory, dataset), *more])
    told = capsys.readouterr()
    assert not told.err
    return status, told.out.splitlines()


def test_what_mentions_a_person_is_told_and_then_erased(written, client, dataset, directory, capsys):
    before = mentions(client, dataset, directory)
    assert all(before.values()), before
    views, files = ask(client, dataset, VIEWS), stored(directory)
    others = [data for data in archived(directory) if not is_meant(data.decode())]
    status, told = erase(capsys, directory, dataset)
    assert (status, told[-1].partition(". ")[2]) == (0, "Nothing was changed: add --yes to erase.")
    assert (mentions(client, dataset, directory), stored(directory)) == (before, files)
    status, done = erase(capsys, directory, dataset, "--yes")
    assert status == 0
    assert [line[13:] for line in done[:-1]] == [line[13:] for line in told[:-1]]
    assert {line[:13].strip() for line in told[:-1]} == {"would erase"}
    assert set(mentions(client, dataset, directory).values()) == {0}
    assert sorted(archived(directory)) == sorted(others)
    assert ask(client, dataset, VIEWS) == views
    assert erase(capsys, directory, dataset, "--yes") == (0, ["Mentioned nowhere; nothing to do."])
    replay(directory, dataset, ALL_DAY)
    assert set(mentions(client, dataset, directory).values()) == {0}
    assert ask(client, dataset, VIEWS) == views


def test_an_interrupted_command_is_finished_by_the_next(written, dataset, directory, capsys, monkeypatch):
    """Between the new file and the end of the old one, rows are there twice; never are they nowhere."""
    others = [data for data in archived(directory) if not is_meant(data.decode())]

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Folder, "remove", interrupt)
        assert main([*given(ERASE, "--person", directory, dataset), "--yes"]) == INTERRUPTED_STATUS
    assert {*others} <= {*archived(directory)}
    erase(capsys, directory, dataset, "--yes")
    assert sorted(archived(directory)) == sorted(others)


def test_a_damaged_file_is_told(written, dataset, directory, capsys):
    bucket, below = storage.Client().bucket(BUCKET), directory.removeprefix(f"gs://{BUCKET}/")
    bucket.blob(f"{below}dt=2026-09-17/hour=08/0.parquet").upload_from_string(b"PAR1")
    assert main([*given(ERASE, "--person", directory, dataset), "--yes"]) == 1
    assert f"{directory}dt=2026-09-17/hour=08/0.parquet: Parquet" in capsys.readouterr().err


def test_a_service_that_is_not_there_is_told(monkeypatch, capsys):
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    assert main(["--person", "u7", "--output_dataset", "local-dev:d"]) == 1
    assert capsys.readouterr().err.startswith("millrace: cannot erase: ")
