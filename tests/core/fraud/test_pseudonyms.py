"""Who is meant stays the same, and cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fraud.pseudonyms import Pseudonyms, entity_name, key_fingerprint, split_entity

KEYED = Pseudonyms(b"0123456789abcdef")
parts = st.lists(st.text(st.sampled_from("ab|\\@"), min_size=1), min_size=2, max_size=2)


def test_without_a_key_only_e_mail_addresses_are_hidden():
    names = Pseudonyms()
    assert names.name("account", "a7") == "a7"
    assert names.name("ip", "192.0.2.1") == "192.0.2.1"
    hidden = names.name("account", "Ada@example.com")
    assert hidden == names.name("account", "ada@EXAMPLE.com")
    assert hidden.startswith("e-mail ")
    assert "ada" not in hidden.lower().removeprefix("e-mail ")


@pytest.mark.parametrize("kind", ["ip", "device", "card", "account"])
def test_with_a_key_identifiers_are_hashes(kind):
    name = KEYED.name(kind, "a7")
    assert len(name) == 32
    assert int(name, 16)
    assert name == KEYED.name(kind, "a7") != KEYED.name(kind, "a8")
    assert name != Pseudonyms(b"another key, as long").name(kind, "a7")
    assert name not in {KEYED.name(other, "a7") for other in {"ip", "device", "card", "account"} - {kind}}


def test_what_is_no_person_stays():
    assert KEYED.name("merchant", "shop") == "shop"
    assert KEYED.entity("merchant|bin", r"sh\|op|400000") == r"sh\|op|400000"


@given(parts)
def test_joined_entities_are_hidden_by_their_parts(values):
    text = entity_name(*values)
    assert len(split_entity(text)) == 2
    for names in (KEYED, Pseudonyms()):
        wanted = entity_name(names.name("card", values[0]), names.name("merchant", values[1]))
        assert names.entity("card|merchant", text) == wanted


def test_a_key_is_told_apart_and_not_told():
    told = {key_fingerprint(key) for key in (b"", b"0123456789abcdef", b"another key, as long")}
    assert len(told) == 3
    assert "none" in told
    assert not any("0123456789abcdef" in text for text in told)
