"""What BigQuery may do to a batch of rows, and what is in the tables at the end of each."""

import io
import json

import pytest
import requests
from google.api_core import exceptions as api

from pipeline.endpoints import bigquery, bigquery_loads, cloud_errors, stalls
from pipeline.endpoints.bigquery import ROW_BYTES, Place, StoreInBigQuery, insert_lines
from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.bigquery_loads import fill
from pipeline.endpoints.bigquery_rows import DeadLetter, dead_letter_rows, line_of, page_view_rows
from pipeline.endpoints.bigquery_tables import DEAD_LETTERS, PAGE_VIEWS
from pipeline.endpoints.cloud_homes import BigQueryHomes
from pipeline.errors import StoreError
from tests.emulators.rows import TEN, page_views, reject, write
from tests.endpoints.fake_bigquery import FakeBigQuery
from transforms.core.records import PageViews, Rejects

DATASET = "local-dev.d"
LIVE = Place(DATASET, PAGE_VIEWS, is_live=True)
QUOTA = api.Forbidden("Exceeded rate limits", errors=[{"reason": "rateLimitExceeded"}])
PASSING = {
    "503": api.ServiceUnavailable("backend"),
    "500": api.InternalServerError("internal"),
    "429": api.TooManyRequests("slow down"),
    "quota": QUOTA,
    "connection": requests.exceptions.ConnectionError("refused"),
    "timeout": requests.exceptions.ReadTimeout("no answer"),
}
FOR_A_PERSON = {
    "missing": (api.NotFound("Table d.page_views"), "404 Table d.page_views; make what is missing"),
    "denied": (api.Forbidden("Access Denied", errors=[{"reason": "accessDenied"}]), "403 Access Denied; make what"),
}


@pytest.fixture
def service(monkeypatch):
    fake = FakeBigQuery()
    monkeypatch.setattr(bigquery, "connect", lambda _: fake)
    monkeypatch.setattr(bigquery_loads, "connect", lambda _: fake)
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(stalls, "LONGEST_WAIT_SECONDS", 0.002)
    return fake


def lines(count):
    made = [page_views(f"/{number}", 0, number) for number in range(count)]
    return [line_of(PAGE_VIEWS, row) for one in made for row in page_view_rows(one)]


def written(count):
    return sorted((f"/{number}", number) for number in range(count))


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_for(service, error):
    service.faults = [error] * 3
    assert insert_lines(service, LIVE, lines(3), may_refuse=True) == []
    assert list(service.views()) == written(3)
    assert service.requests == [3] * 4


@pytest.mark.parametrize(("error", "_"), FOR_A_PERSON.values(), ids=FOR_A_PERSON)
def test_a_live_job_waits_for_a_person(service, error, _):
    service.faults = [error] * 3
    insert_lines(service, LIVE, lines(3), may_refuse=True)
    assert list(service.views()) == written(3)


@pytest.mark.parametrize(("error", "told"), FOR_A_PERSON.values(), ids=FOR_A_PERSON)
def test_a_run_with_an_end_does_not(service, error, told):
    service.faults = [error]
    with pytest.raises(StoreError, match=f"cannot write BigQuery local-dev.d.page_views: {told}"):
        insert_lines(service, LIVE._replace(is_live=False), lines(3), may_refuse=True)


def test_a_run_with_an_end_waits_for_minutes_only(service, monkeypatch):
    monkeypatch.setattr(cloud_errors, "BOUNDED_PATIENCE_SECONDS", 0.05)
    service.faults = [PASSING["503"]] * 1000
    with pytest.raises(StoreError, match="503 backend; tried for 0 s"):
        insert_lines(service, LIVE._replace(is_live=False), lines(3), may_refuse=True)


def test_a_mistake_of_ours_is_no_stall(service):
    service.faults = [api.BadRequest("no such endpoint")]
    with pytest.raises(StoreError, match="400 no such endpoint"):
        insert_lines(service, LIVE, lines(3), may_refuse=True)


def test_a_lost_answer_writes_no_row_twice(service):
    service.after = [requests.exceptions.ReadTimeout("lost")] * 2
    insert_lines(service, LIVE, lines(3), may_refuse=True)
    assert list(service.views()) == written(3)


def test_a_row_made_again_has_the_same_id_whenever_it_is_made():
    first, again, other = (line_of(PAGE_VIEWS, row) for row in (_at("a", 1), _at("b", 1), _at("a", 2)))
    assert first.insert_id == again.insert_id != other.insert_id
    assert len(first.insert_id) <= 128


def _at(updated_at, views):
    return next(page_view_rows(page_views("/", 0, views))) | {"updated_at": updated_at}


def test_rows_that_are_refused_go_alone_and_their_neighbours_are_written(service):
    service.refuse = lambda row: "no such year" if row["url"] in ("/3", "/7") else ""
    rejects = insert_lines(service, LIVE, lines(10), may_refuse=True)
    assert list(service.views()) == [pair for pair in written(10) if pair[0] not in ("/3", "/7")]
    assert [(one.stage, one.reason, json.loads(one.payload)["url"]) for one in rejects] == [
        ("sink", "refused_by_home", "/3"),
        ("sink", "refused_by_home", "/7"),
    ]
    assert rejects[0].error_message == "BigQuery page_views: invalid: no such year views"
    assert service.requests == [10, 8]


def test_rows_that_only_were_not_written_are_sent_again(service):
    answer = [{"index": 1, "errors": [{"reason": "timeout"}]}, {"index": 2, "errors": [{"reason": "backendError"}]}]
    service.faults = []
    whole, service.insert_rows_json = service.insert_rows_json, None
    answers = iter([answer])

    def once(table, rows, row_ids, **rest):
        partial = next(answers, None)
        if partial is None:
            return whole(table, rows, row_ids, **rest)
        whole(table, [rows[0], *rows[3:]], [row_ids[0], *row_ids[3:]], **rest)
        return partial

    service.insert_rows_json = once
    assert insert_lines(service, LIVE, lines(5), may_refuse=True) == []
    assert list(service.views()) == written(5)
    assert service.requests == [3, 2]


@pytest.mark.parametrize("is_live", [True, False])
def test_refused_and_too_large_rows_become_dead_letters(service, is_live):
    service.refuse = lambda row: "odd" if row.get("views") == 3 else ""
    rows = [page_views("/a", 0, 3), page_views("/b", 0, 4), page_views("/" + "c" * ROW_BYTES, 0, 5)]
    homes = BigQueryHomes(DATASET, is_live, StoreRejectsInBigQuery(DATASET, "", TEN, is_live=is_live))
    write(rows, PageViews, homes.page_views())
    found = [*service.tables[f"{DATASET}.dead_letters"].values(), *service.loaded[f"{DATASET}.dead_letters"]]
    reasons = {(row["stage"], row["reason"]) for row in found}
    assert reasons == {("sink", "row_too_large")} | ({("sink", "refused_by_home")} if is_live else set())
    assert ("/b", 4) in list(service.views())


def test_a_refused_dead_letter_is_waited_for_until_the_table_is_mended(service):
    answers = iter(["no such field: stage"] * 3)
    service.refuse = lambda _: next(answers, "")
    write([(reject("0"),)], Rejects, StoreRejectsInBigQuery(DATASET, "", TEN, is_live=True))
    assert [row["position"] for row in service.tables[f"{DATASET}.dead_letters"].values()] == ["0"]
    assert len(service.requests) == 4


@pytest.mark.parametrize("size", [1 << 20, 5 << 20, 30 << 20])
def test_a_large_dead_letter_fits_into_a_row(size):
    letter = reject("0", b"\xff" * size)
    [row] = dead_letter_rows(DeadLetter(letter), TEN)
    assert line_of(DEAD_LETTERS, row).size <= ROW_BYTES
    assert (f"the first 1048576 of {size} bytes" in row["errorMessage"]) == (size > 1 << 20)
    [row] = dead_letter_rows(DeadLetter(letter, "gs://b/x"), TEN)
    assert (row["payloadString"], row["payloadBytes"], row["payload_uri"]) == ("", "", "gs://b/x")


def test_requests_hold_at_most_500_rows_and_9_megabytes(service):
    homes = BigQueryHomes(DATASET, True, StoreRejectsInBigQuery(DATASET, "", TEN, is_live=True))
    large = [page_views(f"/{number}" + "x" * 4_000_000, 0, 1) for number in range(5)]
    write(large, PageViews, homes.page_views())
    small = [page_views(f"/{number}", 0, 1) for number in range(1200)]
    write(small, PageViews, homes.page_views())
    assert sum(service.requests) == 1205
    assert max(service.requests) <= 500
    assert max(service.requests[:3]) <= 2


def load(service, count=50):
    place = LIVE._replace(is_live=False)
    write(
        [page_views(f"/{number}", 0, number) for number in range(count)],
        PageViews,
        StoreInBigQuery(place, page_view_rows, None),
    )
    return list(service.views())


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING)
def test_loading_waits_for_what_passes(service, error):
    service.faults = [error] * 3
    assert load(service) == written(50)
    assert len(service.jobs) <= bigquery.SHARDS


def test_a_job_whose_answer_was_lost_is_found_and_not_made_again(service):
    service.after = [requests.exceptions.ReadTimeout("lost")] * 3
    assert load(service) == written(50)


def test_a_job_that_failed_in_passing_is_made_again(service):
    service.faults = [{"reason": "backendError", "message": "later"}]
    assert load(service) == written(50)
    assert len(service.jobs) == bigquery.SHARDS + 1


def test_a_file_that_is_refused_ends_the_run_in_words(service):
    service.faults = [{"reason": "invalid", "message": "no such field: views"}]
    with pytest.raises(
        Exception, match=r"cannot write BigQuery local-dev\.d\.page_views: load job millrace_page_views_"
    ):
        load(service)


def test_the_order_of_rows_is_no_part_of_a_jobs_name():
    rows = [b"a", b"b", b"c", b"c"]
    named = {fill(io.BytesIO(), iter(one)) for one in (rows, rows[::-1])}
    assert len(named) == 1
    assert fill(io.BytesIO(), iter(rows[:3])) not in named


def test_missing_credentials_are_told(monkeypatch, tmp_path):
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "gone.json"))
    with pytest.raises(StoreError, match=r"cannot use BigQuery: .*gone\.json.*gcloud auth application-default login"):
        connect("local-dev")
