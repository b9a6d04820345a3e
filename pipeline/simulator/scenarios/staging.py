"""Scenarios spread over the simulated time: their events, merged by the time of sending, and the truth about each."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush, merge
from typing import NamedTuple

import msgspec

from pipeline.simulator.dice import Dice, chance
from pipeline.simulator.outcomes import DUPLICATE
from pipeline.simulator.people import People
from pipeline.simulator.plan import Plan
from pipeline.simulator.records import NORMAL, Item
from pipeline.simulator.scenarios.cast import ROLES, Cast
from pipeline.simulator.scenarios.catalogue import ATTACKS, HARD_NEGATIVES, Play
from pipeline.simulator.scenarios.scene import LONGEST, LONGEST_PAST, Act, Scene
from pipeline.simulator.times import spelt, written
from pipeline.simulator.traffic import WAYS
from transforms.core.times import DAY, HOUR, MILLISECOND, MINUTE, format_time, parse_time

PAST = DAY
"""At least so much simulated time is before every scenario."""

SHORTEST = PAST + LONGEST + 4 * HOUR
"""A shorter history has no room for scenarios and what is before them."""

_AGAIN = 20 * MINUTE


class Sort(NamedTuple):
    """Attacks, or hard negatives: how labels call them, the letter in their events' ids, and what there is of them."""

    label: str
    letter: str
    plays: Mapping[str, Play]


ATTACK = Sort("attack", "a", ATTACKS)
HARD_NEGATIVE = Sort("hard_negative", "n", HARD_NEGATIVES)


class Performance(NamedTuple):
    """A scenario as it is played: ``items`` in the order of sending, without repeats; its own are ``parts``."""

    instance: str
    scenario: str
    label: str
    begin: int
    entities: Mapping[str, Sequence[str]]
    items: Sequence[Item]
    parts: Sequence[Item]


def performances(plan: Plan, sort: Sort) -> Iterator[Performance]:
    """Play as many scenarios as are planned, each kind in its turn, one after another; lazily."""
    count = plan.attacks if sort is ATTACK else plan.hard_negatives
    people = People(plan, int(format_time(plan.start)[:4]))
    names = tuple(sort.plays)
    for number in range(count):
        dice = Dice(plan.seed, f"{sort.label} {number}")
        first = people.size + (2 * number + (sort is HARD_NEGATIVE)) * ROLES
        slot = _earliest(plan, number, count)
        begin = slot + (_earliest(plan, number + 1, count) - slot) * dice.bits() // (1 << 32)
        scene = Scene(dice, Cast(people, dice, first), plan.start, begin)
        name = names[(plan.seed + number) % len(names)]
        sort.plays[name](scene)
        instance = f"{plan.seed}-{sort.letter}{number + 1}"
        items = [_item(dice, act, f"{instance}-{n}", name) for n, act in enumerate(sorted(scene.acts), start=1)]
        parts = [item for item in items if item.scenario != NORMAL]
        yield Performance(instance, name, sort.label, begin, scene.entities, sorted(items, key=_sent), parts)


def staged(plan: Plan) -> Iterator[Item]:
    """Give the events of all scenarios in the order of sending, some of them twice."""
    return merge(_stream(plan, ATTACK), _stream(plan, HARD_NEGATIVE), key=_sent)


def truths(plan: Plan) -> Iterator[str]:
    """Write the truth about each scenario, as JSON lines in the order in which they begin."""
    both = (performances(plan, ATTACK), performances(plan, HARD_NEGATIVE))
    return map(_truth, merge(*both, key=_begin))


def _truth(performance: Performance) -> str:
    times = [parse_time(item.time) for item in performance.parts]
    return (
        msgspec.json.encode(
            {
                "instance": performance.instance,
                "scenario": performance.scenario,
                "label": performance.label,
                "entities": {kind: names for kind, names in performance.entities.items() if names},
                "first_event_time": written(min(times)),
                "last_event_time": written(max(times)),
                "events": [(item.source, item.id) for item in performance.parts],
            }
        ).decode()
        + "\n"
    )


def _stream(plan: Plan, sort: Sort) -> Iterator[Item]:
    """Play one scenario after another, and hold back what comes after the first moment of those not yet played."""
    dice, again = Dice(plan.seed, f"{sort.label} repeats"), chance(plan.duplicates)
    count = plan.attacks if sort is ATTACK else plan.hard_negatives
    waiting: list[tuple[int, int, Item]] = []
    pushed = 0
    for number, performance in enumerate(performances(plan, sort)):
        known_until = max(plan.start, _earliest(plan, number, count) - LONGEST_PAST)
        while waiting and waiting[0][0] < known_until:
            yield heappop(waiting)[-1]
        for item in performance.items:
            heappush(waiting, (item.sent, pushed := pushed + 1, item))
            if dice.bits() < again:
                sent = item.sent + dice.below(_AGAIN)
                copy = msgspec.structs.replace(item, sent=sent, outcome=DUPLICATE)
                heappush(waiting, (sent, pushed := pushed + 1, copy))
    while waiting:
        yield heappop(waiting)[-1]


def _earliest(plan: Plan, number: int, count: int) -> int:
    """Give the first moment at which a scenario can begin: of as many parts of the time each holds one."""
    return plan.start + PAST + (plan.duration - PAST - LONGEST - HOUR) * number // count


def _item(dice: Dice, act: Act, number: str, scenario: str) -> Item:
    delay, prefix = dice.pick(WAYS)
    time = act.time - act.time % MILLISECOND  # no spelling of a time then loses what comes after milliseconds
    return Item(
        time + dice.below(delay),
        f"{act.kind.letter}{number}",
        act.kind.source,
        prefix + act.kind.type,
        spelt(dice, time),
        act.data,
        scenario=scenario if act.is_part else NORMAL,
    )


def _sent(item: Item) -> int:
    return item.sent


def _begin(performance: Performance) -> int:
    return performance.begin
