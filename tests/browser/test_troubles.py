"""A store that is missing, empty, locked, or of another version is told in words, and the page goes on by itself."""

import os
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from pipeline.endpoints.sqlite_schema import prepare
from tests.browser.stores import burst, lines, moment, run, view
from tests.dashboard.serving import served
from tests.program import run_here

VIEWS = [view(n, moment(n), "https://shop.example/") for n in range(3)]


def other_version(output):
    run(output, VIEWS)
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        store.execute("PRAGMA user_version = 99")


def empty_file(output):
    output.mkdir()
    (output / "millrace.db").touch()


def other_program(output):
    output.mkdir()
    with closing(sqlite3.connect(output / "millrace.db")) as store:
        store.execute("CREATE TABLE theirs (x)")


def no_database(output):
    output.mkdir()
    (output / "millrace.db").write_bytes(b"some notes of mine\n" * 1000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda _: None, "There is no store at"),
        (empty_file, "is an empty file"),
        (other_version, "has schema version 99"),
        (other_program, "is another program's database"),
        (no_database, "is not a database"),
    ],
)
def test_what_is_wrong_is_told(page, tmp_path, make, told):
    make(tmp_path / "out")
    before = (tmp_path / "out" / "millrace.db").read_bytes() if (tmp_path / "out").exists() else b""
    with served(tmp_path / "out") as address:
        for place in ("now", "health", "review"):
            page.goto(f"{address}/#/{place}")
            expect(page.get_by_role("alert")).to_contain_text(told)
        expect(page.locator("#pulse")).to_contain_text("No answer")
    assert not before or (tmp_path / "out" / "millrace.db").read_bytes() == before


def test_a_store_that_comes_later_is_shown_by_itself(page, tmp_path):
    output = tmp_path / "out"
    with served(output) as address:
        page.goto(address)
        expect(page.get_by_role("alert")).to_contain_text("There is no store")
        run(output, VIEWS)
        expect(page.locator(".pages tbody tr")).to_have_count(1)
        expect(page.get_by_role("alert")).to_be_empty()


def test_a_store_without_rows_says_what_to_do_next(page, tmp_path):
    prepare(str(tmp_path / "out"), {})
    with served(tmp_path / "out") as address:
        page.goto(address)
        expect(page.locator("#main")).to_contain_text("No page views are stored yet")
        page.goto(f"{address}/#/health")
        expect(page.locator("#main")).to_contain_text("No run has written here yet")
        page.goto(f"{address}/#/review")
        expect(page.locator("#main")).to_contain_text("There are no fraud alerts in this store")


def test_a_locked_store_keeps_the_numbers_and_the_page_goes_on(page, tmp_path):
    output = tmp_path / "out"
    run(output, [*VIEWS, *burst(0)])
    with served(output) as address:
        page.goto(f"{address}/#/review")
        page.get_by_label("You decide as").fill("kim")
        page.locator(".cases a").first.click()
        expect(page.locator("#case h2")).to_be_visible()
        with closing(sqlite3.connect(output / "millrace.db", isolation_level=None)) as thief:
            thief.execute("PRAGMA locking_mode = EXCLUSIVE")
            thief.execute("BEGIN EXCLUSIVE")
            page.get_by_role("button", name="Claim").click()
            expect(page.locator("#case .banner.red")).to_contain_text("locked")
            page.goto(f"{address}/#/now")
            expect(page.get_by_role("alert")).to_contain_text("The store is locked by another program")
            page.goto(f"{address}/api.html")  # what needs no store answers at once
            expect(page.get_by_role("heading", name="GET /api/now")).to_be_visible()
            page.goto(f"{address}/#/now")
            thief.execute("ROLLBACK")
        expect(page.locator(".pages tbody tr")).to_have_count(1)
        expect(page.get_by_role("alert")).to_be_empty()


def test_a_ledger_that_does_not_add_up_is_unmistakably_red(page, tmp_path):
    output = tmp_path / "out"
    run(output, VIEWS)
    with closing(sqlite3.connect(output / "millrace.db", isolation_level=None)) as store:
        store.execute("UPDATE ledger SET received = received + 7 WHERE received > 0")
    os.utime(output / "millrace.db", (0, 0))  # nobody is writing it now
    with served(output) as address:
        page.goto(f"{address}/#/health")
        state = page.locator(".state.red")
        expect(state).to_contain_text("Something is wrong")
        expect(state).to_contain_text("received 10 events, and 7 events are unaccounted for")
        expect(page.locator(".ledger")).to_contain_text("DOES NOT ADD UP")
        expect(page.locator(".account .bar .missing")).to_be_visible()
        page.goto(f"{address}/#/now")
        expect(page.locator("#health-badge")).to_have_text("1 red")


def test_rejects_are_told_with_an_example_and_what_to_do(page, tmp_path):
    output = tmp_path / "out"
    assert run_here(output, "--input", lines(tmp_path, [view(1, "yesterday", "/"), *VIEWS]), "--no_archive") in (0, 3)
    with served(output) as address:
        page.goto(f"{address}/#/health")
        expect(page.locator(".state.red")).to_contain_text("rejected 1 of 4 events")
        page.locator("summary", has_text="bad_time").click()
        reject = page.locator(".rejects li")
        expect(reject).to_contain_text("Send RFC 3339 with an offset")
        expect(reject.locator("pre")).to_contain_text('"yesterday"')
        sums = page.locator(".sum dd").all_inner_texts()
        assert sums == ["4", "3", "0", "1"]
