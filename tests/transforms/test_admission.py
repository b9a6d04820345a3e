"""OpenMessages, ParseEvents and ValidateEvents, each alone: all outputs, exactly, under two windowings."""

import gzip
import json
from typing import Any

import pytest
import xxhash
from apache_beam.transforms.window import GlobalWindows

from tests.transforms.alone import TEN_SECONDS, Seen, elements, outputs_of
from transforms.core.ledger import Received
from transforms.core.mapping import FieldMapping
from transforms.core.records import (
    Event,
    EventBatch,
    Form,
    Message,
    Origin,
    ParsedEvent,
    ParsedEvents,
    RawEvents,
    Reject,
    Unreadable,
    Violation,
)
from transforms.core.times import HOUR, MINUTE, SECOND
from transforms.core.validation import TimePolicy
from transforms.open_messages import OpenMessages
from transforms.parse_events import ParseEvents
from transforms.validate_events import ValidateEvents

NOON = 1_789_646_400 * SECOND  # 2026-09-17T12:00:00Z
SEED = 7
PAGE_VIEW = "web.page_view.v1"
FILE = Origin("f", form=Form.JSON_LINES, by_line=True)
READ = FILE._replace(block="part 0")
CARD, MASKED = "4111111111111111", "****************"


@pytest.fixture(params=[GlobalWindows(), TEN_SECONDS], ids=["global", "ten seconds"])
def windows(request):
    return request.param


def at(number: int, value: Any, windows: Any) -> Seen:
    """An output of the element with a number: it keeps that element's timestamp and window."""
    ten_seconds = ["[0.0, 10.0)", "[10.0, 20.0)", "[20.0, 30.0)"][number - 1]
    return Seen(value, 7_000_000 * number, "GlobalWindow" if isinstance(windows, GlobalWindows) else ten_seconds)


def place(message_id: str, position: int, raw: bytes, said: str = "") -> int:
    """The occurrence of an event or a line: its hash, keyed by message or file, what the message says, and position."""
    base = xxhash.xxh3_64_intdigest(f"{message_id}\0{said}".encode(), SEED)
    return int(xxhash.xxh3_64_intdigest(raw, (base + position) % 2**64))


def line_id(line: bytes) -> str:
    return f"f-{xxhash.xxh3_64_hexdigest(line)}"


def plain_fields(seen: Seen) -> Seen:
    """Parsed events as the class that they share: each form may have one of its own below it."""
    events = [ParsedEvent(e.id, e.source, e.type, e.time, e.data) for e in seen.value.events]
    return seen._replace(value=seen.value._replace(events=events))


def test_open_messages(windows, tmp_path):
    attributes = {"content-encoding": "gzip", "note": f"card {CARD}"}
    batch = Message(gzip.compress(b'{"a":1}\n{"a":2}\n'), attributes, "m1", NOON)
    large = Unreadable("too_large", 9000, "5f" * 32, "larger than 8 bytes")
    unread = Message(
        b"the first bytes", message_id="f", offset=100, form=Form.JSON_LINES, block="part 0", unreadable=large
    )
    block = Message(b'{"b":1}\n\n\xff\n', message_id="f", offset=9101, form=Form.JSON_LINES, block="part 0")
    opened = outputs_of(
        lambda root: root | elements([batch, unread, block], windows, Message) | OpenMessages(seed=SEED), tmp_path
    )
    good, bad = place("f", 9101, b'{"b":1}'), place("f", 9110, b"\xff")
    passed = place("f", 100, f"too_large {large.digest}".encode())
    shown = attributes | {"note": f"card {MASKED}"}
    said = f"\0{(NOON, sorted(shown.items()))!r}"
    sent = [place("m1", 0, b'{"a":1}', said), place("m1", 1, b'{"a":2}', said)]
    assert opened == {
        "events": [
            at(
                1,
                RawEvents(Origin("m1", NOON, shown, encoding="gzip"), [b'{"a":1}', b'{"a":2}'], range(2), sent),
                windows,
            ),
            at(3, RawEvents(READ, [b'{"b":1}'], [9101], [good]), windows),
        ],
        "rejects": [
            at(
                2,
                (
                    Reject(
                        stage="open",
                        reason="too_large",
                        error_message=f"larger than 8 bytes; 9000 bytes, sha256 {large.digest}",
                        payload=b"the first bytes",
                        message_id=line_id(large.digest.encode()),
                        position="100",
                        occurrence=passed,
                        form=Form.JSON_LINES,
                        block="part 0",
                        unreadable=large,
                    ),
                ),
                windows,
            ),
            at(
                3,
                (
                    Reject(
                        stage="open",
                        reason="not_utf8",
                        error_message="byte 0 is not UTF-8 (invalid start byte)",
                        payload=b"\xff",
                        message_id=line_id(b"\xff"),
                        position="9110",
                        occurrence=bad,
                        form=Form.JSON_LINES,
                        block="part 0",
                    ),
                ),
                windows,
            ),
        ],
        "received": [
            at(1, Received(NOON, sent), windows),
            at(2, Received(None, [passed]), windows),
            at(3, Received(None, [good, bad]), windows),
        ],
    }


def test_parse_events(windows, tmp_path):
    origin = Origin("m1", NOON, {"note": f"card {MASKED}"})
    event = b'{"id":"1","source":"s","type":"t","time":"as given","data":{"n":1.5},"more":[]}'
    broken = f'{{"id":"2","pan":"{MASKED}"'.encode()
    anonymous = f'{{"id":"{CARD}","source":"","data":"{MASKED}"}}'.encode()
    plain = b'{"at":"now","page":"/p","n":null}'
    binary = Origin("m2", NOON, {"ce-specversion": "1.0", "ce-id": "b", "ce-source": "s", "ce-type": "t"})
    batches = [
        RawEvents(origin, [event, broken, anonymous], [0, 1, 2], [10, 11, 12], frozenset((11, 12))),
        RawEvents(binary, [b" [true] "], [0], [20]),
        RawEvents(FILE, [plain], [30], [31]),
    ]
    mapping = FieldMapping("t", time_field="at", source="shop", rename=(("page", "url"),))
    parsed = outputs_of(lambda root: root | elements(batches, windows, RawEvents) | ParseEvents(mapping), tmp_path)
    assert parsed == {
        "events": [
            at(2, ParsedEvents(*batches[1], [ParsedEvent("b", "s", "t", None, [True])]), windows),
            at(
                3,
                ParsedEvents(
                    *batches[2],
                    [ParsedEvent(f"{line_id(plain)}:30", "shop", "t", "now", {"n": None, "url": "/p"})],
                ),
                windows,
            ),
        ],
        "rejects": [
            at(
                1,
                (
                    Reject(
                        stage="parse",
                        reason="bad_time",
                        error_message="/at: expected an RFC 3339 time, got null",
                        violations=(Violation("/at", "expected an RFC 3339 time, got null"),),
                        payload=event,
                        message_id="m1",
                        position="0",
                        occurrence=10,
                        publish_time=NOON,
                        attributes={"note": f"card {MASKED}"},
                    ),
                    Reject(
                        stage="parse",
                        reason="not_json",
                        error_message="not JSON: Input data was truncated",
                        payload=broken,
                        message_id="m1",
                        position="1",
                        occurrence=11,
                        publish_time=NOON,
                        attributes={"note": f"card {MASKED}"},
                        masked=True,
                    ),
                    Reject(
                        stage="parse",
                        reason="bad_time",
                        error_message="/at: expected an RFC 3339 time, got null",
                        violations=(Violation("/at", "expected an RFC 3339 time, got null"),),
                        payload=anonymous,
                        message_id="m1",
                        position="2",
                        occurrence=12,
                        publish_time=NOON,
                        attributes={"note": f"card {MASKED}"},
                        masked=True,
                    ),
                ),
                windows,
            )
        ],
    }


def test_parse_cloudevents_and_log_lines(windows, tmp_path):
    event = b'{"id":"1","source":"s","type":"t","time":"as given","data":{"n":1.5},"more":[]}'
    nameless = b'{"id":"2","source":7,"data":{}}'
    page = b'192.0.2.1 - - [17/Sep/2026:12:00:05 +0000] "GET /p?q=1 HTTP/1.1" 200 5 "-" "agent"'
    asset = b'192.0.2.1 - - [17/Sep/2026:12:00:05 +0000] "GET /p.css HTTP/1.1" 200 -'
    log = Origin("f", form=Form.ACCESS_LOG, by_line=True)
    batches = [
        RawEvents(Origin("m1", NOON), [event, nameless], [0, 1], [10, 11]),
        RawEvents(log, [page, asset], [0, 100], [20, 21]),
    ]
    parsed = outputs_of(
        lambda root: root | elements(batches, windows, RawEvents) | ParseEvents(log_source="web-1"), tmp_path
    )
    data = {"url": "/p?q=1", "ip": "192.0.2.1", "referrer": None, "user_agent": "agent"}
    other = {"url": "/p.css", "ip": "192.0.2.1", "referrer": None, "user_agent": None}
    told = [Violation("/source", "expected a string, got a number"), Violation("/type", "is required")]
    time = NOON + 5 * SECOND
    parsed["events"] = [plain_fields(seen) for seen in parsed["events"]]
    assert parsed == {
        "events": [
            at(
                1,
                ParsedEvents(
                    *RawEvents(Origin("m1", NOON), [event], [0], [10]),
                    [ParsedEvent("1", "s", "t", "as given", {"n": 1.5})],
                ),
                windows,
            ),
            at(
                2,
                ParsedEvents(
                    *batches[1],
                    [
                        ParsedEvent(f"f:0:{xxhash.xxh3_64_hexdigest(page)}", "web-1", PAGE_VIEW, time, data),
                        ParsedEvent(
                            f"f:100:{xxhash.xxh3_64_hexdigest(asset)}",
                            "web-1",
                            "http.request.v1",
                            time,
                            other | {"method": "GET", "status": 200, "bytes": None},
                        ),
                    ],
                ),
                windows,
            ),
        ],
        "rejects": [
            at(
                1,
                (
                    Reject(
                        stage="parse",
                        reason="not_an_event",
                        error_message="/source: expected a string, got a number; /type: is required",
                        payload=nameless,
                        message_id="m1",
                        position="1",
                        occurrence=11,
                        publish_time=NOON,
                        violations=tuple(told),
                    ),
                ),
                windows,
            )
        ],
    }


def parsed_batch(*events: ParsedEvent, origin: Origin) -> ParsedEvents:
    raws = [json.dumps({"id": e.id, "type": e.type, "time": e.time, "data": e.data}).encode() for e in events]
    occurrences = [100 + number for number in range(len(events))]
    masked = frozenset(seen for seen, raw in zip(occurrences, raws, strict=True) if MASKED.encode() in raw)
    return ParsedEvents(origin, raws, range(len(events)), occurrences, masked, events)


def test_validate_events(windows, tmp_path):
    paid = {"url": f"/pay/{MASKED}", "note": MASKED}
    message = parsed_batch(
        ParsedEvent("1", "s", "com.acme." + PAGE_VIEW, "2026-09-17T12:00:00.1234567Z", {"url": "/a", "own": 1}),
        ParsedEvent("2", "s", PAGE_VIEW, "2026-09-17T11:58:00Z", {"url": "/a"}),
        ParsedEvent("3", "s", PAGE_VIEW, "2026-09-17T11:57:59.999999Z", {"url": "/a", "note": MASKED}),
        ParsedEvent("4", "s", PAGE_VIEW, "2026-09-17T12:01:00.000001Z", {"url": "/a"}),
        ParsedEvent("5", "s", PAGE_VIEW, "2026-09-17T12:00:00Z", {"ip": 5}),
        ParsedEvent("6", "s", "page_view.v1", "2026-09-17T12:00:00Z", {"url": "/a"}),
        ParsedEvent("7", "s", PAGE_VIEW, None, {"url": "/a"}),
        ParsedEvent(CARD, CARD, PAGE_VIEW, "2026-09-17T12:00:00Z", paid),
        origin=Origin("m1", NOON),
    )
    old = parsed_batch(ParsedEvent("8", "s", PAGE_VIEW, "0001-01-01T00:00:00Z", {"url": "/a"}), origin=FILE)
    policy = TimePolicy(allowed_lateness=2 * MINUTE, max_clock_skew=MINUTE)
    valid = outputs_of(
        lambda root: root | elements([message, old], windows, ParsedEvents) | ValidateEvents(policy=policy), tmp_path
    )
    year_one = -62_135_596_800 * SECOND
    assert valid["batches"] == [
        at(
            1,
            EventBatch(
                Origin("m1", NOON),
                [
                    Event("1", "s", PAGE_VIEW, NOON + 123_456, {"url": "/a", "own": 1}, 100),
                    Event("2", "s", PAGE_VIEW, NOON - 2 * MINUTE, {"url": "/a"}, 101),
                    Event(CARD, CARD, PAGE_VIEW, NOON, paid, 107, masked=True),
                ],
                [message.raws[index] for index in (0, 1, 7)],
                [0, 1, 7],
            ),
            windows,
        ),
        at(
            2, EventBatch(FILE, [Event("8", "s", PAGE_VIEW, year_one, {"url": "/a"}, 100)], old.raws, range(1)), windows
        ),
    ]
    (rejects,) = valid["rejects"]
    assert rejects == at(1, rejects.value, windows)
    shown = [(r.position, r.reason, r.event_type, r.contract, r.minute, r.occurrence, r.masked) for r in rejects.value]
    assert shown == [
        ("2", "too_late", PAGE_VIEW, "", None, 102, True),
        ("3", "in_future", PAGE_VIEW, "", None, 103, False),
        ("4", "contract_violated", PAGE_VIEW, PAGE_VIEW, NOON, 104, False),
        ("5", "unknown_contract", "page_view.v1", "", None, 105, False),
        ("6", "bad_time", PAGE_VIEW, PAGE_VIEW, None, 106, False),
    ]
    assert rejects.value[0].payload == message.raws[2]
    assert rejects.value[2].violations == (
        Violation("/data", '"url" is a required property'),
        Violation("/data/ip", '5 is not of types "null", "string"'),
    )


def test_a_contract_of_ones_own(windows, tmp_path):
    schema = '{"type": "object", "required": ["total"]}'
    orders = parsed_batch(
        ParsedEvent("1", "s", "com.acme.shop.order.v1", NOON, {"total": 1}),
        ParsedEvent("2", "s", "shop.order.v1", NOON + HOUR, {}),
        origin=Origin("m1", NOON),
    )
    valid = outputs_of(
        lambda root: root | elements([orders], windows, ParsedEvents) | ValidateEvents({"shop.order.v1": schema}),
        tmp_path,
    )
    assert valid["batches"] == [
        at(
            1,
            EventBatch(
                Origin("m1", NOON),
                [Event("1", "s", "shop.order.v1", NOON, {"total": 1}, 100)],
                orders.raws[:1],
                [0],
            ),
            windows,
        )
    ]
    (reject,) = valid["rejects"][0].value
    assert (reject.reason, reject.contract, reject.minute) == ("contract_violated", "", None)
    assert reject.error_message == 'shop.order.v1: /data: "total" is a required property'
