"""Mentions of a person: whole words, in whatever spelling, and nobody else's."""

import json

import pytest
import re2

from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.mentions import Mentions

KEY = b"sixteen bytes it is"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("u7", b'{"user_id":"u7"}'),
        ("u7", b"u7"),
        ("u7", b'{"note":"asked by u7.\\n"}'),
        ("u7", b"first\nu7\nlast"),
        ("u7", b'{"note":"\\nu7"}'),
        ("u7", b'{"url":"/?next=%2Fu7"}'),
        ("192.0.2.7", b'192.0.2.7 - - [17/Sep/2026:10:40:00 +0000] "GET / HTTP/1.1" 200 1'),
        ("ada@example.org", b'{"url":"/a?mail=ada%40example.org&x=1"}'),
        ("zo\u00eb", '{"user_id":"zo\u00eb"}'.encode()),
        ("zo\u00eb", b'{"user_id":"zo\\u00eb"}'),
        ("zo\u00eb", b'{"user_id":"zo\\u00EB"}'),
        ('a"b', b'{"user_id":"a\\"b"}'),
        ("a/b", b'{"user_id":"a\\/b"}'),
        ("a.*b", b"a.*b"),
    ],
)
def test_found(name, text):
    assert text in Mentions([name])
    assert text in Mentions(["somebody", name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("u7", b'{"user_id":"u70"}'),
        ("u7", b'{"user_id":"u7-b"}'),
        ("u7", b'{"user_id":"xu7"}'),
        ("u7", b'{"user_id":"u7@example.org"}'),
        ("192.0.2.7", b'{"ip":"192.0.2.70"}'),
        ("192.0.2.7", b'{"ip":"192.0.2.7.1"}'),
        ("192.0.2.7", b'{"ip":"192a0b2c7"}'),
        ("ada@example.org", b'{"mail":"xada@example.org"}'),
        ("u7", b""),
    ],
)
def test_others_are_left(name, text):
    assert text not in Mentions([name])


def test_alerts_are_found_by_the_names_that_they_have():
    named = {kind: Pseudonyms(KEY).name(kind, "u7") for kind in ("account", "ip", "device", "card")}
    for name in named.values():
        assert json.dumps({"entity": name}).encode() in Mentions(["u7"], KEY)
        assert json.dumps({"entity": name}).encode() not in Mentions(["u7"])
    hashed = Pseudonyms().name("account", "Ada@example.org")
    assert hashed.startswith("e-mail ")
    assert hashed.encode() in Mentions(["ada@example.org"])


def test_bigquery_reads_the_same_expression():
    """Its regular expressions are RE2's."""
    mentions = Mentions(["u7", "192.0.2.7", "Ada@x.org", "zo\u00eb", "a b/c"])
    pattern = re2.compile(f"(?m){mentions.pattern}")
    for text in ("a\nu7", '"u7"', "192.0.2.7.", "zo\u00eb", "a b/c", Pseudonyms().name("account", "Ada@x.org")):
        assert pattern.search(text), text
    for text in ("u70", "192.0.2.70", "192x0x2x7"):
        assert not pattern.search(text), text
