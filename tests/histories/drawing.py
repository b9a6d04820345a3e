"""Drawing histories: which files there are, what is read again, and under which options."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.histories import packing
from tests.histories.clock import Clock, Text
from tests.histories.events import cloud_events, fixed, no_events, plain_events, plain_payments
from tests.histories.logs import log_lines, malformed_log_lines
from tests.histories.messages import Message, array, cut_array, envelopes, messages
from tests.histories.plans import History, Input, Plan
from tests.oracle.records import Mapping, Options

MAPPINGS = {
    "id and time": Mapping("web.page_view.v1", "event_id", "ts", (("page.path", "url"), ("uid", "user_id"))),
    "no id": Mapping("com.acme.web.page_view.v1", "", "ts", (("page.path", "url"), ("meta.ip", "ip"))),
    "no time": Mapping("web.page_view.v1", "event_id", "", (("page.path", "url"),)),
    "payments": Mapping("payment.authorization.v1", "transaction_id", "ts"),
}
WIDTHS = (*(timedelta(minutes=1),) * 4, timedelta(seconds=30), timedelta(minutes=5), timedelta(days=1))
BLANK = (b"", b"  ", b"\t")
PACKINGS = (*(packing.plain,) * 5, packing.packed, packing.in_members, packing.with_garbage, packing.cut_short)
ORDERS = ((0, 1), (0,), (0, 1, 0), (0,), (0, 1), (0, 0), (0,))


@st.composite
def options(draw) -> Options:
    """Options, mostly as preset."""
    changes: dict[str, Any] = {
        "window_duration": draw(st.sampled_from(WIDTHS)),
        "keep_query": draw(st.sampled_from([False, False, True])),
        "mapping": MAPPINGS.get(draw(st.sampled_from(["", "", "", *MAPPINGS]))),
        "source": draw(st.sampled_from(["", "", "web-1"])),
    }
    small = {
        "max_message_bytes": 700,
        "max_decompressed_bytes": 400,
        "max_nesting": 5,
        "max_events_per_message": 2,
        "keep_opaque_payloads": True,
        "allowed_lateness": timedelta(),
        "max_clock_skew": timedelta(),
    }
    names = draw(st.lists(st.sampled_from(sorted(small)), max_size=3))
    return Options(**changes | {name: small[name] for name in names})


def json_lines(mapping: Mapping | None, sent: Sequence[Message]) -> st.SearchStrategy[Text]:
    """What the lines of a history's JSON files are drawn from; it has few messages, delivered more than once."""
    plain = plain_payments() if mapping and not mapping.rename else plain_events()
    good = cloud_events(good=True)
    events = [cloud_events(), good, good] if mapping is None else [cloud_events(), good, plain, plain]
    pushed = [envelopes(message, f"m{number}") for number, message in enumerate(sent)]
    nested = st.one_of(*events, no_events, *pushed)
    return st.one_of(
        *events,
        no_events,
        *pushed,
        st.lists(nested, max_size=3).map(_array),
        st.lists(good, min_size=2, max_size=4).map(_array),
        st.sampled_from(BLANK).map(fixed),
        *([plain] if mapping is None else []),
    )


def _array(texts: list[Text]) -> Text:
    """Write an array on one line, a whole one or, where its length is odd, one that is cut off."""

    def text(clock: Clock) -> bytes:
        elements = [text(clock) for text in texts]
        return (cut_array if len(elements) == 1 else array)(elements).replace(b"\n", b" ")

    return text


@st.composite
def json_files(draw, line: st.SearchStrategy[Text]) -> Plan:
    """A file of JSON lines. It begins with a good event, so that it cannot be taken for another form."""
    lines = [draw(cloud_events(good=True)), *draw(st.lists(line, min_size=4, max_size=12))]
    return Plan(tuple(lines), **draw(framings()))


@st.composite
def array_files(draw, mapping: Mapping | None) -> Plan:
    """A file that is one JSON array over many lines."""
    good = cloud_events(good=True)
    element = cloud_events() | good if mapping is None else cloud_events() | good | plain_events()
    broken = no_events.filter(lambda text: not text(Clock()).startswith(b"["))
    lines = [draw(good), *draw(st.lists(element | element | broken, min_size=2, max_size=6))]
    framing = draw(framings())
    if framing["packing"] in packing.BROKEN:
        framing["packing"] = packing.packed
    return Plan(tuple(lines), "array", **framing)


@st.composite
def log_files(draw) -> Plan:
    """An access log. It begins with a good line, so that it can be taken for one."""
    rest = st.lists(
        log_lines() | log_lines() | malformed_log_lines | st.sampled_from(BLANK).map(fixed), min_size=3, max_size=8
    )
    return Plan((draw(log_lines(good=True)), *draw(rest)), "log", **draw(framings()))


@st.composite
def framings(draw) -> dict[str, Any]:
    pack = draw(st.sampled_from(PACKINGS))
    return {
        "line_end": draw(st.sampled_from([b"\n", b"\n", b"\r\n"])),
        "is_ended": draw(st.booleans()),
        "has_bom": pack not in packing.BROKEN and draw(st.sampled_from([False, False, True])),
        "packing": pack,
    }


@st.composite
def histories(draw) -> History:
    """A few runs over a few files of several forms, which have lines, messages and whole files in common."""
    order, chosen = draw(st.sampled_from(ORDERS)), draw(options())
    line = json_lines(chosen.mapping, [draw(messages()) for _ in range(4)])
    file = st.one_of(json_files(line), json_files(line), array_files(chosen.mapping), log_files())
    first: Input = tuple(draw(st.lists(file, min_size=2, max_size=4)))
    again = st.sampled_from(first).flatmap(_again)
    second = draw(st.lists(again | file.map(lambda plan: (plan,)), min_size=1, max_size=2)) if 1 in order else []
    twice = draw(st.just(()) | again)
    inputs = (first + twice, tuple(plan for some in second for plan in some))
    forms = {plan.form == "log" for plans_of_one in inputs for plan in plans_of_one}
    named = {(True,): "access_log", (False,): "json"}.get(tuple(forms), "auto")
    return History(chosen, inputs, order, draw(st.sampled_from(["auto", named])), draw(st.booleans()))


@st.composite
def _again(draw, plan: Plan) -> Input:
    """Give a file again: as it is (under another name), packed otherwise, longer, or in two parts."""
    kind = draw(st.sampled_from(["same", "packed", "longer", "parts"]))
    if kind == "packed":
        pack = draw(st.sampled_from([packing.plain, packing.packed, packing.in_members]))
        return (plan._replace(packing=pack),)
    if kind == "longer":
        return (plan._replace(lines=plan.lines + plan.lines[:2]),)
    if kind == "parts" and len(plan.lines) > 2:
        before, after = plan.split(draw(st.integers(1, len(plan.lines) - 1)))
        return before, after._replace(lines=(plan.lines[0], *after.lines), packing=packing.plain)
    return (plan,)
