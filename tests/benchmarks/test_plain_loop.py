"""The benchmark compares like with like: the plain loop and the steps give the same table and refuse the same lines."""

import json
from itertools import islice

from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks import plain_loop
from benchmarks.page_view_lines import half_spoilt, page_view_lines
from benchmarks.plain_loop import Counted, Row, count
from benchmarks.steps import blocks, main
from tests.core.admission import admit
from transforms.core.page_views import ViewCollector, ViewRules, page_views
from transforms.core.records import Form, Message
from transforms.core.times import MINUTE
from transforms.core.unions import union_in_parts


def counted_by_steps(messages: list[Message]) -> Counted:
    """What the pipeline's steps make of messages."""
    collector = ViewCollector(ViewRules(shards=1, seed=1))
    refused = 0
    for message in messages:
        admitted = admit(message)
        collector.add(admitted.events)
        refused += len(admitted.rejects) + sum(event.type != plain_loop.PAGE_VIEW for event in admitted.events)
    united = union_in_parts(partial for _, partial in collector.buffer.flush())
    rows = (row for sets in united for row in page_views(sets, range(len(sets)), MINUTE, "final"))
    return Counted(
        sorted(Row(row.url, row.window_start // MINUTE, row.views, row.bot_views, row.visitors) for row in rows),
        refused,
    )


def test_the_loop_and_the_steps_give_the_same_table():
    lines = list(page_view_lines(3000))
    assert counted_by_steps(blocks(lines)) == count(lines)
    assert sum(row.views for row in count(lines).rows) == len(set(lines)) == 2967


def test_and_refuse_the_same_lines():
    lines = list(half_spoilt(islice(page_view_lines(4000), 2000)))
    assert counted_by_steps(blocks(lines)) == count(lines)
    assert count(lines).refused == 1000


TEXTS = st.sampled_from(["", "a", "é", "u-1", "x" * 256, "x" * 257, "x" * 8193, "Googlebot/2.1"])
URLS = st.sampled_from(
    [
        *(
            "/",
            "/a?b#c",
            "",
            "a",
            "//b",
            "ftp://a",
            "http://",
            "http:///a",
            "http://a",
            "HTTPS://A:443/b?c",
            "https://a:b",
        ),
        *(
            "http://a b/",
            "http://[::1]:80/",
            "http://[::1",
            "http://u:p@a/",
            "http://a@",
            "http://é/",
            "http://a\n",
            "/\n",
        ),
        *("http://a\\b/", f"/{'x' * 2047}", f"/{'x' * 2048}", "http://a:123456/"),
    ]
)
TIMES = st.sampled_from(
    [
        *("2026-09-17T10:40:05Z", "2026-09-17T10:40:59.999999Z", "2026-09-17T10:40:05+02:00", "2026-09-17t10:40:05z"),
        *("2026-09-17T10:40:05", "2026-09-17", "", "2026-02-30T10:40:05Z", "2026-09-17T24:40:05Z"),
        *("1969-12-31T23:59:59Z", "2026-09-17T10:40:05.1Z"),
    ]
)
OTHER: st.SearchStrategy[object] = st.sampled_from([None, 1, True, [], {}, "x"])
DATA = st.fixed_dictionaries(
    {"url": URLS | OTHER},
    optional={
        **dict.fromkeys(("user_id", "session_id", "ip", "referrer", "user_agent"), TEXTS | OTHER),
        "more": OTHER,
    },
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXTS | OTHER,
        "source": TEXTS | OTHER,
        "type": st.sampled_from([plain_loop.PAGE_VIEW, "com.acme.web.page_view.v1", "xweb.page_view.v1", ""]) | OTHER,
        "time": TIMES | OTHER,
        "data": DATA | OTHER,
        "specversion": TEXTS | OTHER,
        "more": OTHER,
    },
)
GOOD = {"id": "1", "source": "s", "type": plain_loop.PAGE_VIEW, "time": "2026-09-17T10:40:05Z", "data": {"url": "/"}}
NEARLY_GOOD = EVENTS.map(lambda event: GOOD | event) | DATA.map(lambda data: GOOD | {"data": data})


@given(st.lists(NEARLY_GOOD | EVENTS, max_size=5), st.booleans())
@example([GOOD, GOOD | {"id": "2", "data": {"url": "/#x", "ip": "a", "user_agent": "Googlebot/2.1"}}], False)
def test_whatever_the_events(events, cut_off):
    """One of the two that is laxer than the other would have less to do."""
    lines = [json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events]
    if cut_off and lines:
        lines[-1] = lines[-1][: max(1, len(lines[-1]) - 3)] + b"\n"
    messages = [
        Message(line, message_id=str(number), form=Form.JSON_LINES, offset=0) for number, line in enumerate(lines)
    ]
    assert counted_by_steps(messages) == count(lines)


def test_it_prints_its_table(tmp_path, capsysbinary):
    (tmp_path / "events.jsonl").write_bytes(b"".join(page_view_lines(1)) + b"no event\n")
    plain_loop.main(str(tmp_path / "events.jsonl"))
    assert capsysbinary.readouterr().out == (b'["https://shop.example/products/item-0007",29827360,1,0,1]\n1\n')


def test_it_prints_a_row_per_step(capsys):
    main(500)
    names = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "plain loop"
    assert names[-2:] == ["all steps", "without archive"]
    assert {"open", "parse", "validate", "(of it masking)", "count", "ledger", "archive"} <= set(names)
    assert {"flush", "unite", "rows", "store"} <= set(names)
