"""Rejects as messages: whole where Pub/Sub takes it, cut on a border of characters where it does not."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.dead_letter_messages import DATA_BYTES, PREFIX, cut, message_of
from transforms.core.identity import dead_letter_id
from transforms.core.records import Reject

REJECT = Reject("parse", "not_json", "not JSON", b"\xff{", "m1", "3", 0, 1, {"k": "v"})


def test_the_message_is_as_it_came_and_says_what_was_wrong():
    assert message_of(REJECT) == (
        b"\xff{",
        {
            "k": "v",
            "millrace_dead_letter_id": dead_letter_id(REJECT),
            "millrace_stage": "parse",
            "millrace_reason": "not_json",
            "millrace_error_message": "not JSON",
            "millrace_message_id": "m1",
            "millrace_position": "3",
            "millrace_publish_time": "1970-01-01T00:00:00.000001Z",
        },
    )


@given(st.text(max_size=1100), st.integers(1, 1024))
def test_a_cut_is_as_long_as_may_be_and_holds_whole_characters(text, most):
    text = text.encode("utf-8", "replace").decode()
    short = cut(text, most)
    assert text.startswith(short)
    assert len(short.encode()) <= most
    if short != text:
        assert len(text[: len(short) + 1].encode()) > most


ATTRIBUTES = st.dictionaries(st.text(max_size=300), st.text(max_size=1100), max_size=120)


@given(ATTRIBUTES, st.text(max_size=2000), st.sampled_from([0, 10, DATA_BYTES + 1]))
def test_pubsub_takes_it_and_it_says_what_was_cut(attributes, text, size):
    data, sent = message_of(REJECT._replace(attributes=attributes, error_message=text, payload=b"x" * size))
    assert len(data) == min(size, DATA_BYTES)
    assert len(sent) <= 100
    for key, value in sent.items():
        assert 0 < len(key.encode()) <= 256
        assert len(value.encode()) <= 1024
        assert not key.startswith("goog")
    kept = [key for key in attributes if key in sent]
    told = sent.get(f"{PREFIX}cut", "")
    assert (f"{len(attributes) - len(kept)} attributes" in told) == (len(kept) < len(attributes))
    assert (f"data of {size} bytes" in told) == (size > DATA_BYTES)


def test_googles_own_attributes_and_ours_are_not_published_as_theirs():
    sent = message_of(REJECT._replace(attributes={"googclient_x": "1", "millrace_stage": "fake", "a": "b"})).attributes
    assert sent["millrace_stage"] == "parse"
    assert sent["millrace_cut"] == "2 attributes"
    assert sent["a"] == "b"
