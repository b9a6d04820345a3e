"""Reading labels: the simulator's, and lines that are none."""

import json

import pytest

from pipeline.backtesting.labels import Label, read_labels
from pipeline.simulator.scenarios.staging import truths
from tests.simulator.plans import plan
from transforms.core.times import DAY, parse_time

GOOD = {
    "instance": "1-a1",
    "scenario": "brute_force",
    "label": "attack",
    "entities": {"account": ["a1"], "ip": ["192.0.2.7"]},
    "first_event_time": "2026-09-17T10:00:00.5Z",
    "last_event_time": "2026-09-17T11:00:00Z",
    "events": [["//shop", "l1"], ["//shop", "l2"]],
}
READ = Label(
    "1-a1",
    "brute_force",
    True,
    {"account": ["a1"], "ip": ["192.0.2.7"]},
    parse_time("2026-09-17T10:00:00.5Z"),
    parse_time("2026-09-17T11:00:00Z"),
    [("//shop", "l1"), ("//shop", "l2")],
)


def test_a_line_is_a_label_and_an_empty_one_is_nothing():
    other = GOOD | {"instance": "1-n1", "label": "hard_negative", "remark": "more is allowed"}
    lines = [json.dumps(GOOD).encode(), b"", b"  ", json.dumps(other).encode()]
    assert read_labels(lines) == ([READ, READ._replace(instance="1-n1", is_attack=False)], [])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"instance": 7}, "Expected `str`, got `int` - at `$.instance`"),
        ({"label": "harmless"}, "Invalid enum value 'harmless' - at `$.label`"),
        ({"entities": {"acount": []}}, "acount is no type of entity: ip, device, card, account, "),
        ({"events": [["//shop"]]}, "Expected `array` of length 2 - at `$.events[0]`"),
        ({"first_event_time": "2026-09-17T10:00:00"}, "offset"),
        ({"first_event_time": "2026-09-17T12:00:00Z"}, "last_event_time is before first_event_time"),
        ({"scenario": None}, "Expected `str`, got `null` - at `$.scenario`"),
    ],
)
def test_a_line_can_be_no_label(change, why):
    labels, [fault] = read_labels([json.dumps(GOOD).encode(), json.dumps(GOOD | {"instance": "2"} | change).encode()])
    assert labels == [READ]
    assert fault.line == 2
    assert why in fault.why


@pytest.mark.parametrize("line", [b"{", b"[1]", b"\xff\xfe", b'{"instance": "1"}', b'{"x":' + b"[" * 100_000, b"NaN"])
def test_a_line_can_be_anything(line):
    labels, [fault] = read_labels([b"", line])
    assert (labels, fault.line) == ([], 2)


def test_an_instance_occurs_once():
    labels, [fault] = read_labels([json.dumps(GOOD).encode()] * 2)
    assert labels == [READ]
    assert (fault.line, fault.why) == (2, "instance 1-a1 stands in a line before")


def test_the_simulators_are_understood():
    written = list(truths(plan(500, duration=3 * DAY, attacks=8, hard_negatives=8)))
    labels, faults = read_labels(line.encode() for line in written)
    assert faults == []
    assert [(one.instance, one.scenario, one.is_attack) for one in labels] == [
        (told["instance"], told["scenario"], told["label"] == "attack") for told in map(json.loads, written)
    ]
