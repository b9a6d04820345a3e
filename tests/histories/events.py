"""Events as JSON text: CloudEvents, plain JSON, and what is neither."""

import json
from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

from tests.histories.clock import FORMS, HOUR, MINUTE, SECOND, Clock, Text
from tests.histories.data import (
    CARD,
    CHANGE,
    GONE,
    LOGIN,
    PAGE_VIEW,
    PAYMENT,
    REQUEST,
    REVIEW,
    URLS,
    of_contract,
    visits,
)

MOMENTS = (0, 0, 0, 0, 1, MINUTE - 1, MINUTE, 5 * MINUTE, HOUR + SECOND, -1, -MINUTE - 1)
TYPES = (*(PAGE_VIEW,) * 8, f"com.acme.{PAGE_VIEW}", REQUEST, PAYMENT, LOGIN, CHANGE, REVIEW)
NO_TYPES = ("web.page_view.v9", f"x{PAGE_VIEW}", "test", f"card {CARD}")
MEMBERS: tuple[tuple[str, Any], ...] = (
    *(("subject", text) for text in ("x", CARD, "[[[[[[{{{{{{")),
    *(("id", value) for value in (CARD, "", None, 5, GONE)),
    *(("source", value) for value in (f"s {CARD}", "", 5, GONE)),
    *(("type", value) for value in (*NO_TYPES, "", 5, GONE)),
    *(("time", value) for value in ("2026-02-30T10:40:00Z", "2026-09-17T24:00:00Z", "2026-09-17T10:40:00+24:00")),
    *(("time", value) for value in ("yesterday", "", None, 5, GONE)),
    *(("specversion", value) for value in (1.0, GONE)),
    *(("data", value) for value in (None, GONE)),
    *(("data_base64", value) for value in ("!", "e30", 5, "e30=", "W10=", "bm8gSlNPTg==")),
)
"""What may be changed in an event; most of it makes it none."""
NO_EVENTS = (
    b'{"cut": ',
    b"plain text",
    b"{}",
    b"17",
    b"null",
    b'"text"',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "time": NaN}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "data": {"url": 1e999}}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "data": {"url": "\\ud800"}}',
    b'{"id": "1", "source": "s", "type": "web.page_view.v1", "data": {"url": "/\xff"}}',
    b'{"note": "' + CARD.encode() + b'", "number": ' + CARD.encode(),
    b'{"id": "1", "id": "", "source": "s"}',
    "{\u00abid\u00bb: 1}".encode(),
    b"\xef\xbb\xbf{}",
    b'[[1], {"id": "1"}]',
    b'{"message": "hello"}',
    b'{"message": {"data": "e30="}}',
    b'{"message": {"data": "e30=", "messageId": "m9"}, "subscription": "x"}',
    b'{"message": {"data": "e30="}, "note": "\xff"}',
)


def shaped(content: Any, style: int) -> bytes:
    """Write JSON in one of several ways."""
    if style == 0:
        return json.dumps(content).encode()
    if style == 1:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return b" " + json.dumps(content, sort_keys=True).encode() + b"\t"


@st.composite
def cloud_events(draw, *, good: bool = False) -> Text:
    """An event of few identities, so that many come again, in another place and with other content."""
    kind = draw(st.sampled_from(TYPES[:9] if good else TYPES))
    members = {
        "specversion": "1.0",
        "id": draw(st.sampled_from(["1", "2", "3", "4", "t1"])),
        "source": draw(st.sampled_from(["s", "s", "st"])),
        "type": kind,
        "data": draw(visits() if good else of_contract(kind.removeprefix("com.acme."))),
    }
    moment, form = draw(st.sampled_from(MOMENTS[:6] if good else MOMENTS)), draw(st.sampled_from(FORMS[:3]))
    changes: list[tuple[str, Any]] = [] if good else draw(st.just([]) | st.lists(st.sampled_from(MEMBERS), max_size=2))
    form = form if good else draw(st.sampled_from([form] * 40 + [FORMS[3]]))
    deep = 0 if good else draw(st.sampled_from([0] * 16 + [4, 5, 63, 64]))
    packed = not good and draw(st.sampled_from([False] * 15 + [True]))
    style = draw(st.integers(0, 2))

    def text(clock: Clock) -> bytes:
        event = members | {"time": clock.rfc3339(moment, form)}
        if deep:
            event["data"] = nested(deep)
        if packed:
            event["data_base64"] = b64encode(shaped(event.pop("data"), 0)).decode()
        event |= dict(changes)
        return shaped({name: value for name, value in event.items() if value is not GONE}, style)

    return text


def nested(levels: int) -> dict[str, Any]:
    """Give data of a page view that is nested so deep."""
    inner: Any = 1
    for _ in range(levels - 1):
        inner = [inner]
    return {"url": "/deep", "inner": inner}


@st.composite
def plain_events(draw) -> Text:
    """A JSON object without an envelope, for a mapping to read."""
    where = draw(st.sampled_from(["page", "page.path"]))
    url = draw(st.sampled_from(URLS) | st.sampled_from(["a", None, 5]))
    content = {
        "event_id": draw(st.sampled_from(["1", "2", 3, CARD, int(CARD), "", None, True, GONE])),
        "page": {"path": url, "rank": 1} if draw(st.booleans()) else {"path": url},
        "uid": draw(st.sampled_from(["1", "2", None, 5, GONE])),
        "note": draw(st.sampled_from([GONE, CARD])),
        "id": draw(st.sampled_from([GONE, "x", CARD])),
        "meta": {"ip": "192.0.2.1"},
    }
    if where == "page.path":
        content["page.path"] = "/dotted"
    moment, form = draw(st.sampled_from(MOMENTS)), draw(st.sampled_from(FORMS))
    untimed = draw(st.sampled_from([False] * 6 + [5, GONE]))
    style = draw(st.integers(0, 2))

    def text(clock: Clock) -> bytes:
        timed = content | {"ts": clock.rfc3339(moment, form) if untimed is False else untimed}
        return shaped({name: value for name, value in timed.items() if value is not GONE}, style)

    return text


@st.composite
def plain_payments(draw) -> Text:
    """A payment without an envelope: its contract forbids fields that it does not know."""
    data = draw(of_contract(PAYMENT))
    moment = draw(st.sampled_from(MOMENTS))

    def text(clock: Clock) -> bytes:
        return shaped(data | {"ts": clock.rfc3339(moment)} if isinstance(data, dict) else data, 0)

    return text


def fixed(text: bytes) -> Text:
    """A text that is the same at any time."""
    return lambda _: text


no_events = st.sampled_from(NO_EVENTS).map(fixed)
