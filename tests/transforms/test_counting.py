"""CountPageViews, KeepLedger and UniteSets, each alone: rows and counts, exactly, under two windowings."""

import random
from typing import Any

import apache_beam as beam
import numpy as np
import pytest
import xxhash
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline as LivePipeline
from apache_beam.testing.test_stream import TestStream as Stream
from apache_beam.transforms.window import GlobalWindows, TimestampedValue

from tests.transforms.alone import TEN_SECONDS, Seen, Write, elements, outputs_of, read_seen, values_of
from transforms import flushing
from transforms.core.gains import Gain
from transforms.core.ledger import Received
from transforms.core.page_views import ViewRules
from transforms.core.records import Event, EventBatch, LedgerCount, LedgerRow, Origin, PageViews, Reject
from transforms.core.set_buffer import SetBuffer
from transforms.core.sets import NO_WINDOW
from transforms.core.times import MINUTE, SECOND
from transforms.count_page_views import CountPageViews
from transforms.keep_ledger import Entries, KeepLedger
from transforms.outputs import Refused
from transforms.panes import Panes
from transforms.unite_sets import UniteSets

NOON = 1_789_646_400 * SECOND  # 2026-09-17T12:00:00Z
SEED = 7
VIEW, REQUEST = "web.page_view.v1", "http.request.v1"
BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
NOBODY: dict[str, Any] = {"user_id": None, "session_id": "", "ip": ""}


@pytest.fixture(params=[GlobalWindows(), TEN_SECONDS], ids=["global", "ten seconds"])
def windows(request):
    return request.param


@pytest.fixture
def small_buffers(monkeypatch):
    """Partials of two sightings, so that each slot and window is united of many."""
    monkeypatch.setattr(flushing, "FLUSH_AT", 2)


def event(event_id: str, url: str, seconds: float, occurrence: int, source: str = "s", **data: Any) -> Event:
    return Event(event_id, source, VIEW, NOON + int(seconds * SECOND), {"url": url, **data}, occurrence)


def batch(*events: Event) -> EventBatch:
    return EventBatch(Origin("m", NOON), events)


def hashes(*texts: str) -> bytes:
    """A packed set, ascending: the hashes of texts as ``source id`` or ``kind value``; the first word is the seed."""
    pairs = [text.encode().split(b" ") for text in texts]
    hashed = (xxhash.xxh3_64_intdigest(second, xxhash.xxh3_64_intdigest(first, SEED)) for first, second in pairs)
    return b"".join(number.to_bytes(8, "little") for number in sorted(hashed))


def row_of(url: str, minute: int, sets: tuple[list[str], list[str], list[str]], width: int = MINUTE) -> Seen:
    """A row of views, bots and visitors as it comes: at its window's last microsecond, in the global window."""
    start = NOON + minute * MINUTE
    views, bots, visitors = (hashes(*texts) for texts in sets)
    counts = len(sets[0]), len(sets[1]), len(sets[2])
    row = PageViews(url, start, start + width, *counts, views, bots, visitors, "final")
    return Seen(row, start + width - 1, "GlobalWindow")


BATCHES = [
    batch(
        event("1", "/a", 0, 1, user_id="7"),
        event("2", "/a#top", 59.999999, 2, session_id="7", user_agent=BOT),
        event("1", "/a?b=c", 1, 3, user_id="8"),  # a duplicate with another visitor
        event("3", "/a", 60, 4, **NOBODY),
    ),
    batch(event("1", "/a", 0, 1, user_id="7"), event("1", "/a", 0, 5, source="t", ip="192.0.2.1")),
    batch(
        Event("4", "s", REQUEST, NOON, {"status": 200, "ip": "192.0.2.1"}, 6),
        event("1", "https://A.example", -0.000001, 7),
    ),
]
VISITORS = ["user_id 7", "user_id 8", "session_id 7", "ip 192.0.2.1"]
SORTED_ROWS = [
    row_of("/a", 0, (["s 1", "s 2", "t 1"], ["s 2"], VISITORS)),
    row_of("/a", 1, (["s 3"], [], [])),
    row_of("https://a.example/", -1, (["s 1"], [], [])),
]


def by_key(seen: Seen) -> tuple[str, int]:
    return seen.value.url, seen.value.window_start


def added_up(counts: list[Seen]) -> dict[tuple[str, int, str], int]:
    """The gains of ledger counts per type, minute after noon, and column; zeros left out."""
    sums: dict[tuple[str, int, str], int] = {}
    for count in values_of(counts):
        assert isinstance(count, LedgerCount)
        key = (count.event_type, ((count.minute or 0) - NOON) // MINUTE, count.column)
        sums[key] = sums.get(key, 0) + count.gain
    return {key: gain for key, gain in sums.items() if gain}


@pytest.mark.parametrize("shards", [1, 32])
def test_count_page_views(windows, shards, tmp_path):
    counted = outputs_of(
        lambda root: (
            root | elements(BATCHES, windows, EventBatch) | CountPageViews(ViewRules(shards=shards, seed=SEED))
        ),
        tmp_path,
    )
    assert sorted(counted["rows"], key=by_key) == SORTED_ROWS
    assert added_up(counted["counts"]) == {
        (VIEW, 0, "counted"): 3,
        (VIEW, 0, "duplicate"): 1,
        (VIEW, 1, "counted"): 1,
        (VIEW, -1, "counted"): 1,
    }


@pytest.mark.usefixtures("small_buffers")
def test_page_views_in_any_order_and_twice(windows, tmp_path):
    shuffled = [batch(one) for one in (event for batch in BATCHES * 2 for event in batch.events)]
    random.Random(4).shuffle(shuffled)
    counted = outputs_of(
        lambda root: root | elements(shuffled, GlobalWindows(), EventBatch) | CountPageViews(ViewRules(seed=SEED)),
        tmp_path,
    )
    assert sorted(counted["rows"], key=by_key) == SORTED_ROWS
    assert sum(added_up(counted["counts"]).values()) == 6


def test_wider_windows_and_queries(tmp_path):
    rules = ViewRules(width=5 * MINUTE, keep_query=True, seed=SEED)
    counted = outputs_of(
        lambda root: root | elements(BATCHES, GlobalWindows(), EventBatch) | CountPageViews(rules), tmp_path
    )
    width = 5 * MINUTE
    assert sorted(counted["rows"], key=by_key) == [
        row_of("/a", 0, (["s 1", "s 2", "s 3", "t 1"], ["s 2"], [VISITORS[0], *VISITORS[2:]]), width),
        row_of("/a?b=c", 0, (["s 1"], [], ["user_id 8"]), width),
        row_of("https://a.example/", -5, (["s 1"], [], []), width),
    ]


def reject(occurrence: int, reason: str = "not_json", **known: Any) -> Reject:
    return Reject("parse", reason, "why", b"", "m", str(occurrence), occurrence, NOON, **known)


def entries_of(root: beam.Pipeline, windows: Any, count_windows: Any) -> Entries:
    """What happened: ten places, three of them twice; one event of another type twice; three rejects, one twice."""
    other = [Event("1", "s", REQUEST, NOON + 61 * SECOND, {}, number, masked=number == 4) for number in (4, 5, 4)]
    refused = [reject(7), reject(8, contract=VIEW, minute=NOON, masked=True), reject(9, "too_late")]
    counts = [
        LedgerCount(VIEW, NOON, "counted", "", 3),
        LedgerCount(VIEW, NOON, "duplicate", "", 1),
        LedgerCount(VIEW, NOON, "counted", "", 1),
        LedgerCount(VIEW, NOON + MINUTE, "duplicate", "", 0),
    ]
    again = Received(NOON, [4, 5, 6])
    received = [Received(NOON, [0, 1, 2, 3]), again, Received(None, [7, 8, 9]), again]
    batches = [batch(other[0], event("2", "/a", 0, 0)), batch(*other[1:])]
    return Entries(
        root | "Received" >> elements(received, windows, Received),
        root | "Batches" >> elements(batches, windows, EventBatch),
        root | "Counts" >> elements(counts, count_windows, LedgerCount),
        Refused(
            root | "Unopened" >> elements([tuple(refused[:2])], windows, tuple[Reject, ...]),
            root | "Unparsed" >> elements([], windows, tuple[Reject, ...]),
            root | "Invalid" >> elements([tuple(refused[1:])], windows, tuple[Reject, ...]),
        ),
    )


@pytest.mark.parametrize(
    "count_windows",
    [GlobalWindows(), TEN_SECONDS],
    ids=["global counts", "counts of ten seconds"],
)
def test_keep_ledger(windows, count_windows, tmp_path):
    kept = outputs_of(lambda root: entries_of(root, windows, count_windows) | KeepLedger("run 1", SEED), tmp_path)
    assert sorted(values_of(kept["main"]), key=lambda row: (row.event_type, row.minute or 0)) == [
        LedgerRow("run 1", "", None, 10, 0, 0, {"not_json": 1, "too_late": 1}, 0),
        LedgerRow("run 1", REQUEST, NOON + MINUTE, 0, 1, 1, {}, 1),
        LedgerRow("run 1", VIEW, NOON, 0, 4, 1, {"not_json": 1}, 1),
    ]
    assert {seen.window for seen in kept["main"]} == {"GlobalWindow"}


def partial(*sightings: tuple[str, int, int, int], slot: int = 3) -> tuple[int, bytes]:
    """A slot and a partial: names, windows, identities, occurrences."""
    buffer = SetBuffer()
    for name, window, identity, occurrence in sightings:
        row = buffer.new_cell(name, window, slot), identity, occurrence, 0
        buffer.add(*np.array(row, dtype=np.uint64).reshape(4, 1))
    ((number, packed),) = buffer.flush()
    return number, packed


def told(gain: Gain) -> dict[tuple[str, int], tuple[int, int, int]]:
    """What a Gain says of the cells that changed: identities held, and gained in identities and sightings."""
    held = gain.sets.identities.sizes(len(gain.sets)).tolist()
    cells = [(gain.sets.names[gain.sets.name_of[cell]], int(gain.sets.windows[cell])) for cell in range(len(gain.sets))]
    grown = {*gain.changed.tolist(), *gain.seen.nonzero()[0].tolist()}
    return {cells[c]: (held[c], int(gain.counted[c]), int(gain.seen[c])) for c in sorted(grown)}


PARTIALS = [
    partial(("/a", 0, 11, 1), ("/a", 0, 12, 2), ("/b", MINUTE, 13, 3)),
    partial(("/a", 0, 11, 1), ("/a", 0, 11, 4), ("/a", MINUTE, 11, 1)),
    partial(("/a", 0, 11, 5), slot=4),
]


def test_unite_sets_once(tmp_path):
    """The input is in the global window: CountPageViews and KeepLedger see to it."""
    united = outputs_of(
        lambda root: root | elements(PARTIALS, GlobalWindows(), tuple[int, bytes]) | UniteSets(MINUTE), tmp_path
    )
    gains = sorted((told(gain) for gain in values_of(united["main"])), key=len)
    assert gains == [
        {("/a", 0): (1, 1, 1)},
        {("/a", 0): (2, 2, 3), ("/a", MINUTE): (1, 1, 1), ("/b", MINUTE): (1, 1, 1)},
    ]
    assert {gain.timing for gain in values_of(united["main"])} == {"final"}


def test_unite_sets_as_they_grow(tmp_path):
    stream = Stream().with_output_types(tuple[int, bytes]).advance_watermark_to(0).advance_processing_time(1)
    for one in (PARTIALS[0], PARTIALS[1], PARTIALS[1], partial(("received", NO_WINDOW, 5, 9))):
        stream.add_elements([TimestampedValue(one, 1)]).advance_processing_time(11)
    stream.advance_watermark_to(61).add_elements([TimestampedValue(partial(("/c", 0, 14, 6)), 61)])
    stream.advance_processing_time(11).advance_processing_time(11).advance_watermark_to_infinity()
    with LivePipeline(options=PipelineOptions(["--streaming"])) as root:
        united = root | stream | UniteSets(MINUTE, Panes(interval=10, expiry=MINUTE))
        united | beam.ParDo(Write(tmp_path / "gains"))
    gains = [(gain.timing, told(gain)) for gain in values_of(list(read_seen(tmp_path / "gains")))]
    ordered = sorted(gains, key=str)
    assert ordered == sorted(
        [
            ("early", {("/a", 0): (2, 2, 2)}),
            ("early", {("/b", MINUTE): (1, 1, 1)}),
            ("early", {("/a", 0): (2, 0, 1)}),  # a sighting more of an identity known
            ("early", {("/a", MINUTE): (1, 1, 1)}),  # and nothing of /b, which is in the same slot and window
            ("early", {("received", NO_WINDOW): (1, 1, 1)}),  # belongs to no window: never on time, never forgotten
            ("on_time", {("/a", 0): (2, 0, 0)}),
            ("late", {("/c", 0): (1, 1, 1)}),
            ("on_time", {("/a", MINUTE): (1, 0, 0), ("/b", MINUTE): (1, 0, 0)}),
        ],
        key=str,
    )
