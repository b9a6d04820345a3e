"""Now: numbers on the page are the store's, and new ones appear by themselves."""

import re
import time

from playwright.sync_api import expect

from tests.browser.stores import event, lines, moment, run, running, value, view
from tests.dashboard.serving import served

BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
FIRST = [view(n, moment(n % 30), f"https://shop.example/{'abc'[n % 3]}") for n in range(90)]
BOTS = [view(f"bot {n}", moment(n), "https://shop.example/a", user_agent=BOT) for n in range(7)]
LATER = [view(f"later {n}", moment(31 + n % 3), f"https://shop.example/{'ad'[n % 2]}") for n in range(40)]


def shown(page, label):
    """The number of a tile."""
    tile = page.locator(".tile", has=page.get_by_text(label, exact=True)).locator("strong")
    return int(tile.inner_text().replace(",", ""))


def top_pages(page):
    rows = page.locator(".pages tbody tr")
    return {row.locator("td").nth(0).inner_text(): int(row.locator("td").nth(2).inner_text()) for row in rows.all()}


def test_numbers_are_those_of_the_store_and_new_ones_appear(page, tmp_path):
    output = tmp_path / "out"
    run(output, [*FIRST, *BOTS])
    with served(output) as address:
        page.goto(address)
        expect(page.locator(".tile").first).to_be_visible()
        views, bots = (value(output, f"SELECT sum({name}) FROM page_views") for name in ("views", "bot_views"))  # noqa: S608
        assert (views, bots) == (97, 7)
        assert shown(page, "Page views by people") == views - bots
        assert shown(page, "By bots") == bots
        assert shown(page, "Pages") == 3
        assert shown(page, "Visitors") == 15, "of the last five minutes, three a minute"
        assert top_pages(page) == {"shop.example/a": 37, "shop.example/b": 30, "shop.example/c": 30}

        # What is on the page stays the same elements: they change, and do not blink.
        page.evaluate("document.querySelector('.tile strong').mark = document.querySelector('.u-over').mark = 'held'")
        page.evaluate("document.querySelector('.pages tbody tr').mark = 'held'")
        with running(output, lines(tmp_path, LATER, "later.jsonl")) as process:
            expect(page.locator(".tile strong").first).to_have_text("130")
            seen = time.time()
            assert process.wait() == 0
        assert value(output, "SELECT sum(views - bot_views) FROM page_views") == 130
        stored = value(output, "SELECT unixepoch(max(updated_at)) FROM page_views")
        assert seen - stored < 5 + 1, "updated_at is cut to whole seconds"
        assert top_pages(page)["shop.example/a"] == 57
        assert top_pages(page)["shop.example/d"] == 20
        marks = "['.tile strong', '.u-over', '.pages tbody tr'].map((name) => document.querySelector(name).mark)"
        assert page.evaluate(marks) == ["held", "held", "held"]


def test_one_page_a_filter_and_spans(page, tmp_path):
    output = tmp_path / "out"
    early = [view(f"early {n}", moment(-180), "https://other.example/old") for n in range(4)]
    run(output, [*FIRST, *early])
    with served(output) as address:
        page.goto(address)
        page.get_by_role("button", name="shop.example/b").click()
        chart = page.locator(".own").get_by_role("img")
        expect(chart).to_have_attribute("aria-label", re.compile("All views per minute .* at most 3"))
        expect(page.get_by_role("heading", name="https://shop.example/b")).to_be_visible()

        page.get_by_role("button", name="6 h", exact=True).click()
        expect(page.locator(".pages")).to_contain_text("other.example/old")
        page.get_by_label("Host or path").fill("other.example")
        expect(page.locator(".pages tbody tr")).to_have_count(1)
        assert shown(page, "Page views by people") == 4
        page.get_by_label("Host or path").fill("nowhere")
        expect(page.get_by_text('No page whose URL contains "nowhere"')).to_be_visible()
        page.get_by_label("Host or path").fill("")
        page.get_by_role("button", name="1 h", exact=True).click()
        expect(page.locator(".pages tbody tr")).to_have_count(3)
        for _ in range(3):
            page.get_by_role("button", name="Earlier").click()
        expect(page.locator(".pages")).to_contain_text("other.example/old")
        page.get_by_role("button", name="Latest").click()
        expect(page.locator(".pages")).to_contain_text("shop.example/c")


def test_behind_a_number_are_its_sql_and_its_rows(page, tmp_path):
    output = tmp_path / "out"
    run(output, FIRST)
    with served(output) as address:
        page.goto(address)
        page.get_by_role("button", name="Rows and SQL: Page views", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("tbody tr")).to_have_count(30)
        sql = dialog.locator("pre").first.inner_text()
        assert value(output, sql) == 90
        rows_sql = dialog.locator("pre").nth(1).inner_text()
        assert value(output, f"SELECT count(*) FROM ({rows_sql})") == 30  # noqa: S608
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def test_times_are_in_the_viewers_zone_with_utc_beside(new_page, tmp_path):
    output = tmp_path / "out"
    run(output, [view(n, "2026-01-15T23:30:00Z", "/") for n in range(3)])
    with served(output) as address:
        for zone, told in (("America/New_York", "18:31 (23:31 UTC)"), ("Asia/Tokyo", "08:31 (15 Jan 23:31 UTC)")):
            page = new_page(timezone_id=zone)
            page.goto(address)
            expect(page.locator(".controls .span")).to_contain_text(told)


def test_an_old_history_and_a_broken_clock_do_not_hide_the_newest_window(page, tmp_path):
    output = tmp_path / "out"
    run(output, [view(n, "2015-05-17T10:05:03Z", "/old") for n in range(5)])
    run(output, [event("web.page_view.v1", 1, "9000-01-01T00:00:00Z", url="/future")])
    with served(output) as address:
        page.goto(address)
        expect(page.locator(".pages tbody tr")).to_have_count(1)
        assert top_pages(page) == {"/old": 5}
        expect(page.locator(".controls")).to_contain_text("2015")
