"""What is admitted and what is refused, and why: the rules of opening, parsing and validation together."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.admission import admit
from transforms.core.mapping import FieldMapping
from transforms.core.reasons import ADVICE, Reason
from transforms.core.records import Form, Message, Unreadable
from transforms.core.splitting import Bounds
from transforms.core.times import HOUR, MINUTE, parse_time

NOON = parse_time("2026-09-17T12:00:00Z")
TIME = "2026-09-17T12:00:00Z"
SMALL = Bounds(message_bytes=2000, decompressed_bytes=5000, nesting=10, events_per_message=5)


def view(event_id: str = "1", url: Any = "/a", time: Any = TIME, **more: Any) -> dict[str, Any]:
    return {"id": event_id, "source": "//s", "type": "web.page_view.v1", "time": time, "data": {"url": url, **more}}


def text(*events: Any) -> bytes:
    return b"\n".join(event if isinstance(event, bytes) else json.dumps(event).encode() for event in events)


def block(data: bytes, form: Form = Form.JSON_LINES) -> Message:
    return Message(data, message_id="f", offset=0, form=form)


def data_of(raw: str) -> bytes:
    return (
        b'{"id":"1","source":"//s","type":"account.login.v1","time":"%b","data":{"account_id":"a","outcome":"success","ip":"i","x":%b}}'
        % (
            TIME.encode(),
            raw.encode("utf-8", "surrogatepass"),
        )
    )


REFUSED = {
    Reason.TOO_LARGE: Message(b"x" * 2001),
    Reason.NOT_DECOMPRESSIBLE: Message(gzip.compress(text(view()))[:-9]),
    Reason.DECOMPRESSED_TOO_LARGE: Message(gzip.compress(b" " * 5001)),
    Reason.BAD_ENVELOPE: block(b'{"message": {"data": "!", "attributes": {"a": 1}}}'),
    Reason.NOT_UTF8: Message(text(view()).replace(b"/a", b"/\xff")),
    Reason.NOT_JSON: Message(b'{"id": '),
    Reason.TOO_DEEP: Message(data_of("[" * 10 + "]" * 10)),
    Reason.TOO_MANY_EVENTS: Message(text([view(str(n)) for n in range(6)])),
    Reason.BAD_LOG_LINE: block(b"no log line", Form.ACCESS_LOG),
    Reason.NOT_AN_EVENT: Message(b'{"url": "/a"}'),
    Reason.UNKNOWN_CONTRACT: Message(text(view() | {"type": "web.page_view.v9"})),
    Reason.CONTRACT_VIOLATED: Message(text(view(url=5))),
    Reason.BAD_TIME: Message(text(view(time="2026-09-17T12:00:00"))),
    Reason.BAD_ARCHIVE: Message(b"PAR1", unreadable=Unreadable("bad_archive", 9, "ab", "Parquet: cut off")),
    Reason.TOO_LATE: Message(text(view()), publish_time=NOON + HOUR + 1),
    Reason.IN_FUTURE: Message(text(view()), publish_time=NOON - 5 * MINUTE - 1),
}


OPAQUE = {Reason.BAD_ARCHIVE, Reason.TOO_LARGE, Reason.NOT_DECOMPRESSIBLE, Reason.DECOMPRESSED_TOO_LARGE}


def test_every_reason_has_advice_and_an_example_here():
    assert set(REFUSED) == set(Reason) == set(ADVICE)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason(reason):
    got = admit(REFUSED[reason], SMALL)
    assert got.reasons == [reason]
    assert got.events == []
    assert len(got.received) == 1
    (reject,) = got.rejects
    assert reject.occurrence == got.received[0]
    assert len(reject.payload) <= 64 if reason in OPAQUE else reject.payload == REFUSED[reason].data


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        ('"\\ud800"', "not_json"),
        ('"\ud800"', "not_utf8"),
        ('"\\ud83d\\ude00"', "admitted"),
        ('"a\\u0000b"', "admitted"),
        ("NaN", "not_json"),
        ("-Infinity", "not_json"),
        ("1e400", "not_json"),
        ("1e308", "admitted"),
        ("1234567890123456789012345", "admitted"),
        ("9" * 5000, "not_json"),
        ('{"a":1,"a":2}', "admitted"),
        ("[" * 60 + "]" * 60, "admitted"),
        ("[" * 63 + "]" * 63, "too_deep"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ("[" * 100_000, "too_deep"),
        ('"' + "[" * 500 + '"', "admitted"),
        ("01", "not_json"),
        ("'a'", "not_json"),
        ("tru", "not_json"),
    ],
)
def test_json_at_its_edges(raw, outcome):
    got = admit(Message(data_of(raw)))
    assert (got.reasons or ["admitted"]) == [outcome]


@pytest.mark.parametrize(
    ("time", "micros"),
    [
        ("2026-09-17T12:00:00.1234567Z", NOON + 123_456),
        ("2026-09-17T11:59:59.9999999Z", NOON - 1),
        ("2026-09-17T11:59:59.999999999Z", NOON - 1),
        ("2026-09-17T14:00:00+02:00", NOON),
        ("0001-01-01T00:00:00Z", parse_time("0001-01-01T00:00:00Z")),
        ("9999-12-31T23:59:59Z", parse_time("9999-12-31T23:59:59Z")),
        ("0001-01-01T00:00:00+00:01", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("2026-09-17T12:00:00", None),
        ("2026-02-30T12:00:00Z", None),
        ("", None),
        (None, None),
        (1_789_646_400, None),
        ({}, None),
    ],
)
def test_times(time, micros):
    got = admit(Message(text(view(time=time))))
    assert [event.time for event in got.events] == ([] if micros is None else [micros])
    assert got.reasons == (["bad_time"] if micros is None else [])


@pytest.mark.parametrize(
    ("publish_time", "outcome"),
    [
        (None, "admitted"),
        (NOON + HOUR, "admitted"),
        (NOON + HOUR + 1, "too_late"),
        (NOON - 5 * MINUTE, "admitted"),
        (NOON - 5 * MINUTE - 1, "in_future"),
    ],
)
def test_the_time_policy_to_the_microsecond(publish_time, outcome):
    got = admit(Message(text(view()), publish_time=publish_time))
    assert (got.reasons or ["admitted"]) == [outcome]


BAD = [b"{", b"\xff", b"[[[[[[[[[[[[[[", b"5", b'{"id": 3}', text(view(url=None)), text(view(time="never"))]


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_event_does_not_harm_its_neighbours(bad):
    first, last = text(view("1")), text(view("2"))
    lines = b"\n".join((first, bad, last))
    for message in (Message(lines), block(lines), Message(b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n"))):
        got = admit(message, SMALL)
        assert got.ids == ["1", "2"]
        assert len(got.rejects) == 1
        assert len(got.received) == len(set(got.received)) == 3


@pytest.mark.parametrize("bad", [b"{bad}", b"5", b'{"id": 3}', text(view(url=None)), b"[" * 20 + b"]" * 20])
def test_one_bad_element_does_not_harm_an_array(bad):
    array = b"[" + b",".join((text(view("1")), bad, text(view("2")))) + b"]"
    got = admit(Message(array), SMALL)
    assert got.ids == ["1", "2"]
    assert len(got.rejects) == 1


def test_an_array_that_is_cut_off_loses_only_its_last_event():
    got = admit(Message(b"[" + text(view("1")) + b"," + text(view("2"))[:-9]))
    assert (got.ids, got.reasons) == (["1"], ["not_json"])


def test_every_violation_has_its_pointer():
    data = {"transaction_id": "t", "amount": "x", "card": {"fingerprint": "f", "bin": "1", "last4": "4242", "a/b~": 1}}
    (reject,) = admit(Message(text(view() | {"type": "payment.authorization.v1", "data": data}))).rejects
    pointers = [violation.pointer for violation in reject.violations]
    assert {"/data/amount", "/data/card/bin", "/data/card"} <= set(pointers)
    assert [v.message for v in reject.violations if v.pointer == "/data/card" and "a/b~" in v.message]
    assert sorted(pointers) == pointers


def test_binary_mode():
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": "b",
        "ce-source": "//s",
        "ce-type": "web.page_view.v1",
        "ce-time": TIME,
    }
    assert admit(Message(b'{"url": "/a"}', attributes)).events[0].data == {"url": "/a"}
    assert admit(Message(gzip.compress(b'{"url": "/a"}'), attributes | {"content-encoding": "gzip"})).ids == ["b"]
    del attributes["ce-id"]
    (reject,) = admit(Message(b'{"url": "/a"}', attributes)).rejects
    assert (reject.reason, [v.pointer for v in reject.violations]) == ("not_an_event", ["/attributes/ce-id"])


def test_data_in_base64():
    event = view() | {"data_base64": base64.b64encode(b'{"url": "/b"}').decode()}
    del event["data"]
    assert admit(Message(text(event))).events[0].data == {"url": "/b"}
    assert admit(Message(text(event | {"data_base64": "!"}))).reasons == ["not_an_event"]


PAID = {
    "tid": "t-1",
    "merchant_id": "m-1",
    "amount": 1250,
    "currency": "EUR",
    "status": "approved",
    "channel": "ecommerce",
    "card": {"fingerprint": "fp-1", "bin": "411111", "last4": "1111"},
    "ip": "192.0.2.1",
}


@pytest.mark.parametrize(
    ("more", "id_field", "time_field", "rename"),
    [
        ({"id": "e-1", "at": TIME}, "id", "at", (("tid", "transaction_id"),)),
        ({"meta": {"id": "e-1", "at": TIME}}, "meta.id", "meta.at", (("tid", "transaction_id"),)),
        ({"meta.id": "e-1", "a": {"b": {"at": TIME}}}, "meta.id", "a.b.at", (("tid", "transaction_id"),)),
        ({"transaction_id": "e-1", "at": TIME}, "transaction_id", "at", (("tid", "session_id"),)),
    ],
)
def test_plain_json_gives_up_the_fields_that_a_mapping_uses(more, id_field, time_field, rename):
    """The payment contract forbids fields that it does not know; those that it knows stay."""
    known = frozenset({"transaction_id", "session_id"})
    mapping = FieldMapping("payment.authorization.v1", id_field, time_field, "shop", rename, known)
    got = admit(Message(text(PAID | more)), mapping=mapping)
    assert [(event.id, event.source, event.time) for event in got.events] == [("e-1", "shop", NOON)], got.rejects
    (event,) = got.events
    wanted = {name: value for name, value in PAID.items() if name != "tid"}
    moved = {"transaction_id": "e-1", "session_id": "t-1"} if "transaction_id" in more else {"transaction_id": "t-1"}
    assert event.data == wanted | moved


def test_plain_json_keeps_what_else_an_object_holds():
    mapping = FieldMapping("web.page_view.v1", "meta.id", None, "shop", (("url", "url"),))
    got = admit(Message(text({"meta": {"id": 1, "by": "app"}, "url": "/"}), publish_time=NOON), mapping=mapping)
    assert [event.data for event in got.events] == [{"meta": {"by": "app"}, "url": "/"}]


def test_plain_json_with_a_mapping():
    mapping = FieldMapping("web.page_view.v1", "meta.id", None, "shop", (("page.path", "url"),))
    plain = {"meta": {"id": 7}, "page": {"path": "/p"}}
    got = admit(Message(text(plain), publish_time=NOON), mapping=mapping)
    assert [(e.id, e.source, e.time, e.data["url"]) for e in got.events] == [("7", "shop", NOON, "/p")]
    assert admit(Message(text(plain)), mapping=mapping).reasons == ["bad_time"]
    assert admit(Message(text({"page": {"path": "/p"}}), publish_time=NOON), mapping=mapping).reasons == [
        "not_an_event"
    ]
    assert admit(Message(text(view() | {"specversion": "1.0"})), mapping=mapping).ids == ["1"]


def test_without_an_id_field_the_place_is_the_identity():
    mapping = FieldMapping("web.page_view.v1")
    same = text({"url": "/a"}, {"url": "/a"})
    got = admit(Message(same, message_id="m", publish_time=NOON), mapping=mapping)
    assert got.ids == ["m:0", "m:1"]


def test_places_tell_a_redelivery_from_a_duplicate():
    message = Message(text(view("1"), view("1")), message_id="m")
    assert admit(message).received == admit(message).received
    assert len(set(admit(message).received)) == 2
    assert set(admit(message).received).isdisjoint(admit(message._replace(message_id="n")).received)


def test_files_that_begin_alike_have_places_of_their_own():
    one, other = (block(text(view("1"), view(last))) for last in ("2", "3"))
    assert admit(one).received[0] == admit(other).received[0]
    assert admit(one).received[1] != admit(other).received[1]


def test_an_array_on_a_line_and_an_envelope_without_an_id_are_placed_by_their_line():
    envelope = {"message": {"data": base64.b64encode(text(view("3"))).decode()}}
    got = admit(block(text([view("1"), b"", view("2")][::2], envelope)))
    assert got.ids == ["1", "2", "3"]
    bad = admit(block(text([view(url=1), view(url=2)]))).rejects
    assert [reject.position for reject in bad] == ["0/0", "0/1"]
    assert bad[0].message_id == bad[1].message_id != "f"


def test_what_the_reader_could_not_read():
    seen = Unreadable("too_large", 5_000_000, "ab" * 32, "larger than 10 bytes")
    (reject,) = admit(
        Message(b"4111111111111111", message_id="f", offset=9, form=Form.JSON_LINES, unreadable=seen)
    ).rejects
    assert (reject.reason, reject.position) == ("too_large", "9")
    assert "5000000 bytes, sha256 abab" in reject.error_message
    assert b"4111" not in reject.payload


@pytest.mark.parametrize("keep", [False, True])
def test_opaque_payloads(keep):
    message = Message(gzip.compress(text(view()) * 20)[:-9])
    (reject,) = admit(message, Bounds(keep_opaque_payloads=keep)).rejects
    assert reject.payload == (message.data if keep else message.data[:10])


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (zlib.compress(b"card 4111111111111111"), 10),
        (b"card 4111111111111111".decode().encode("utf-16"), 10),
        (b"\0" + b"x" * 80, 10),
        (b"GET /caf\xe9 HTTP/1.1, in Latin-1", 10),
        ("GET /café/a/page HTTP/1.1".encode(), 26),
        (b"a line, which is cut off" + b"\xff" * 50, 24),
        ("é" * 90, 64),
        ("x" + "é" * 90, 63),
    ],
)
def test_what_is_no_text_is_kept_as_ten_bytes(data, kept):
    data = data.encode() if isinstance(data, str) else data
    (reject,) = admit(Message(data, {"content-encoding": "br"})).rejects
    assert reject.payload == data[:kept]


def test_digits_before_a_cut_are_left_out():
    for data in (b"\0" + b"411111111" + b"\0" * 60, b"x" * 55 + b"4111111111111111", b"x" * 20 + b"4111111\xff" * 9):
        (reject,) = admit(Message(data, {"content-encoding": "br"})).rejects
        assert b"1" not in reject.payload
        assert reject.payload.count(b"*") in (7, 9)


def test_attributes_named_by_two_card_numbers_both_stay():
    named = {"5555555555554444": "b", "4111111111111111": "a", "*" * 16: "c", "note": "d"}
    (reject,) = admit(Message(b"{", named)).rejects
    assert reject.attributes == {"*" * 16: "c", "*" * 17: "a", "*" * 18: "b", "note": "d"}
    (again,) = admit(Message(b"{", reject.attributes)).rejects
    assert again.attributes == reject.attributes


def test_a_long_type_costs_little_and_is_cut_in_the_reject():
    hostile = "a." * 1_000_000 + "x"
    (reject,) = admit(Message(text(view() | {"type": hostile}))).rejects
    assert reject.reason == "unknown_contract"
    assert len(reject.event_type) <= 300
    assert admit(Message(text(view() | {"type": "a." * 1_000_000 + "web.page_view.v1"}))).ids == ["1"]


CARD = "4111 1111 1111 1111"


def test_card_numbers_are_masked_wherever_an_event_is_kept():
    event = view(url=f"/pay/{CARD.replace(' ', '')}", user_id=CARD)
    event["data"][CARD] = {"n": 4111111111111111}
    (admitted,) = admit(Message(text(event))).events
    assert admitted.masked
    assert "4111" not in json.dumps(admitted.data)
    (reject,) = admit(Message(text(event | {"type": f"x.{CARD}"}), {f"a {CARD}": CARD})).rejects
    assert "4111" not in repr(reject)
    (reject,) = admit(Message(text(view(url={CARD: CARD})))).rejects
    assert "4111" not in repr(reject)


def test_identities_are_never_masked():
    event = view(CARD) | {"source": CARD}
    (admitted,) = admit(Message(text(event))).events
    assert (admitted.id, admitted.source) == (CARD, CARD)
    (reject,) = admit(Message(text(event | {"time": "never"}))).rejects
    assert json.loads(reject.payload)["id"] == CARD


@given(st.binary(max_size=200), st.sampled_from(Form), st.sampled_from([None, NOON]))
def test_any_bytes_are_admitted_or_refused_and_accounted_for(data, form, publish_time):
    offset = None if form is Form.MESSAGE else 0
    got = admit(Message(data, message_id="m", publish_time=publish_time, offset=offset, form=form), SMALL)
    assert len(got.events) + len(got.rejects) == len(got.received) == len(set(got.received))


@pytest.mark.parametrize(
    ("time", "known"),
    [
        ("2026-09-17T12:00:30Z", ("web.page_view.v1", NOON)),
        ("2026-09-17T10:59:59Z", ("", None)),
        ("2026-09-17T12:05:01Z", ("", None)),
        ("yesterday", ("web.page_view.v1", None)),
    ],
)
def test_outside_the_time_policy_nothing_is_believed_of_an_event_that_breaks_its_contract(time, known):
    (reject,) = admit(Message(text(view(url=5, time=time)), publish_time=NOON)).rejects
    assert (reject.reason, reject.event_type) == ("contract_violated", "web.page_view.v1")
    assert (reject.contract, reject.minute) == known
