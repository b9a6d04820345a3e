"""Evidence is a join: how facts were cut, ordered and repeated changes nothing, and nothing grows without end."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fraud.evidence import NOTHING, ROW, Evidence, by_slot, collected, of_entity, pack, unite, unpack
from transforms.core.fraud.rules import MOST
from transforms.core.times import MINUTE


class Row(NamedTuple):
    """A fact as the rows of evidence have it, but the number of its event."""

    entity: int
    strand: int
    bucket: int
    value: int
    time: int
    event: int
    a: int = 0
    b: int = 0


rows = st.builds(
    Row,
    entity=st.integers(0, 2),
    strand=st.integers(0, 1),
    bucket=st.sampled_from([0, MINUTE]),
    value=st.integers(0, 3),
    time=st.integers(0, 3),
    event=st.integers(0, 4),
    a=st.integers(-1, 0),
    b=st.integers(0, 1),
)


def evidence(facts: list[Row]) -> Evidence:
    """Evidence of facts, each of an event that is called by its number."""
    ids = [f"e{fact.event}" for fact in facts]
    names = {fact.entity: f"entity {fact.entity}" for fact in facts}
    return collected([np.array([(*fact, number) for number, fact in enumerate(facts)], ROW)], ids, names)


def told(found: Evidence) -> list[tuple[object, ...]]:
    """The rows with the ids in them, and the names."""
    kept = [(*row[:-1], found.ids[row[-1]]) for row in found.rows.tolist()]
    return [*kept, tuple(sorted(found.names.items()))]


@given(st.lists(rows, max_size=30), st.data())
def test_union_is_a_join(facts, data):
    whole = evidence(facts)
    shuffled = data.draw(st.permutations(facts))
    cuts = sorted({0, *data.draw(st.lists(st.integers(0, len(facts)), max_size=3)), len(facts)})
    parts = [evidence(shuffled[start:end]) for start, end in pairwise(cuts)] or [evidence([])]
    assert told(unite([*parts, *data.draw(st.permutations(parts))])) == told(whole)
    assert told(unite([unite(parts[:1]), unite(parts[1:])])) == told(whole)
    assert told(unite([whole, whole])) == told(whole)


@given(st.lists(rows, max_size=30))
def test_packed_and_parted(facts):
    whole = evidence(facts)
    assert told(unpack(pack(whole))) == told(whole)
    parts = dict(by_slot(whole, 2))
    assert told(unite(parts.values())) == told(whole)
    for slot, part in parts.items():
        assert {int(entity) % 2 for entity in part.rows["entity"]} == {slot}
    for entity in {fact.entity for fact in facts}:
        assert set(of_entity(whole, entity).rows["entity"].tolist()) == {entity}


def test_of_a_value_the_earliest_and_the_latest_sighting_are_kept():
    facts = [Row(1, 0, 0, 7, time, event) for time, event in ((5, 1), (3, 9), (3, 2), (8, 1), (6, 4))]
    kept = evidence(facts).rows
    assert [(row["time"], row["event"]) for row in kept] == [(3, 2), (8, 1)]


def test_of_a_bucket_the_smallest_values_are_kept():
    facts = [Row(1, 0, 0, value, 0, value) for value in range(1000, 0, -1)]
    assert evidence(facts).rows["value"].tolist() == list(range(1, MOST + 1))


def test_nothing():
    assert told(unite([])) == told(NOTHING)
    assert list(by_slot(NOTHING, 4)) == []


@pytest.mark.parametrize("entity", [0, 1, 2**63, 2**64 - 1])
def test_the_greatest_hashes_are_hashes_too(entity):
    whole = evidence([Row(entity, 0, 0, 2**64 - 1, 0, 2**64 - 1), Row(5, 0, 0, 1, 0, 1)])
    assert of_entity(whole, entity).rows["entity"].tolist() == [entity]
    assert told(unpack(pack(whole))) == told(whole)


def test_a_million_facts_of_one_entity_and_hour_come_to_a_few():
    rng = np.random.default_rng(1)
    kept = NOTHING
    for _ in range(10):
        noise = np.zeros(100_000, ROW)
        noise["bucket"] = rng.integers(0, 60, len(noise)) * MINUTE
        noise["value"] = rng.integers(0, 2**63, len(noise))
        noise["event"] = noise["value"]
        kept = unite([kept, Evidence(noise, ["noise"], {})])
    assert len(kept.rows) == 60 * MOST
