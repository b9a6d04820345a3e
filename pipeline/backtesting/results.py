"""The result of a backtest, as reports take it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.backtesting.comparing import Compared, Read
from pipeline.backtesting.judging import Judged
from pipeline.backtesting.labels import Label
from transforms.core.fraud.rules import FraudRules, State


class RuleSet(NamedTuple):
    """A set of rules: its file's name ("" for the bundled ones), version and digest, and each rule's state by id."""

    name: str
    version: str
    digest: str
    states: Mapping[str, State]

    @classmethod
    def of(cls, name: str, rules: FraudRules) -> "RuleSet":
        """Describe a set."""
        return cls(name, rules.version, rules.digest, {rule.id: rule.state for rule in rules.rules})


class Judgement(NamedTuple):
    """Both sets before the truth: rule by rule, and at the end in all. ``path`` is the file of the labels."""

    path: str
    labels: Sequence[Label]
    new: Sequence[Judged]
    old: Sequence[Judged]


class Result(NamedTuple):
    """What a backtest comes to. ``size`` is bytes of input; ``examples`` is how many are shown of each kind."""

    version: str
    inputs: Sequence[str]
    files: int
    size: int
    read: Read
    new: RuleSet
    old: RuleSet
    compared: Sequence[Compared]
    judgement: Judgement | None
    examples: int


def ids_of(*sets: FraudRules) -> list[str]:
    """Give the ids of all rules: those of the first set in its order, then others."""
    return list(dict.fromkeys(rule.id for rules in sets for rule in rules.rules))


def missed(judgement: Judgement) -> list[Label]:
    """Give the attacks that no new rule finds, in the order of the labels; those that an old rule finds come first."""
    new, old = judgement.new[-1].delays, judgement.old[-1].delays
    left = [label for label in judgement.labels if label.is_attack and label.instance not in new]
    return sorted(left, key=lambda label: label.instance not in old)


class Kind(NamedTuple):
    """The scenarios of one name: how many there are, and how many of them have an alert."""

    scenario: str
    is_attack: bool
    number: int
    new: int
    old: int


def kinds(judgement: Judgement) -> list[Kind]:
    """Count by scenario: attacks first, each in the order of names."""
    alerted = [{*judged[-1].delays, *judged[-1].negatives} for judged in (judgement.new, judgement.old)]
    names = sorted({(not label.is_attack, label.scenario) for label in judgement.labels})
    return [_kind(scenario, not is_negative, judgement.labels, alerted) for is_negative, scenario in names]


def _kind(scenario: str, is_attack: bool, labels: Sequence[Label], alerted: Sequence[set[str]]) -> Kind:
    instances = {label.instance for label in labels if (label.scenario, label.is_attack) == (scenario, is_attack)}
    return Kind(scenario, is_attack, len(instances), *(len(instances & found) for found in alerted))
