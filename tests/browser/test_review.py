"""Review: verdicts by keyboard reach the store and the next run; two reviewers do not overwrite each other."""

import json

from playwright.sync_api import expect

from tests.browser.stores import burst, run, value
from tests.dashboard.serving import served

RULE = "card_testing.cards_per_ip"
TRAIL = "FROM (SELECT * FROM case_actions ORDER BY expected_version)"


def opened(page, address, reviewer):
    page.goto(f"{address}/#/review")
    page.get_by_label("You decide as").fill(reviewer)
    page.get_by_role("heading", level=2).first.click()
    return page


def test_a_false_positive_by_keyboard_suppresses_in_the_next_run(page, tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    with served(output) as address:
        opened(page, address, "kim")
        page.keyboard.press("j")
        expect(page.locator("#case h2")).to_contain_text("192.0.2.7")
        expect(page.locator("#case")).to_contain_text("6 different cards within 1 h from one IP")
        expect(page.locator("#case .strip rect")).to_have_count(6)
        expect(page.locator("#case .events tbody")).to_contain_text("50.00 EUR")
        page.keyboard.press("c")
        expect(page.locator("#case .decide")).to_contain_text("Claimed by kim")
        page.keyboard.press("p")
        expect(page.get_by_label("A note")).to_be_focused()
        page.keyboard.type("our own load test")
        page.keyboard.press("Enter")
        expect(page.locator("#case .decide")).to_contain_text("Recorded: false positive")
        expect(page.locator(".queue")).to_contain_text("No case waits")
        open_alerts = value(output, "SELECT count(*) FROM fraud_alerts WHERE status = 'open'")
        assert value(output, "SELECT count(*) FROM reviews WHERE verdict = 'false_positive'") == open_alerts > 0
        assert value(output, "SELECT DISTINCT reviewer || note FROM reviews") == "kimour own load test"
        assert value(output, f"SELECT group_concat(action) {TRAIL}") == "claim,close"

        # The next run reads reviews.jsonl; a store of its own shows that it is the file that tells it.
        told = [json.loads(line) for line in (output / "reviews.jsonl").read_text("utf-8").splitlines()]
        assert {one["type"] for one in told} == {"fraud.review.v1"}
        other = tmp_path / "other"
        other.mkdir()
        (other / "reviews.jsonl").write_bytes((output / "reviews.jsonl").read_bytes())
        for place in (output, other):
            run(place, burst(600))
            later = "SELECT count(*) FROM fraud_alerts WHERE status = 'open' AND rule_id = ? AND entity = '192.0.2.7'"
            assert value(place, later, RULE) == (1 if place == output else 0), "the alert that was judged stays"
            assert value(place, "SELECT count(*) FROM fraud_found WHERE suppressed_by <> ''") > 0
            assert value(place, "SELECT count(*) FROM reviews") == len(told)


def test_a_case_is_reopened_and_judged_again_and_the_trail_tells_all(page, tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    with served(output) as address:
        opened(page, address, "kim")
        page.keyboard.press("j")
        expect(page.locator("#case h2")).to_contain_text("192.0.2.7")
        for key, note, told in (("i", "cannot tell", "inconclusive"), ("f", "the issuer called", "fraud")):
            page.keyboard.press(key)
            expect(page.get_by_label("A note")).to_be_focused()
            page.keyboard.type(note)
            page.keyboard.press("Enter")
            expect(page.locator("#case .decide")).to_contain_text(f"Recorded: {told}")
            page.keyboard.press("o")
            expect(page.locator("#case .decide")).to_contain_text("Reopened")
        page.keyboard.press("c")
        expect(page.locator("#case .decide")).to_contain_text("Claimed by kim")
        page.keyboard.press("u")
        expect(page.locator("#case .decide")).to_contain_text("Released")
        trail = page.get_by_role("region", name="Audit trail").locator("li")
        expect(trail).to_have_count(6)
        assert [line.split(",")[0] for line in trail.all_inner_texts()] == [
            "kim closed as inconclusive",
            "kim reopened",
            "kim closed as fraud",
            "kim reopened",
            "kim claimed",
            "kim released",
        ]
        expect(page.locator(".rule-quality tbody tr", has_text=RULE)).to_contain_text("100 %")
        assert value(output, f"SELECT group_concat(expected_version) {TRAIL}") == "0,1,2,3,4,5"


def test_a_reading_that_began_before_a_decision_does_not_undo_what_is_shown(page, tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    held = []

    def hold(route):
        held.append((route, route.fetch()))  # the answer is known, and on its way for a while

    with served(output) as address:
        opened(page, address, "kim")
        page.keyboard.press("j")
        expect(page.locator("#case .decide")).to_contain_text("Open: nobody has claimed it")
        page.route("**/api/case?*", hold, times=1)
        page.get_by_label("Severity").select_option("high")
        while not held:
            page.wait_for_timeout(50)
        page.locator("#case h2").click()
        page.keyboard.press("c")
        expect(page.locator("#case .decide")).to_contain_text("Claimed by kim")
        [(route, answer)] = held
        route.fulfill(response=answer)
        expect(page.locator(".queue")).to_contain_text("No case passes these filters")  # so the reading has ended
        page.keyboard.press("u")
        expect(page.locator("#case .decide")).to_contain_text("Released")
        assert value(output, f"SELECT group_concat(action) {TRAIL}") == "claim,release"


def test_of_two_reviewers_the_second_is_told_and_nothing_is_overwritten(new_page, tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    with served(output) as address:
        kim, noor = opened(new_page(), address, "kim"), opened(new_page(), address, "noor")
        for page in (kim, noor):
            page.keyboard.press("j")
            expect(page.locator("#case .decide")).to_contain_text("Open: nobody has claimed it")
        noor.route("**/api/case?*", lambda route: route.abort())  # noor's page stays as it was a moment ago
        noor.keyboard.press("f")
        noor.keyboard.type("mine")
        kim.keyboard.press("p")
        kim.keyboard.type("a shop's test")
        kim.keyboard.press("Enter")
        expect(kim.locator("#case .decide")).to_contain_text("Recorded: false positive")
        noor.unroute("**/api/case?*")
        noor.keyboard.press("Enter")
        expect(noor.locator("#case .decide")).to_contain_text("Somebody else was first: kim did 'close'")
        expect(noor.locator("#case .decide")).to_contain_text("Closed: false positive")
        assert value(output, "SELECT group_concat(DISTINCT verdict || reviewer) FROM reviews") == "false_positivekim"
        assert value(output, "SELECT count(*) FROM case_actions") == 1
        assert "mine" not in (output / "reviews.jsonl").read_text("utf-8")


def test_who_has_no_name_does_not_decide(page, tmp_path):
    output = tmp_path / "out"
    run(output, burst(0))
    with served(output) as address:
        page.goto(f"{address}/#/review")
        page.locator(".cases a").first.click()
        page.get_by_role("button", name="Claim").click()
        expect(page.locator("#case")).to_contain_text("Say who you are first")
        expect(page.get_by_label("You decide as")).to_be_focused()
        assert value(output, "SELECT count(*) FROM case_actions") == 0


def test_filters_and_the_queues_order(page, tmp_path):
    output = tmp_path / "out"
    many = [one for number in range(3) for one in burst(number * 10, ip=f"192.0.2.{number}", device_id=f"d{number}")]
    run(output, [*many, *burst(-60, ip="198.51.100.1")])
    with served(output) as address:
        page.goto(f"{address}/#/review")
        cases = page.locator(".cases li")
        expect(cases).to_have_count(7)
        scores = [int(text) for text in page.locator(".cases .score").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        page.get_by_label("Order").select_option("oldest")
        expect(cases.first).to_contain_text("198.51.100.1")
        page.get_by_label("Entity or rule").fill("d1")
        expect(cases).to_have_count(1)
        page.get_by_label("Pattern").select_option("account_takeover")
        expect(page.get_by_text("No case passes these filters")).to_be_visible()
        page.get_by_role("button", name="Show all that wait").click()
        expect(cases).to_have_count(7)
