"""Rows of all kinds in the BigQuery emulator, and what the views show of them."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from functools import partial

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.cloud_homes import BigQueryHomes, StoreAlerts
from tests.core.fraud.test_following import alert
from tests.emulators.rows import MINUTE, TEN, page_views, reject, rows, write
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import NOTHING, pack
from transforms.core.fraud.flagging import Found
from transforms.core.fraud.reviews import Review
from transforms.core.fraud.rules import Severity
from transforms.core.fraud.settling import AlertRow
from transforms.core.identity import dead_letter_id
from transforms.core.records import LedgerRow, PageViews, Rejects
from transforms.flag_fraud import Flagged
from transforms.follow_alerts import FollowAlerts, Followed

VIEWS = "SELECT url, window_start, window_end, views, bot_views, visitors FROM `{}.page_views_current`"
TEN_O_CLOCK = datetime(2026, 9, 17, 10, tzinfo=UTC)


@pytest.fixture(params=[True, False], ids=["live", "bounded"])
def homes(request, dataset):
    refused = StoreRejectsInBigQuery(dataset, "", TEN, is_live=request.param)
    return BigQueryHomes(dataset, request.param, refused)


def test_page_views_are_the_greatest_of_their_key_and_early_panes_stay_out(homes, client, dataset):
    written = [
        page_views("/a", 0, 3),
        page_views("/a", 0, 5, "late"),
        page_views("/a", 0, 99, "early"),
        page_views("/b/\N{SNOWMAN}?x=\ud800", 1, 7, "final"),
    ]
    for _ in range(2):
        write(written, PageViews, homes.page_views())
    shown = [tuple(row.values()) for row in rows(client, VIEWS.format(dataset))]
    one, two = TEN_O_CLOCK, TEN_O_CLOCK.replace(minute=1)
    assert shown == [
        ("/a", one, two, 5, 2, 5),
        ("/b/\N{SNOWMAN}?x=\ufffd", two, two.replace(minute=2), 7, 3, 7),
    ]


def test_a_thousand_rows_go_in_requests_of_five_hundred(homes, client, dataset):
    write([page_views(f"/{number}", 0, number + 1) for number in range(1100)], PageViews, homes.page_views())
    [total] = rows(client, f"SELECT COUNT(*) AS urls, SUM(views) AS views FROM `{dataset}.page_views_current`")
    assert total == {"urls": 1100, "views": 1100 * 1101 // 2}


def test_a_ledger_is_the_greatest_column_by_column(homes, client, dataset):
    entry = partial(LedgerRow, "run", "web.page_view.v1")
    written = [
        entry(TEN, 10, 8, 1, {"not_json": 1, "too_late": 3}, 0),
        entry(TEN, 12, 7, 2, {"not_json": 2}, 4),
        LedgerRow("run", "", None, 5, 0, 0, {}, 0),
    ]
    write(written, LedgerRow, homes.ledger())
    rejected = [{"reason": "not_json", "events": 2}, {"reason": "too_late", "events": 3}]
    assert rows(client, f"SELECT * FROM `{dataset}.ledger_current`") == [
        dict(zip(LedgerRow._fields, ("run", "", None, 5, 0, 0, [], 0), strict=True)),
        dict(zip(LedgerRow._fields, ("run", "web.page_view.v1", TEN_O_CLOCK, 12, 8, 2, rejected, 4), strict=True)),
    ]


def test_of_two_reviews_under_one_id_the_greater_is_shown(homes, client, dataset):
    review = Review("r1", "a1", "rule", "ip", "192.0.2.7", "false_positive", "ana", "", TEN)
    write([review, review._replace(reviewer="bob"), review], Review, homes.reviews())
    shown = rows(client, f"SELECT review_id, reviewer, case_key, decided_at FROM `{dataset}.reviews_current`")
    assert shown == [
        {"review_id": "r1", "reviewer": "bob", "case_key": "ip|192.0.2.7", "decided_at": TEN_O_CLOCK},
    ]


def test_of_an_alert_the_row_that_saw_most_and_was_written_last_is_shown(homes, client, dataset):
    def at(second, **changes):
        return alert(5)._replace(updated_at=f"2026-09-17T12:00:00.00000{second}Z", **changes)

    written = [
        at(3, evidence_seen=9, status="withdrawn"),
        at(1),
        at(2, evidence_seen=9, reasons='[{"a": "\N{SNOWMAN}"}]'),
        alert(50)._replace(updated_at="2026-09-17T12:00:00Z"),
    ]
    write([*written, *written], AlertRow, homes.fraud_alerts())
    shown = rows(client, f"SELECT alert_id, evidence_seen, status FROM `{dataset}.fraud_alerts_current`")
    assert [tuple(row.values()) for row in shown] == [
        (alert(5).alert_id, 9, "withdrawn"),
        (alert(50).alert_id, 5, "open"),
    ]


def test_alerts_are_followed_into_their_homes(client, dataset, homes, tmp_path):
    """From what is flagged and reviewed to rows and changes, as the flow has it."""
    with beam.Pipeline(runner=FnApiRunner()) as root:
        flagged = root | "Flagged" >> beam.Create([found(alert_of_cards())]).with_output_types(Flagged)
        reviews = root | "Reviews" >> beam.Create([REVIEW]).with_output_types(Review)
        changes = {"Tell": beam.Map(lambda change: (tmp_path / change.event_id).write_text(change.event()))}
        home = StoreAlerts(FollowAlerts(), {"BigQuery": homes.fraud_alerts()}, changes)
        Followed(flagged, reviews) | home
    told = [json.loads(path.read_text())["data"]["change"] for path in tmp_path.iterdir()]
    assert told == ["opened"]
    shown = rows(client, f"SELECT alert_id, score, window_start, status FROM `{dataset}.fraud_alerts_current`")
    assert [tuple(row.values()) for row in shown] == [("a1", 60, TEN_O_CLOCK, "open")]


REVIEW = Review("r1", "a1", "cards", "ip", "192.0.2.7", "false_positive", "ana", "", TEN)


def alert_of_cards():
    times = TEN, TEN + MINUTE, TEN + 1, TEN + 2
    return Alert("a1", "p", "cards", "1", Severity.REVIEW, 60, "ip", "192.0.2.7", *times, [{"a": 1}], ["e1"], 5)


def found(alert):
    return Flagged(0, pack(NOTHING), [Found(alert, "alerted", 7)])


@pytest.mark.parametrize("is_live", [True, False])
def test_dead_letters_have_their_bytes_and_all_about_them(client, dataset, is_live):
    letters = (reject("0", b"\xff{"), reject("1", b"[", publish_time=None))
    began = TEN + 5 * MINUTE
    for _ in range(2):
        write([letters], Rejects, StoreRejectsInBigQuery(dataset, "", began, is_live=is_live))
    first, second = rows(client, f"SELECT * FROM `{dataset}.dead_letters_current` ORDER BY position")
    assert list(first)[:6] == ["timestamp", "payloadString", "payloadBytes", "attributes", "errorMessage", "stacktrace"]
    assert first["timestamp"] == first["publish_time"] == TEN_O_CLOCK
    assert (second["timestamp"], second["publish_time"]) == (TEN_O_CLOCK.replace(minute=5), None)
    assert {row["dead_letter_id"] for row in (first, second)} == {dead_letter_id(letter) for letter in letters}
    assert first["payloadString"] == "\ufffd{"
    # The emulator does not decode the base64 of a file that it loads; BigQuery does.
    assert first["payloadBytes"] == (b"\xff{" if is_live else b64encode(b"\xff{"))
    assert first["attributes"] == [{"key": "k", "value": "v"}]
    assert (first["stage"], first["reason"], first["errorMessage"]) == ("parse", "not_json", "not JSON")
