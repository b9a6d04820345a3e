"""The keys of the fraud rules' file: which a rule of each kind has, and how each is read."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from yaml import MappingNode, Node, ScalarNode

from options.faults import closest
from options.yaml_nodes import Field, Misfit, UnfitError, items, misfit, read_record, scalar, shown
from transforms.core.fraud.rules import CHANGES, ENTITY_TYPES, MEASURES, MOST, PATTERNS, Rule, RuleKind, Severity, State
from transforms.core.times import DAY, parse_duration, parse_time

LONGEST_HISTORY = 30 * DAY
"""So far back devices are remembered (docs/fraud.md)."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_LONGEST_ID = 100
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ONLY_THRESHOLD = "only the keys of a threshold: value, source; text with a comma needs quotes"


class Threshold(NamedTuple):
    """A number, and who says so."""

    value: Any
    source: str


def text(node: Node) -> str:
    """Read text; what YAML takes for a number, a date or a truth needs quotes."""
    expected = "text, in quotes where it looks like a number, a date or yes and no"
    read = scalar(node, ("str",), expected)
    if not read.strip() or re.search("[\ud800-\udfff]", read):  # escapes can make half characters
        raise UnfitError(misfit(node, "text that is not empty and is valid Unicode"))
    return read


def identifier(node: Node) -> str:
    """Read the id of a rule."""
    expected = f"words of a-z, 0-9 and _, joined by dots, at most {_LONGEST_ID} characters"
    read = scalar(node, ("str",), expected)
    if not _ID.fullmatch(read) or len(read) > _LONGEST_ID:
        raise UnfitError(misfit(node, expected))
    return read


def one_of(names: Iterable[str]) -> Callable[[Node], str]:
    """Make a function that reads one of some names."""
    known = [*map(str, names)]

    def read(node: Node) -> str:
        expected = f"one of {', '.join(known)}" if len(known) > 1 else known[0]
        name = scalar(node, ("str",), expected)
        if name not in known:
            meant = closest(name, known) if len(name) <= _LONGEST_ID else ""
            raise UnfitError(misfit(node, f"{expected}; did you mean {meant}?" if meant else expected))
        return name

    return read


def several(read_item: Callable[[Node], str]) -> Callable[[Node], tuple[str, ...]]:
    """Make a function that reads a list of different values, at least one."""

    def read(node: Node) -> tuple[str, ...]:
        nodes = items(node, "a list of at least one, in brackets")
        found = [] if nodes else [misfit(node, "a list of at least one", "an empty list")]
        values: dict[str, None] = {}  # a set that keeps the order
        for item in nodes:
            try:
                value = read_item(item)
            except UnfitError as error:
                found += error.misfits
                continue
            found += [misfit(item, "each only once")] if value in values else []
            values[value] = None
        if found:
            raise UnfitError(*found)
        return tuple(values)

    return read


def threshold(read_value: Callable[[Node], Any]) -> Callable[[Node], Threshold]:
    """Make a function that reads ``{value: ..., source: ...}``."""

    def read(node: Node) -> Threshold:
        if not isinstance(node, MappingNode):
            bare = shown(node) if isinstance(node, ScalarNode) else "..."
            expected = f"{{value: {bare}, source: ...}}: a threshold says where it comes from"
            raise UnfitError(misfit(node, expected))
        found: list[Misfit] = []
        fields = {"value": Field(read_value), "source": Field(text)}
        record = read_record(node, fields, "a threshold", found, lambda _: (_ONLY_THRESHOLD, ""))
        if found:
            raise UnfitError(*found)
        return Threshold(**record.values)

    return read


def count(node: Node) -> int:
    """Read a number of things, at most as many as evidence tells apart."""
    number = _number(node, expected := f"a whole number from 1 to {MOST}")
    if number % 1 or not 1 <= number <= MOST:
        raise UnfitError(misfit(node, expected))
    return int(number)


def share(node: Node) -> float:
    """Read a part of the whole; of nothing, every window would fire."""
    number = _number(node, expected := "a number above 0, at most 1, as 0.25")
    if not 0 < number <= 1:
        raise UnfitError(misfit(node, expected))
    return float(number)


def amount(node: Node) -> Decimal:
    """Read a number above zero."""
    number = _number(node, expected := "a number above 0, as 5 or 12.50")
    if number <= 0:
        raise UnfitError(misfit(node, expected))
    return number


def quantity(node: Node) -> float:
    """Read a number above zero that is no money."""
    return float(amount(node))


def span(longest: int, in_words: str) -> Callable[[Node], int]:
    """Make a function that reads a duration above zero as microseconds."""

    def read(node: Node) -> int:
        expected = f"a number and a unit, above 0 and at most {in_words}: 90s, 5m, 1h"
        written = scalar(node, ("str",), expected)
        try:
            micros = parse_duration(written)
        except ValueError:
            micros = 0
        if not 0 < micros <= longest:
            raise UnfitError(misfit(node, expected))
        return micros

    return read


def window(node: Node) -> int:
    """Read the width of a window as microseconds: whole buckets, a day at most."""
    micros = span(DAY, "24h")(node)
    if micros % Rule("", "", RuleKind.MEASURE, (), micros).bucket:
        raise UnfitError(misfit(node, "whole minutes up to 1h, whole hours where it is longer"))
    return micros


def until(node: Node) -> int:
    """Read a date, of which the first instant in UTC is meant, or an RFC 3339 time, as microseconds."""
    expected = "a date or an RFC 3339 time: 2027-01-01 or 2027-01-01T08:00:00Z"
    written = scalar(node, ("str", "timestamp"), expected)
    try:
        return parse_time(f"{written}T00:00:00Z" if _DATE.fullmatch(written) else written)
    except ValueError as error:
        raise UnfitError(misfit(node, expected)) from error


def _number(node: Node, expected: str) -> Decimal:
    written = scalar(node, ("int", "float"), expected)
    if not _NUMBER.fullmatch(written):
        raise UnfitError(misfit(node, expected))
    return Decimal(written)


def _entities(*names: str) -> Field:
    return Field(several(one_of(names)), f"entities: [{names[0]}]")


_MEASURE = Field(one_of(MEASURES), "measure: cards")
_COUNT = Field(threshold(count), "review: {value: 5, source: a public rule set}")
_SHARE = Field(threshold(share), "review: {value: 0.40, source: a fraud team's write-up}")
_HIGH_COUNT = Field(threshold(count), "high: {value: 10, source: twice the review threshold}", required=False)
_HIGH_SHARE = Field(threshold(share), "high: {value: 0.80, source: proposal}", required=False)
_HISTORY = Field(threshold(span(LONGEST_HISTORY, "30d")), "history: {value: 1d, source: proposal}")
_SEVERITY = Field(lambda node: Severity(one_of(Severity)(node)), "severity: review")
_AFTER_LOGIN = {
    "entities": _entities("account"),
    "changes": Field(several(one_of(CHANGES)), "changes: [password, email]"),
    "history": _HISTORY,
    "severity": _SEVERITY,
}

COMMON: Mapping[str, Field] = {
    "id": Field(identifier, "id: card_testing.cards_per_ip"),
    "pattern": Field(one_of(PATTERNS), "pattern: card_testing"),
    "kind": Field(lambda node: RuleKind(one_of(RuleKind)(node)), "kind: measure"),
    "window": Field(window, "window: 1h"),
    "state": Field(lambda node: State(one_of(State)(node)), "state: ACTIVE", required=False),
}
"""The keys of every rule."""

KIND_FIELDS: Mapping[RuleKind, Mapping[str, Field]] = {
    RuleKind.MEASURE: {
        "entities": _entities(*ENTITY_TYPES),
        "measure": _MEASURE,
        "review": _COUNT,
        "high": _HIGH_COUNT,
        "min_share": Field(threshold(share), "min_share: {value: 0.25, source: proposal}", required=False),
    },
    RuleKind.SHARE: {
        "entities": _entities(*ENTITY_TYPES),
        "measure": _MEASURE,
        "review": _SHARE,
        "high": _HIGH_SHARE,
        "at_least": Field(threshold(count), "at_least: {value: 10, source: proposal}"),
    },
    RuleKind.AMOUNTS: {
        "entities": _entities(*ENTITY_TYPES),
        "below": Field(threshold(amount), "below: {value: 1.00, source: a public walkthrough}"),
        "above": Field(threshold(amount), "above: {value: 500.00, source: a public walkthrough}"),
        "history": _HISTORY._replace(required=False),
        "severity": _SEVERITY,
    },
    RuleKind.FAILURES_THEN_SUCCESS: {"entities": _entities("account"), "review": _COUNT, "high": _HIGH_COUNT},
    RuleKind.SUCCESS_WHILE: {
        "entities": _entities("ip", "account"),
        "rules": Field(several(identifier), "rules: [takeover.credential_stuffing]"),
        "severity": _SEVERITY,
    },
    RuleKind.TRAVEL: {
        "entities": _entities("account"),
        "kmh": Field(threshold(quantity), "kmh: {value: 900, source: an aeroplane}"),
        "km": Field(threshold(quantity), "km: {value: 100, source: positions of IPs are not exact}"),
        "severity": _SEVERITY,
    },
    RuleKind.CHANGED: _AFTER_LOGIN,
    RuleKind.CHAIN: {
        **_AFTER_LOGIN,
        "amount": Field(threshold(amount), "amount: {value: 200.00, source: proposal}"),
        "times": Field(threshold(quantity), "times: {value: 3, source: proposal}"),
        "high": Field(threshold(quantity), "high: {value: 2, source: proposal}", required=False),
    },
}
"""The keys that a rule of a kind has beside those of every rule."""
