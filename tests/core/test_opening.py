"""Edges of opening that the random histories found: what counts as an event, what is masked, what an envelope lacks."""

import json
from base64 import b64encode
from typing import Any

import pytest

from tests.core.admission import admit
from transforms.core.mapping import FieldMapping
from transforms.core.records import Form, Message
from transforms.core.splitting import Bounds

CARD, MASKED = "4111111111111111", "****************"
TWO = Bounds(events_per_message=2)
BINARY = {"ce-specversion": "1.0", "ce-id": CARD, "ce-source": "//s", "ce-type": "web.page_view.v1"}


def view(event_id: str) -> bytes:
    event = {"id": event_id, "source": "//s", "type": "web.page_view.v1", "time": "2026-09-17T12:00:00Z"}
    return json.dumps(event | {"data": {"url": "/a"}}).encode()


def line(content: Any) -> Message:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Message(data, message_id="f", offset=0, form=Form.JSON_LINES)


@pytest.mark.parametrize(
    "data",
    [
        b"\n\n\n\n" + view("1") + b"\n\n \n\n" + view("2") + b"\n\n\n",
        b"\r\n\r\n\r\n".join((view("1"), view("2"), b"")),
    ],
)
def test_blank_lines_are_no_events(data):
    assert admit(Message(data), TWO).ids == ["1", "2"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n\n\n\n"])
def test_one_event_too_many(end):
    got = admit(Message(b"\n".join(map(view, "123")) + end), TWO)
    assert (got.ids, got.reasons) == ([], ["too_many_events"])


def test_an_envelope_that_is_no_text():
    (reject,) = admit(line(b'{"message": {"data": ""}, "note": "\xff"}')).rejects
    assert (reject.reason, reject.stage) == ("not_utf8", "open")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"data": 0}, "/message/data: expected base64, got a number"),
        ({"data": []}, "/message/data: expected base64, got an array"),
        ({"data": "", "publishTime": 5}, "/message/publishTime: expected an RFC 3339 time, got a number"),
    ],
)
def test_members_of_an_envelope_that_are_of_another_kind(message, told):
    (reject,) = admit(line({"message": message})).rejects
    assert (reject.reason, reject.error_message) == ("bad_envelope", told)


def test_the_body_of_binary_mode_has_no_id_to_keep():
    got = admit(Message(json.dumps({"url": 5, "id": CARD, "time": CARD}).encode(), BINARY))
    (reject,) = got.rejects
    assert json.loads(reject.payload) == {"url": 5, "id": MASKED, "time": MASKED}
    assert reject.attributes["ce-id"] == CARD


@pytest.mark.parametrize("id_field", ["number", None])
def test_plain_json_has_its_id_where_the_mapping_says(id_field):
    mapping = FieldMapping("web.page_view.v1", id_field, "at")
    plain = {"number": CARD, "id": CARD, "source": CARD, "at": "2026-09-17T12:00:00Z", "url": "/a"}
    (event,) = admit(line(plain), mapping=mapping).events
    assert event.data["id"] == event.data["source"] == MASKED
    assert event.id == CARD if id_field else CARD not in event.id


def test_a_cloud_event_has_its_id_where_it_belongs_also_beside_plain_json():
    mapping = FieldMapping("web.page_view.v1", "number", "at")
    event = json.loads(view(CARD)) | {"specversion": "1.0"}
    assert admit(line(event), mapping=mapping).ids == [CARD]


def test_an_array_refused_whole_keeps_its_ids():
    data = b"[" + b",".join([view(CARD)] * 3) + b"]"
    message = Message(json.dumps({"message": {"data": b64encode(data).decode()}}).encode(), form=Form.JSON_LINES)
    (reject,) = admit(message._replace(offset=0, message_id="f"), TWO).rejects
    assert (reject.reason, reject.payload, reject.masked) == ("too_many_events", data, False)


@pytest.mark.parametrize("outer", [{}, {"messageId": "m-1"}])
def test_a_message_holds_events_and_no_other_messages(outer):
    """Else the publish time of the message in it would stand in place of its own, and so decide what is late."""
    inner = json.dumps({"message": {"data": b64encode(view("1")).decode()}}).encode()
    message = {"data": b64encode(inner).decode(), "publishTime": "2026-09-17T23:00:00Z"} | outer
    (reject,) = admit(line({"message": message})).rejects
    assert (reject.reason, reject.payload) == ("not_an_event", inner)
