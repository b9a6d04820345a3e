"""One simulated history through the real commands, and what came of it."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.fraud_delays import Histories, Replay, delays
from benchmarks.fraud_figures import Outcome
from benchmarks.fraud_labels import ATTACK, Entity, Instance, Owners, Told, read_labels
from benchmarks.processes import run
from options.fraud_rules import read_fraud_rules
from transforms.contracts import bundled_contracts
from transforms.core.contracts import Contracts
from transforms.core.fraud.gathering import TYPES
from transforms.core.opening import Opener
from transforms.core.parsing import Parser
from transforms.core.records import Event, Form, Message
from transforms.core.splitting import Bounds
from transforms.core.times import parse_time
from transforms.core.validation import TimePolicy, Validator

MIX = "login=6,payment=5,change=1"
"""Ordinary traffic: of the kinds that the rules look at alone, in the simulator's usual proportions."""
_LINES = 300
_ALERTS = (
    "SELECT rule_id, severity, entity_type, entity, window_start, window_end, event_ids FROM fraud_alerts"
    " WHERE status = 'open' ORDER BY first_event_time, alert_id"
)
_COUNTED = "SELECT sum(counted) FROM ledger WHERE event_type = ?"


class Size(NamedTuple):
    """How much is simulated; ``events`` are ordinary ones."""

    attacks: int
    hard_negatives: int
    events: int
    days: int


def evaluate(seed: int, size: Size, folder: Path) -> Outcome:
    """Simulate a history, run the pipeline over it, and match its alerts with the labels.

    Raises:
        FailedError: a command failed.
    """
    events, labels, output = folder / "events.jsonl", folder / "labels.jsonl", folder / "out"
    simulation = {"duration": f"{size.days}d", "mix": MIX, "seed": seed, "output": events, "fraud_labels": labels}
    simulation |= {"events": size.events, "attacks": size.attacks, "hard_negatives": size.hard_negatives}
    options = (str(part) for name, value in simulation.items() for part in (f"--{name}", value))
    run("pipeline.simulate", *options, "--quiet", output=folder / "simulate.out")
    arguments = ("--input", str(events), "--output", str(output), "--no_archive", "--quiet")
    try:
        run("pipeline", *arguments, output=folder / "pipeline.out")
        with closing(sqlite3.connect(output / "millrace.db")) as store:
            alerts = list(open_alerts(store))
            counted = sum(store.execute(_COUNTED, (kind,)).fetchone()[0] or 0 for kind in TYPES)
    finally:
        shutil.rmtree(output, ignore_errors=True)
    with labels.open("rb") as lines:
        return _judged(seed, counted, read_labels(lines), alerts, events)


def open_alerts(store: sqlite3.Connection) -> Iterator[Told]:
    """Read the open alerts of a store."""
    for rule_id, severity, kind, name, start, end, event_ids in store.execute(_ALERTS):
        yield Told(rule_id, severity, (kind, name), parse_time(start), parse_time(end), tuple(json.loads(event_ids)))


def _judged(seed: int, counted: int, instances: list[Instance], alerts: list[Told], events: Path) -> Outcome:
    owners = Owners(instances)
    owned = [(alert, owners.owner(alert)) for alert in alerts]
    found: dict[Instance, set[Entity]] = {}
    for alert, owner in owned:
        if owner and owner.label == ATTACK:
            found.setdefault(owner, set()).add(alert.entity)
    wanted = {entity for one, about in found.items() for entity in (*one.entities, *about)}
    with events.open("rb") as lines:
        histories = Histories(admitted(lines), wanted)
    replay = Replay(read_fraud_rules(""), owners)
    mixed = sum(len(owners.shares(alert).keys() - {None}) > 1 for alert in alerts)
    return Outcome(seed, counted, instances, owned, delays(replay, histories, found), mixed)


def admitted(lines: Iterable[bytes]) -> Iterator[Event]:
    """Admit payments, logins and changes as the pipeline does, without it."""
    opener, parser = Opener(Bounds(), 0), Parser()
    validator = Validator(Contracts(bundled_contracts()), TimePolicy())
    remaining, offset = iter(lines), 0
    while block := b"".join(islice(remaining, _LINES)):
        message = Message(block, message_id="file", offset=offset, form=Form.JSON_LINES, block="0 file")
        offset += len(block)
        for batch in opener.open(message).batches:
            parsed, _ = parser.parse(batch)
            yield from (event for event in validator.admit(parsed)[0].events if event.type in TYPES)
