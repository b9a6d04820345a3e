"""Events that must be refused while their neighbours in the message are admitted."""

from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.simulator.dice import Dice
from pipeline.simulator.records import Item
from pipeline.simulator.wrongs import NOT_JSON, UNKNOWN_TYPES, VIOLATIONS
from transforms.core.reasons import Reason

Spoil = Callable[[Item, Dice], None]

_LEVELS = 99
_NOT_EVENTS = ("{}", "null", "17", '"heartbeat"')
_MISSING = ("id", "source", "type")
_BAD_TIMES = ("", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T10:40:00Z", "2026-09-17T24:40:00Z", "1789603200")


def _not_an_event(item: Item, dice: Dice) -> None:
    if dice.below(2):
        item.text = dice.pick(_NOT_EVENTS)
    else:
        item.text = _changed(item, **{dice.pick(_MISSING): dice.pick((msgspec.UNSET, "", 5))})


def _unknown_contract(item: Item, dice: Dice) -> None:
    item.type = dice.pick(UNKNOWN_TYPES)


def _contract_violated(item: Item, dice: Dice) -> None:
    changes = next(changes for name, changes in VIOLATIONS.items() if item.type.endswith(name))
    item.data = msgspec.json.encode(msgspec.json.decode(item.data) | dice.pick(changes)).decode()


def _bad_time(item: Item, dice: Dice) -> None:
    if dice.below(4):
        item.time = dice.pick((*_BAD_TIMES, item.time[: len("2026-09-17T10:40:00")]))  # the last has no zone
    else:
        item.text = _changed(item, time=dice.pick((msgspec.UNSET, 1_789_603_200)))


def _not_json(item: Item, dice: Dice) -> None:
    text = item.encoded().decode()
    cut_off = text[: 1 + dice.below(len(text) - 1)]
    item.text = dice.pick((*(text.decode() for text in NOT_JSON), cut_off, text.replace(":{", ":NaN,{", 1)))


def _not_utf8(item: Item, _: Dice) -> None:
    """Spell a name in Latin-1."""
    item.text = item.encoded().decode().replace("{", '{"subject":"Zo\udceb",', 1)


def _too_deep(item: Item, _: Dice) -> None:
    item.data = item.data.replace("{", '{"filters":' + "[" * _LEVELS + "]" * _LEVELS + ",", 1)


_SPOILS: dict[Reason, Spoil] = {
    Reason.NOT_AN_EVENT: _not_an_event,
    Reason.UNKNOWN_CONTRACT: _unknown_contract,
    Reason.CONTRACT_VIOLATED: _contract_violated,
    Reason.BAD_TIME: _bad_time,
    Reason.NOT_JSON: _not_json,
    Reason.NOT_UTF8: _not_utf8,
    Reason.TOO_DEEP: _too_deep,
}
FAULTS = tuple(_SPOILS)


def spoil(reason: Reason, item: Item, dice: Dice) -> Item:
    """Spoil a good event, in place, so that it is refused for a reason of FAULTS."""
    _SPOILS[reason](item, dice)
    item.outcome = reason
    return item


def _changed(item: Item, **changes: Any) -> str:
    """Write an event with other members; UNSET leaves one out."""
    members = msgspec.json.decode(item.encoded()) | changes
    return msgspec.json.encode({k: v for k, v in members.items() if v is not msgspec.UNSET}).decode()
