"""An alert belongs to the scenario that its events belong to."""

import json

import pytest

from benchmarks.fraud_labels import ATTACK, HARD_NEGATIVE, Instance, Owners, Told, read_labels


def instance(
    name: str, *events: str, label: str = ATTACK, entity: str = "192.0.2.1", first: int = 100, last: int = 200
):
    return Instance(name, "burst", label, frozenset({("ip", entity)}), first, last, frozenset(events))


def told(*events: str, entity: str = "192.0.2.1", start: int = 0, end: int = 1000) -> Told:
    return Told("cards", "review", ("ip", entity), start, end, events)


def test_labels_are_read():
    line = json.dumps(
        {
            "instance": "7-a1",
            "scenario": "brute_force",
            "label": "attack",
            "entities": {"account": ["a-1"], "ip": ["192.0.2.1", "192.0.2.2"]},
            "first_event_time": "1970-01-01T00:00:01.500Z",
            "last_event_time": "1970-01-01T00:01:00.000Z",
            "events": [["shop", "l1"], ["shop", "l2"]],
        }
    )
    entities = {("account", "a-1"), ("ip", "192.0.2.1"), ("ip", "192.0.2.2")}
    assert read_labels([line.encode()]) == [
        Instance("7-a1", "brute_force", "attack", frozenset(entities), 1_500_000, 60_000_000, frozenset({"l1", "l2"}))
    ]


ONE, OTHER = instance("a1", "e1", "e2", "e3"), instance("n1", "f1", "f2", "f3", label=HARD_NEGATIVE, entity="other")
OWNERS = Owners([OTHER, ONE])


@pytest.mark.parametrize(
    ("alert", "owner"),
    [
        (told("e1", entity="somebody's card"), ONE),
        (told("e1", "x", "y", entity="x"), ONE),
        (told("e1", "f1", "f2", entity="x"), OTHER),
        (told("e1", "f1", entity="x"), ONE),  # as many of each: the attack's
        (told("f1"), OTHER),  # whatever the entity
        (told("x"), ONE),
        (told("x", entity="other"), OTHER),
        (told("x", entity="third"), None),
        (told("x", end=100), None),
        (told("x", end=101), ONE),
        (told("x", start=200), ONE),
        (told("x", start=201), None),
        (told(), ONE),
    ],
)
def test_owners(alert, owner):
    assert OWNERS.owner(alert) == owner


def test_shares():
    assert OWNERS.shares(told("e1", "e2", "f1", "x")) == {ONE: 2, OTHER: 1, None: 1}


def test_an_event_belongs_to_one():
    with pytest.raises(ValueError, match="in common"):
        Owners([ONE, instance("a2", "e3", "e4")])
