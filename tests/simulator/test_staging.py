"""Scenarios among the rest: they change nothing of it, come in order, keep contracts, and are labelled to the event."""

import json
import tracemalloc
from collections import Counter, defaultdict
from itertools import islice
from typing import Any

import pytest

from options.simulation import SHORTEST as SHORTEST_OPTION
from pipeline.simulator.history import history
from pipeline.simulator.outcomes import COUNTED, DUPLICATE
from pipeline.simulator.records import NORMAL, Broken
from pipeline.simulator.scenarios.catalogue import ATTACKS, HARD_NEGATIVES
from pipeline.simulator.scenarios.staging import ATTACK, HARD_NEGATIVE, SHORTEST, performances, staged, truths
from tests.simulator.plans import plan
from tests.simulator.scenes import everything
from transforms.contracts import bundled_contracts
from transforms.core.contracts import Contracts
from transforms.core.times import DAY, HOUR, parse_time

BOTH = {"attacks": 8, "hard_negatives": 8, "duration": 3 * DAY}


def sent(entry):
    return entry.item.sent if isinstance(entry, Broken) else entry.sent


def written(entry):
    return entry.line or entry.data if isinstance(entry, Broken) else entry.encoded()


def is_staged(entry):
    return not isinstance(entry, Broken) and any(f"-{sort.letter}" in entry.id for sort in (ATTACK, HARD_NEGATIVE))


@pytest.mark.parametrize("envelope", [False, True])
def test_all_else_stays_as_it_is(envelope):
    alone = plan(3_000, duration=3 * DAY, envelope=envelope)
    entries = list(history(alone._replace(attacks=8, hard_negatives=8)))
    assert [sent(entry) for entry in entries] == sorted(sent(entry) for entry in entries)
    rest = [entry for entry in entries if not is_staged(entry)]
    assert list(map(written, rest)) == list(map(written, history(alone)))
    assert len(entries) > len(rest)


def test_attacks_and_hard_negatives_do_not_change_each_other():
    this = plan(100, **BOTH)
    for sort, alone in ((ATTACK, this._replace(hard_negatives=0)), (HARD_NEGATIVE, this._replace(attacks=0))):
        assert list(performances(this, sort)) == list(performances(alone, sort))


def test_the_same_seed_plays_the_same_and_another_something_else():
    this = plan(100, **BOTH)
    assert list(truths(this)) == list(truths(this))
    assert list(staged(this)) == list(staged(this))
    assert not set(truths(this)) & set(truths(this._replace(seed=2)))


def test_every_kind_comes_once_in_its_turn():
    found = Counter(json.loads(line)["scenario"] for line in truths(plan(100, **BOTH)))
    assert found == dict.fromkeys([*ATTACKS, *HARD_NEGATIVES], 1)


def test_the_truth_names_exactly_the_events():
    """Every event that bears a scenario's name is in its line, and no other; repeats have the same source and id."""
    told: dict[tuple[str, str], str] = {}
    times: dict[str, list[int]] = {}
    for line in truths(plan(2_000, **BOTH)):
        truth = json.loads(line)
        assert list(truth) == [
            *("instance", "scenario", "label", "entities"),
            *("first_event_time", "last_event_time", "events"),
        ]
        assert truth["label"] == ("attack" if truth["scenario"] in ATTACKS else "hard_negative")
        for source, id_ in truth["events"]:
            assert (source, id_) not in told
            told[source, id_] = truth["scenario"]
        assert truth["entities"]
        times[truth["scenario"]] = [parse_time(truth["first_event_time"]), parse_time(truth["last_event_time"])]
    entries = [e for e in history(plan(2_000, **BOTH)) if not isinstance(e, Broken) and e.scenario != NORMAL]
    assert {(item.source, item.id): item.scenario for item in entries} == told
    for scenario, (first, last) in times.items():
        own = [parse_time(item.time) for item in entries if item.scenario == scenario]
        assert (min(own), max(own)) == (first, last)


def test_entities_are_in_the_events():
    for one in everything():
        seen: dict[str, set[Any]] = defaultdict(set)
        for _, _, data in one.events:
            for kind, name in (("ip", "ip"), ("device", "device_id"), ("account", "account_id")):
                seen[kind].add(data.get(name))
            if card := data.get("card"):
                seen["card"].add(card["fingerprint"])
                seen["merchant|bin"].add(f"{data['merchant_id']}|{card['bin']}")
        for kind, names in one.entities.items():
            assert set(names) <= seen[kind]


def test_every_event_keeps_its_contract():
    contracts = Contracts(bundled_contracts())
    for one in everything():
        for _, kind, data in one.before + one.events:
            judge = contracts.find(kind)
            assert judge
            assert judge.accepts(data), data


def test_nobody_plays_in_two_scenarios():
    """Accounts of victims and customers, devices and cards are one scenario's alone, and nobody's who takes turns."""
    seen: Counter[str] = Counter()
    for one in everything():
        mine: set[Any] = {event.data.get("device_id") for event in one.before + one.events}
        mine |= {event.data["card"]["fingerprint"] for event in one.before + one.events if "card" in event.data}
        mine |= {event.data["account_id"] for event in one.before}
        mine |= {event.data["ip"] for event in one.before + one.events}
        seen.update(filter(None, mine))
    assert max(seen.values()) == 1
    turns = [json.loads(e.data) for e in history(plan(3_000, malformed=0.0, duration=7 * DAY, seed=3))]
    assert not {data.get("device_id") for data in turns} - {None} & seen.keys()
    assert not {data["account_id"] for data in turns if data.get("account_id")} & seen.keys()


@pytest.mark.parametrize("duration", [SHORTEST, 60 * DAY])
def test_all_happens_in_the_simulated_time(duration):
    this = plan(100, attacks=24, hard_negatives=24, duration=duration, duplicates=0.3)
    items = list(staged(this))
    assert [item.sent for item in items] == sorted(item.sent for item in items)
    assert this.start <= items[0].sent
    assert items[-1].sent < this.start + duration
    for one in (*performances(this, ATTACK), *performances(this, HARD_NEGATIVE)):
        assert min(item.sent for item in one.parts) >= this.start + DAY
        assert max(item.sent for item in one.parts) <= one.begin + 20 * HOUR + 61 * 1_000_000


def test_there_is_one_shortest_time():
    assert SHORTEST == SHORTEST_OPTION


def test_some_events_come_twice():
    outcomes = Counter(item.outcome for item in staged(plan(100, **BOTH, duplicates=0.1)))
    assert outcomes.keys() == {COUNTED, DUPLICATE}
    assert outcomes[DUPLICATE] / outcomes[COUNTED] == pytest.approx(0.1, abs=0.02)


def test_scenarios_are_played_as_they_come():
    """Of ten thousand the first events come at once, and those that are over are forgotten."""
    many = plan(100, attacks=10_000, duration=36_500 * DAY)
    items = staged(many)
    tracemalloc.start()
    peaks = []
    for count in (10_000, 10_000):
        assert len(list(islice(items, count))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
