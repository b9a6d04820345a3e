"""What a page view adds to which cell, and what a cell's sets say."""

from typing import Any

import pytest

from transforms.core.gains import gain
from transforms.core.page_views import CACHED, ViewCollector, ViewRules, page_views, view_counts
from transforms.core.records import Event, LedgerCount, PageViews
from transforms.core.times import MINUTE, SECOND, parse_time
from transforms.core.unions import union

NOON = parse_time("2026-09-17T12:00:00Z")
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def view(event_id: str, url: str = "/a", time: int = NOON, occurrence: int = 1, **data: Any) -> Event:
    return Event(event_id, "//s", "web.page_view.v1", time, {"url": url, **data}, occurrence)


def rows(*events: Event, rules: ViewRules = ViewRules(shards=1, seed=3)) -> list[PageViews]:  # noqa: B008 - immutable
    collector = ViewCollector(rules)
    collector.add(events)
    sets = union(partial for _, partial in collector.buffer.flush())
    return sorted(page_views(sets, range(len(sets)), rules.width, "final"))


def counts(*events: Event) -> list[tuple[Any, ...]]:
    return [
        (row.url, (row.window_start - NOON) // SECOND, row.views, row.bot_views, row.visitors) for row in rows(*events)
    ]


def test_views_bots_and_visitors():
    assert counts(
        view("1", user_id="u"),
        view("2", user_id="u", user_agent=GOOGLEBOT),
        view("3", user_id="v", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"),
        view("4", user_agent=None),
        view("5", user_agent="", user_id="", session_id=None),
    ) == [("/a", 0, 5, 1, 2)]


@pytest.mark.parametrize(
    ("one", "other", "visitors"),
    [
        ({"user_id": "7", "ip": "a"}, {"user_id": "7", "ip": "b"}, 1),
        ({"user_id": "7"}, {"session_id": "7"}, 2),
        ({"session_id": "7", "ip": "a"}, {"ip": "a"}, 2),
        ({"user_id": "", "session_id": None, "ip": "a"}, {"ip": "a"}, 1),
        ({}, {"ip": "a"}, 1),
        ({}, {}, 0),
    ],
)
def test_the_first_present_of_user_session_and_address_is_the_visitor(one, other, visitors):
    assert counts(view("1", **one), view("2", **other)) == [("/a", 0, 2, 0, visitors)]


def test_an_identity_is_source_and_id():
    same, other = view("1"), view("1")
    other.source = "//t"
    shifted = view("s1")
    shifted.source = "//"
    assert counts(same, view("1"), other, shifted) == [("/a", 0, 3, 0, 0)]


def test_forms_of_a_url_are_one_row_and_windows_are_floored():
    assert counts(
        view("1", "https://Shop.example:443/p?a=1#x"),
        view("2", "HTTPS://shop.example/p"),
        view("3", "https://shop.example/p", NOON + MINUTE - 1),
        view("4", "https://shop.example/p", NOON - 1),
        view("5", "https://shop.example/p", NOON + MINUTE),
    ) == [
        ("https://shop.example/p", -60, 1, 0, 0),
        ("https://shop.example/p", 0, 3, 0, 0),
        ("https://shop.example/p", 60, 1, 0, 0),
    ]


def test_the_query_is_kept_when_asked_for():
    kept = rows(view("1", "/p?a=1"), view("2", "/p?a=2"), rules=ViewRules(keep_query=True, shards=1))
    assert [(row.url, row.views) for row in kept] == [("/p?a=1", 1), ("/p?a=2", 1)]


def test_other_events_are_passed_over():
    other = view("1")
    other.type = "http.request.v1"
    collector = ViewCollector(ViewRules())
    collector.add([other])
    assert list(collector.buffer.flush()) == []


def test_hostile_urls_and_agents_do_not_fill_the_memory():
    collector = ViewCollector(ViewRules(shards=1))
    events = [view(str(n), f"/{n}", user_agent=f"agent {n}", occurrence=n) for n in range(CACHED + 10)]
    collector.add([*events, view("again", "/0")])
    assert len(collector.buffer.cells) <= CACHED
    sets = union(partial for _, partial in collector.buffer.flush())
    held = {row.url: row.views for row in page_views(sets, range(len(sets)), MINUTE, "final")}
    assert held == {f"/{n}": 1 + (n == 0) for n in range(CACHED + 10)}


def test_what_the_ledger_gains():
    collector = ViewCollector(ViewRules(shards=1))
    collector.add(
        [view("1", occurrence=1), view("1", occurrence=1), view("1", occurrence=2), view("2", "/b", occurrence=3)]
    )
    change = gain(None, union(partial for _, partial in collector.buffer.flush()), "final")
    assert list(view_counts(change.sets, change.counted, change.seen)) == [
        LedgerCount("web.page_view.v1", NOON, "counted", "", 2),
        LedgerCount("web.page_view.v1", NOON, "duplicate", "", 1),
    ]
