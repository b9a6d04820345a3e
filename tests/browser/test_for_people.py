"""For people: no serious finding of axe-core, at three widths, light and dark; by keyboard alone; light; and fast."""

import sqlite3
from contextlib import closing
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from pipeline.endpoints.sqlite_schema import prepare
from tests.browser.stores import burst, moment, run, value, view
from tests.dashboard.serving import served

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
WIDTHS = ((390, 844), (1024, 768), (1440, 900))
KILOBYTES = 1000
DAY = """
    INSERT INTO page_views
    WITH RECURSIVE minutes(m) AS (SELECT 0 UNION ALL SELECT m + 1 FROM minutes WHERE m < 1439),
        urls(u) AS (SELECT 0 UNION ALL SELECT u + 1 FROM urls WHERE u < 1041)
    SELECT printf('https://shop.example/products/%05d', (u * 9 + m * 7) % 10000),
        strftime('%Y-%m-%dT%H:%M:00Z', '2026-09-17', m || ' minutes'),
        strftime('%Y-%m-%dT%H:%M:00Z', '2026-09-17', (m + 1) || ' minutes'),
        1 + (u * 31 + m) % 20, (u + m) % 2, 1 + (u * 31 + m) % 10, '2026-09-18T00:00:00Z'
    FROM minutes, urls ORDER BY 1, 2
"""
SETS = """
    INSERT INTO page_view_sets
    SELECT url, window_start, window_end, randomblob(8 * views), randomblob(8 * bot_views), randomblob(8 * visitors)
    FROM page_views WHERE window_start >= '2026-09-17T23:50:00Z'
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    output = tmp_path_factory.mktemp("people") / "out"
    views = [view(n, moment(n % 50), f"https://shop.example/{n % 7}") for n in range(300)]
    run(output, [*views, *burst(0), view("bad", "no time", "/")])
    return output


@pytest.fixture(scope="module")
def address(store):
    with served(store) as address:
        yield address


def findings(page):
    """What axe-core finds to be serious or worse, each with the elements."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_no_serious_finding_and_nothing_wider_than_the_page(new_page, address, width, height, scheme):
    page = new_page(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
    for place, shown in (
        ("#/now", ".pages"),
        ("#/health", ".ledger"),
        ("#/review", ".desk"),
        ("#/review/ip/192.0.2.7", "#case .decide"),
        ("api.html", "h2"),
    ):
        page.goto(f"{address}/{place}")
        expect(page.locator(shown).first).to_be_visible()
        for summary in page.locator("details:not([open]) > summary").all():
            summary.click()
        assert findings(page) == [], place
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, place
    page.goto(f"{address}/#/now")
    page.get_by_role("button", name="Rows and SQL: Page views", exact=True).click()
    expect(page.get_by_role("dialog").locator("tbody tr").first).to_be_visible()
    assert findings(page) == []


def test_by_keyboard_alone(page, address):
    page.goto(address)
    expect(page.locator(".pages")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.ariaLabel ?? document.activeElement.textContent).trim()"))
    assert {"Now", "6 h", "Earlier", "Rows and SQL: Visitors", "shop.example/1"} <= reached


def test_the_theme_is_chosen_and_kept(new_page, address):
    page = new_page(color_scheme="light")
    page.goto(address)
    page.get_by_role("button", name="Dark").click()
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(page.get_by_role("button", name="Light")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background == "rgb(19, 21, 25)"


def test_the_page_weighs_less_than_500_kb(page, address):
    sizes = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: len(request.response().body())}))
    page.goto(address)
    expect(page.locator(".pages")).to_be_visible()
    page.wait_for_load_state("load")
    own = {url: size for url, size in sizes.items() if "/api/" not in url}
    assert {url.partition("://")[2].partition("/")[0] for url in sizes} == {address.partition("://")[2]}
    assert sum(own.values()) < 500 * KILOBYTES
    assert len(own) > 10


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A day of 10,000 URLs: 1.5 million rows."""
    output = tmp_path_factory.mktemp("large") / "out"
    path, _ = prepare(str(output), {})
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous = OFF")
        (index,) = store.execute("SELECT sql FROM sqlite_master WHERE name = 'page_views_by_window'").fetchone()
        store.execute("DROP INDEX page_views_by_window")  # made at the end, which takes a tenth of the time
        store.execute(DAY)
        store.execute(index)
        store.execute(SETS)
        (rows,) = store.execute("SELECT count(*) FROM page_views").fetchone()
        assert rows == 1_500_480
    return output


def test_the_first_numbers_are_there_within_a_second_of_a_million_and_a_half_rows(new_page, large):
    with served(large) as address:
        new_page().goto(address)  # whatever the machine has to read for the first time, as Chromium's own files
        times = []
        for _ in range(3):
            page = new_page()
            page.goto(address)
            expect(page.locator(".pages tbody tr")).to_have_count(20)
            times.append(page.evaluate("performance.getEntriesByName('numbers')[0].startTime"))
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            assert paint <= times[-1] + 1
        assert min(times) < 1000, (
            "milliseconds to the first numbers, of the best of three on a machine that may be busy"
        )
        page.get_by_role("button", name="24 h").click()
        people = value(large, "SELECT sum(views - bot_views) FROM page_views")
        expect(page.locator(".tile strong").first).to_have_text(f"{people:,}")
