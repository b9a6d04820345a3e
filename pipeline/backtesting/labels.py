"""Labels: the truth about each scenario of a history, a JSON line each, as the simulator's --fraud_labels has them."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from transforms.core.fraud.rules import ENTITY_TYPES
from transforms.core.times import parse_time

FORM = "JSON lines with instance, scenario, label, entities, first_event_time, last_event_time and events"


class Label(NamedTuple):
    """A scenario as it was played; times in microseconds, ``events`` are pairs of source and id."""

    instance: str
    scenario: str
    is_attack: bool
    entities: Mapping[str, Sequence[str]]
    first: int
    last: int
    events: Sequence[tuple[str, str]]


class NoLabel(NamedTuple):
    """A line that is none, by its number from 1, and why."""

    line: int
    text: str
    why: str


class _Written(msgspec.Struct):
    instance: str
    scenario: str
    label: Literal["attack", "hard_negative"]
    entities: dict[str, list[str]]
    first_event_time: str
    last_event_time: str
    events: list[tuple[str, str]]


_decode = msgspec.json.Decoder(_Written).decode


def read_labels(lines: Iterable[bytes]) -> tuple[list[Label], list[NoLabel]]:
    """Read all lines but empty ones; gives what they say, and those that say nothing."""
    labels: dict[str, Label] = {}
    faults: list[NoLabel] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                label = _read(line, labels)
                labels[label.instance] = label
            except ValueError as error:
                faults.append(NoLabel(number, line.decode(errors="replace").strip(), str(error)))
    return list(labels.values()), faults


def _read(line: bytes, known: Container[str]) -> Label:
    try:
        written = _decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if written.instance in known:
        raise ValueError(f"instance {written.instance} stands in a line before")
    unknown = [kind for kind in written.entities if kind not in ENTITY_TYPES]
    if unknown:
        raise ValueError(f"{unknown[0]} is no type of entity: {', '.join(ENTITY_TYPES)}")
    first, last = parse_time(written.first_event_time), parse_time(written.last_event_time)
    if first > last:
        raise ValueError("last_event_time is before first_event_time")
    is_attack = written.label == "attack"
    return Label(written.instance, written.scenario, is_attack, written.entities, first, last, written.events)
