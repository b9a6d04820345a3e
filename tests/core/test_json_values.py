"""Finding JSON values in a stream, wherever it is cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.json_values import JsonValues

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=5)


def values(text: bytes, cuts: list[int]) -> list[bytes]:
    scanner, start = JsonValues(), 0
    spans: list[tuple[int, int]] = []
    for cut in [*sorted(cuts), len(text)]:
        spans += scanner.feed(text[start:cut])
        start = cut
    return [text[first:end] for first, end in [*spans, *scanner.finish()]]


@given(OBJECTS, st.sampled_from([None, 1]), st.lists(st.integers(0, 200), max_size=6))
def test_the_elements_of_an_array_wherever_it_is_cut(objects, indent, cuts):
    text = json.dumps(objects, indent=indent).encode()
    found = values(text, [cut for cut in cuts if cut <= len(text)])
    assert [json.loads(value) for value in found] == objects


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_any_cut_of_any_bytes_finds_the_same(text, cuts):
    assert values(text, [cut for cut in cuts if cut <= len(text)]) == values(text, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", []),
        (b" [ ] ", []),
        (b'{"a":1}{"b":2}\n{"c":3}', [b'{"a":1}', b'{"b":2}', b'{"c":3}']),
        (b'[{"a":"}]\\""},{"b":[{}]}]', [b'{"a":"}]\\""}', b'{"b":[{}]}']),
        (b'[1, "two", null, true]', [b"1", b'"two"', b"null", b"true"]),
        (b'[{"a":1},{"b":', [b'{"a":1}', b'{"b":']),
        (b'[{"a":1},{bad},{"c":3}]', [b'{"a":1}', b"{bad}", b'{"c":3}']),
        (b'{"a":1}}{"b":2}', [b'{"a":1}', b"}", b'{"b":2}']),
        (b'["a\\', [b'"a\\']),
    ],
)
def test_values_and_their_neighbours(text, found):
    assert values(text, []) == found
