"""The document of a fraud rules' file as rules and lists, and what no key has wrong alone."""

from collections.abc import Iterable, Iterator, Mapping

from yaml import MappingNode, Node

from options.faults import closest
from options.fraud_fields import COMMON, KIND_FIELDS, Threshold, one_of, text, until
from options.yaml_nodes import Explain, Field, Misfit, Record, UnfitError, items, read_record, suggest
from transforms.core.fraud.rules import ENTITY_TYPES, MEASURED_ENTITIES, FraudRules, Listed, Rule, RuleKind

_STUFFING = "failed_accounts"
"""The measure of the rules that success_while builds on."""


def _list(node: Node) -> list[Node]:
    return items(node, "a list; [] where there is none")


_FILE = {
    "version": Field(text, 'version: "2026-11-24"'),
    "rules": Field(_list, "rules: [{id: card_testing.cards_per_ip, kind: measure, ...}]"),
    "allow": Field(_list, "allow: [{entity_type: ip, entity: 192.0.2.1, reason: our own office}]", required=False),
    "block": Field(_list, "block: [{entity_type: ip, entity: 192.0.2.1, reason: known abuse}]", required=False),
}

LISTED: Mapping[str, Field] = {
    "entity_type": Field(one_of(ENTITY_TYPES), "entity_type: ip"),
    "entity": Field(text, "entity: 192.0.2.1"),
    "reason": Field(text, "reason: our own office"),
    "until": Field(until, "until: 2027-01-01", required=False),
}
"""The keys of an entry of ``allow`` and ``block``."""


def read_document(root: Node) -> FraudRules:
    """Read the whole document; its digest is left to be taken.

    Raises:
        UnfitError: with all that is wrong.
    """
    found: list[Misfit] = []
    file = read_record(root, _FILE, "the file", found)
    rules = [_read_rule(node, found) for node in file.values.get("rules", ())]
    lists = {
        name: [read_record(node, LISTED, f"an entry of {name}", found) for node in file.values.get(name, ())]
        for name in ("allow", "block")
    }
    found += _repeated_ids(rules)
    found += _bad_references(rules)
    found += _repeated_entities([*lists["allow"], *lists["block"]])
    if found:
        raise UnfitError(*sorted(found, key=lambda fault: fault.line))
    allow, block = (tuple(Listed(**entry.values) for entry in entries) for entries in lists.values())
    return FraudRules(file.values["version"], tuple(map(_rule, rules)), allow, block)


def _read_rule(node: Node, found: list[Misfit]) -> Record:
    kind = _kind_of(node)
    if kind:
        own = KIND_FIELDS[kind]
        rule = read_record(node, {**COMMON, **own}, f"a rule of kind {kind}", found, _explain(kind))
    else:  # which of the other keys it has cannot be said
        owned = [item for fields in KIND_FIELDS.values() for item in fields.items()]
        others = {key: Field(_skip, field.example, required=False) for key, field in owned}
        rule = read_record(node, {**COMMON, **others}, "a rule", found)
    found += _disorder(rule, "review", "high")
    found += _disorder(rule, "below", "above")
    found += _out_of_measure(rule)
    return rule


def _kind_of(node: Node) -> RuleKind | None:
    """Look ahead for the kind, which says what the other keys mean."""
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if key.value == "kind":
            try:
                return RuleKind(COMMON["kind"].read(value))
            except UnfitError:
                return None
    return None


def _explain(kind: RuleKind) -> Explain:
    fields: Mapping[str, Field] = {**COMMON, **KIND_FIELDS[kind]}

    def explain(key: str) -> tuple[str, str]:
        only = f"only the keys of a rule of kind {kind}: {', '.join(fields)}"
        if owners := [other for other, theirs in KIND_FIELDS.items() if key in theirs]:
            return f"{only}; {key} is one of kind {', '.join(owners)}", COMMON["kind"].example
        return suggest(key, fields, only)

    return explain


def _skip(_: Node) -> None:
    """Read nothing."""


def _disorder(rule: Record, lower: str, upper: str) -> Iterator[Misfit]:
    low, high = rule.values.get(lower), rule.values.get(upper)
    if low and high and high.value < low.value:
        expected = f"at least {lower}, which is {low.value}"
        yield Misfit(rule.lines[upper], f"{upper}.value", str(high.value), expected, f"{upper}: {{value: {low.value}}}")


def _out_of_measure(rule: Record) -> Iterator[Misfit]:
    measure = rule.values.get("measure")
    known = MEASURED_ENTITIES.get(measure or "", ())
    for entity, line in rule.lined("entities"):
        if measure and entity not in known:
            expected = f"what {measure} can be taken of: {', '.join(known)}"
            yield Misfit(line, "entities", entity, expected, f"entities: [{known[0]}]")


def _repeated_ids(rules: Iterable[Record]) -> Iterator[Misfit]:
    lines: dict[str, int] = {}
    for rule in rules:
        name = rule.values.get("id")
        if name in lines:
            expected = f"each id once; the first is in line {lines[name]}"
            yield Misfit(rule.lines["id"], "id", name, expected, f"id: {name}_2")
        elif name:
            lines[name] = rule.lines["id"]


def _bad_references(rules: Iterable[Record]) -> Iterator[Misfit]:
    by_id = {rule.values["id"]: rule for rule in rules if "id" in rule.values}
    fitting = [name for name, rule in by_id.items() if rule.values.get("measure") == _STUFFING]
    example = f"rules: [{fitting[0]}]" if fitting else KIND_FIELDS[RuleKind.SUCCESS_WHILE]["rules"].example
    for rule in rules:
        for name, line in rule.lined("rules"):
            other = by_id.get(name)
            if other is None:
                meant = closest(name, fitting)
                expected = "the id of a rule in this file" + (f"; did you mean {meant}?" if meant else "")
                yield Misfit(line, "rules", name, expected, example)
            elif _measures_otherwise(other):
                yield Misfit(line, "rules", name, f"a rule whose measure is {_STUFFING}", example)
            elif "ip" not in (other.values.get("entities") or ("ip",)):
                yield Misfit(line, "rules", name, "a rule that has ip among its entities", example)


def _measures_otherwise(rule: Record) -> bool:
    """Whether a rule takes another measure, or none; where it cannot be read, that is its fault and no other's."""
    unread = rule.values.get("kind") is None or ("measure" in rule.lines and "measure" not in rule.values)
    return not unread and rule.values.get("measure") != _STUFFING


def _repeated_entities(entries: Iterable[Record]) -> Iterator[Misfit]:
    lines: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (entry.values.get("entity_type", ""), entry.values.get("entity", ""))
        if key in lines:
            expected = f"each entity once, on one of the lists; the first is in line {lines[key]}"
            yield Misfit(entry.lines["entity"], "entity", key[1], expected, LISTED["entity"].example)
        elif all(key):
            lines[key] = entry.lines["entity"]


def _rule(rule: Record) -> Rule:
    thresholds = {key: value for key, value in rule.values.items() if isinstance(value, Threshold)}
    numbers = {key: threshold.value for key, threshold in thresholds.items()}
    sources = {key: threshold.source for key, threshold in thresholds.items()}
    return Rule(**{**rule.values, **numbers}, sources=sources)
