"""What events and people write stays text, wherever the page shows it."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.stores import burst, event, lines, moment, run, value, view
from tests.dashboard.serving import served
from tests.program import run_here

PAYLOADS = (
    "<script>globalThis.hit=1</script>",
    "<img src=x onerror=globalThis.hit=1>",
    '"><svg onload=globalThis.hit=1>',
    "javascript:globalThis.hit=1",
    "'-globalThis.hit=1-'",
    "{{constructor.constructor('globalThis.hit=1')()}}",
    "</textarea><script>globalThis.hit=1</script>",
    "\u202e\u0000\u001b[31m&lt;b&gt;",
)


def hostile_store(output):
    views = [
        view(n, moment(n), f"https://shop.example/{payload}", user_agent=payload, referrer=payload)
        for n, payload in enumerate(PAYLOADS)
    ]
    attacks = [
        one for n, payload in enumerate(PAYLOADS) for one in burst(n * 10, ip=payload, device_id=f"{payload}{n}")
    ]
    changes = [
        event("account.change.v1", payload, moment(1), account_id=payload, change_type="email") for payload in PAYLOADS
    ]
    run(output, [*views, *attacks, *changes])
    rejects = [{"payload": payload} for payload in PAYLOADS] + [
        view("late", "no time <img src=x onerror=globalThis.hit=1>", "/")
    ]
    assert run_here(output, "--input", lines(output.parent / "rejects", rejects), "--no_archive") in (0, 3)


def test_payloads_stay_text(page, tmp_path):
    output = tmp_path / "out"
    hostile_store(output)
    with served(output) as address:
        page.goto(address)
        expect(page.locator(".pages tbody tr")).to_have_count(len(PAYLOADS))
        shown = page.locator(".pages").inner_text()
        urls = value(output, "SELECT json_group_array(DISTINCT url) FROM page_views")
        assert all(url.removeprefix("https://") in shown for url in json.loads(urls) if url.isprintable())
        for row in page.locator(".pages button.link").all():
            row.click()
        expect(page.locator(".own .chart")).to_be_visible()
        page.get_by_role("button", name="Rows and SQL: Page views", exact=True).click()
        expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(len(PAYLOADS))

        page.goto(f"{address}/#/health")
        expect(page.locator(".rejects li").first).to_be_visible()
        for summary in page.locator("summary").all():
            summary.click()
        letter = value(
            output, "SELECT payload_string FROM dead_letters WHERE reason = 'not_an_event' ORDER BY dead_letter_id"
        )
        expect(page.locator(".rejects pre").first).to_have_text(letter)
        assert "globalThis.hit=1" in letter or "constructor" in letter or "202e" in letter

        page.goto(f"{address}/#/review")
        expect(page.locator(".cases li").first).to_be_visible()
        for case in page.locator(".cases a").all():
            case.click()
            expect(page.locator("#case h2")).to_be_visible()
        expect(page.locator(".cases")).to_contain_text("<img src=x onerror=globalThis.hit=1>")
        assert page.evaluate("globalThis.hit") is None
        assert page.locator("#main script, #main img, #main [onerror], #main [onload]").count() == 0


@pytest.mark.parametrize("note", PAYLOADS[:2])
def test_notes_and_names_stay_text(page, tmp_path, note):
    output = tmp_path / "out"
    run(output, burst(0))
    with served(output) as address:
        page.goto(f"{address}/#/review")
        page.get_by_label("You decide as").fill(note)
        page.locator(".cases a").first.click()
        page.get_by_role("button", name="Inconclusive").click()
        page.get_by_label("A note").fill(note)
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Audit trail")).to_contain_text(note)
        page.reload()
        expect(page.get_by_role("region", name="Audit trail").locator("blockquote")).to_have_text(note)
        assert page.evaluate("globalThis.hit") is None
        assert value(output, "SELECT DISTINCT note || reviewer FROM reviews") == note * 2
