"""The local store as the page reads it: right, bounded, and never waiting long."""

import json
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from dashboard.local import reading
from dashboard.local.behind import QUESTIONS, pasteable
from dashboard.local.reading import Reader
from dashboard.local.store import LocalStore
from dashboard.store import QueueFilter, Span, StoreTroubleError
from tests.browser.stores import burst, moment, run, value, view
from tests.program import run_here

MINUTES = 90


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    output = tmp_path_factory.mktemp("local") / "out"
    views = [view(n % 40, moment(n % MINUTES), f"https://shop.example/{n % 7}/{n % 3}") for n in range(500)]
    run(output, [*views, *burst(0)])
    return output


@pytest.mark.parametrize("contains", ["", "/1/", "shop.example/2", "nothing", "%", "'"])
@pytest.mark.parametrize("hours", [1, 6])
def test_a_span_is_what_the_store_says(output, hours, contains):
    now = LocalStore(str(output)).now(Span(hours, "", contains))
    where = "WHERE window_start >= ? AND window_start < ? AND instr(url, ?)"
    values = now.start, now.end, contains

    def asked(what):
        return value(output, f"SELECT {what} FROM page_views {where}", *values)  # noqa: S608

    assert now.newest == value(output, "SELECT max(window_start) FROM page_views")
    assert now.views == sum(now.series.views) == (asked("sum(views)") or 0)
    assert now.bot_views == sum(now.series.bot_views) == (asked("sum(bot_views)") or 0)
    assert now.urls == asked("count(DISTINCT url)")
    assert len(now.series.views) * now.series.step_seconds == hours * 3600
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        by_url = Counter(dict(store.execute(f"SELECT url, sum(views) FROM page_views {where} GROUP BY url", values)))  # noqa: S608
    ordered = sorted(by_url.items(), key=lambda item: (-item[1], item[0]))
    assert [(page.url, page.views) for page in now.pages] == ordered[:20]
    assert all(sum(page.trend) == page.views for page in now.pages)


def test_visitors_are_distinct_over_pages(output):
    now = LocalStore(str(output)).now(Span(1))
    seen = {n % 40 for n in range(500) if n % MINUTES >= MINUTES - 5}
    assert now.visitors == len(seen)


def test_events_are_those_of_the_ledger(output):
    rate = LocalStore(str(output)).now(Span(1)).rate
    seen = [n for n in range(500) if n % MINUTES >= MINUTES - 5]
    assert rate.by_type == {"web.page_view.v1": len(seen)}


def test_one_page(output):
    page = LocalStore(str(output)).page("https://shop.example/0/0", Span(6))
    numbers = [n for n in range(500) if n % 7 == 0 and n % 3 == 0]
    assert sum(page.series.views) == len(numbers)
    assert sum(page.visitors) == len({(n % 40, n % MINUTES) for n in numbers})


@pytest.mark.parametrize("number", QUESTIONS)
def test_behind_every_number_is_sql_that_runs_by_itself(output, number):
    subject = {"url": "https://shop.example/0/0", "reason": "not_json", "entity_type": "ip", "entity": "192.0.2.7"}
    behind = LocalStore(str(output)).behind(number, Span(6), subject)
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        store.execute(behind.sql).fetchall()
        rows = [list(row) for row in store.execute(behind.rows_sql).fetchmany(behind.limit)]
    assert len(behind.rows) == len(rows)
    assert number in ("rejects", "rejected", "quality") or behind.rows


def test_values_are_pasted_as_literals():
    sql = pasteable("a = :a AND ab = :ab AND t = '12:00' AND :other", {"a": "it's :ab", "ab": ":a"})
    assert sql == "a = 'it''s :ab' AND ab = ':a' AND t = '12:00' AND :other"


def test_a_slow_query_is_ended(output, monkeypatch):
    monkeypatch.setattr(reading, "_STEPS", 100)
    begun = time.monotonic()
    with (
        pytest.raises(StoreTroubleError, match="did not answer within"),
        Reader(output / "millrace.db", 0.3).open() as store,
    ):
        store.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        ).fetchone()
    assert time.monotonic() - begun < 10


def test_more_readers_than_places_wait_their_turn(output):
    store = LocalStore(str(output))
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: store.now(Span(1, "", str(n % 7))).urls, range(48)))
    assert answers == [store.now(Span(1, "", str(n % 7))).urls for n in range(48)]


def test_a_reader_sees_one_snapshot_while_a_run_writes(output):
    with Reader(output / "millrace.db").open() as store:
        before = store.execute("SELECT sum(views) FROM page_views").fetchone()[0]
        run(output, [view("more", moment(1), "https://shop.example/more")])
        assert store.execute("SELECT sum(views) FROM page_views").fetchone()[0] == before
    assert value(output, "SELECT sum(views) FROM page_views") == before + 1


def test_the_mark_changes_with_every_write_and_with_no_read(output):
    store = LocalStore(str(output))
    store.now(Span(1))
    before = store.change()
    for hours in (1, 6, 24):
        store.now(Span(hours))
        store.health()
    assert store.change() == before
    with closing(sqlite3.connect(output / "millrace.db")) as writer, writer:
        writer.execute("UPDATE page_views SET updated_at = '2026-01-01T00:00:00Z'")
    assert store.change() != before


def test_answers_are_kept_until_the_store_changes(output):
    store = LocalStore(str(output))
    first = store.now(Span(6))
    assert store.now(Span(6)) is first
    run(output, [view("again", moment(2), "https://shop.example/again")])
    assert store.now(Span(6)).views == first.views + 1


def test_the_timeline_comes_from_the_archive(output):
    detail = LocalStore(str(output)).case("ip", "192.0.2.7")
    assert {one.event_id for one in detail.evidence} == {name for alert in detail.alerts for name in alert.event_ids}
    assert [one.time for one in detail.evidence] == [moment(n) for n in range(6)]
    assert detail.evidence[0].facts["amount"] == "50.00 EUR"
    assert detail.evidence[0].outcome == "declined"


def test_without_an_archive_the_timeline_says_so(tmp_path):
    run(tmp_path / "out", burst(0), "--no_archive")
    detail = LocalStore(str(tmp_path / "out")).case("ip", "192.0.2.7")
    assert detail.evidence == []
    assert "There is no archive" in detail.evidence_note


def test_where_a_key_hides_names_the_timeline_hides_them_too(tmp_path):
    (tmp_path / "pii.key").write_bytes(b"a secret of many bytes\n")
    run(tmp_path / "out", burst(0, account_id="ada"), "--pii_key_file", str(tmp_path / "pii.key"))
    store = LocalStore(str(tmp_path / "out"))
    details = [store.case(case.entity_type, case.entity) for case in store.queue(QueueFilter()).cases]
    facts = [one.facts for detail in details for one in detail.evidence]
    assert {name for one in facts for name in one} == {"amount", "merchant_id"}
    assert "192.0.2.7" not in json.dumps(facts)


def test_rejects_by_reason_with_an_example(tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"a": 1}\nnot json\nnot json either\n', encoding="utf-8")
    assert run_here(tmp_path / "out", "--input", bad) in (0, 3)
    health = LocalStore(str(tmp_path / "out")).health()
    assert [(one.reason, one.count) for one in health.rejects] == [("not_json", 2), ("not_an_event", 1)]
    assert health.rejects[1].example_payload == '{"a": 1}'
    assert (health.total.received, health.total.rejected, health.total.missing) == (3, 3, 0)
    assert health.level == "red"


def test_no_e_mail_address_is_told_even_without_a_key(tmp_path):
    run(tmp_path / "out", burst(0, account_id="Ada@example.com", device_id="ada@phone"))
    store = LocalStore(str(tmp_path / "out"))
    details = [store.case(case.entity_type, case.entity) for case in store.queue(QueueFilter()).cases]
    facts = [one.facts for detail in details for one in detail.evidence]
    assert "ada@" not in json.dumps(facts).lower()
    names = {(one["account_id"], one["device_id"]) for one in facts}
    devices = {detail.case.entity for detail in details if detail.case.entity_type == "device"}
    assert {device for _, device in names} == devices, "the same names as those of the alerts"
    assert {account[:7] for account, _ in names} == {"e-mail "}
