"""Candidates: which entities have facts enough for a rule to fire at all, so that few are looked at one by one."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from math import ceil

import numpy as np

from transforms.core.fraud.counting import distinct_in_windows
from transforms.core.fraud.demands import OF_MEASURE, counts_all
from transforms.core.fraud.evidence import Evidence, Rows
from transforms.core.fraud.facts import Fact, strand
from transforms.core.fraud.rules import MOST, Rule, RuleKind
from transforms.core.sets import U64
from transforms.core.times import MINUTE


class Strands:
    """The rows of evidence by strand; within one they are by entity and bucket."""

    def __init__(self, evidence: Evidence) -> None:
        rows = evidence.rows[np.argsort(evidence.rows["strand"], kind="stable")]
        starts = np.flatnonzero(np.diff(rows["strand"].astype(np.int64), prepend=-1)).tolist()
        self._rows = {int(rows["strand"][at]): rows[at:end] for at, end in pairwise([*starts, len(rows)])}
        self._nothing = rows[:0]

    def __getitem__(self, strand: int) -> Rows:
        """Give the rows of one strand."""
        return self._rows.get(strand, self._nothing)

    def of(self, strand: int, entity: int) -> Rows:
        """Give the rows of one strand and entity."""
        rows = self[strand]
        entities, wanted = rows["entity"], np.uint64(entity)
        return rows[np.searchsorted(entities, wanted) : np.searchsorted(entities, wanted, side="right")]


def candidates(rule: Rule, entity_type: str, evidence: Strands, rules: Mapping[str, Rule]) -> Sequence[int]:
    """Give the entities that may have something; ``rules`` are all of the set, by id."""
    judge = _measure if rule.kind in (RuleKind.MEASURE, RuleKind.SHARE) else _ORDERED[rule.kind]
    found: list[int] = reduce(np.intersect1d, judge(rule, entity_type, evidence, rules)).tolist()
    if judge is _measure:
        return [entity for entity in found if _may_fire(rule, entity_type, evidence, entity)]
    return found


def _may_fire(rule: Rule, entity_type: str, evidence: Strands, entity: int) -> bool:
    """Tell whether an entity's numbers reach the rule's in any window; what is at home is not told apart here."""
    bad, *others = (evidence.of(strand(entity_type, fact, rule.bucket), entity) for fact in OF_MEASURE[rule.measure])
    everything = np.concatenate([bad, *others])
    ends, held = np.unique(everything["bucket"], return_counts=True)
    if held.max() >= MOST:
        return True  # perhaps capped: what is left may stand for more
    in_all = distinct_in_windows(everything["bucket"], everything["value"], ends, rule.window)
    in_bad = distinct_in_windows(bad["bucket"], bad["value"], ends, rule.window)
    least, share = (rule.at_least, rule.review) if rule.kind is RuleKind.SHARE else (rule.review, rule.min_share)
    counted = in_all if counts_all(rule) else in_bad
    return bool(((counted >= least) & (in_bad / in_all >= share)).any())


Sets = Iterator[U64]


def _measure(rule: Rule, entity_type: str, evidence: Strands, _: Mapping[str, Rule]) -> Sets:
    is_share = rule.kind is RuleKind.SHARE
    bad, *others = (strand(entity_type, fact, rule.bucket) for fact in OF_MEASURE[rule.measure])
    least, share = (rule.at_least, rule.review) if is_share else (int(rule.review), rule.min_share)
    if share:
        yield _in_bursts(evidence, (bad,), ceil(least * share), rule.window)
    yield _in_bursts(evidence, (bad, *others) if counts_all(rule) else (bad,), least, rule.window)


def _success_while(rule: Rule, entity_type: str, evidence: Strands, rules: Mapping[str, Rule]) -> Sets:
    yield _with(evidence, entity_type, Fact.ACCOUNT_OK)
    followed = [rules[name] for name in rule.rules]
    yield np.unique(np.concatenate([_in_bursts_of(one, entity_type, evidence) for one in followed]))


def _in_bursts_of(rule: Rule, entity_type: str, evidence: Strands) -> U64:
    found: U64 = reduce(np.intersect1d, _measure(rule, entity_type, evidence, {}))
    return found


def _amounts(rule: Rule, entity_type: str, evidence: Strands, __: Mapping[str, Rule]) -> Sets:
    if rule.history:
        yield _with(evidence, entity_type, Fact.SMALL_AT)
        yield _with(evidence, entity_type, Fact.LARGE_AT)
    else:
        yield _with(evidence, entity_type, Fact.SMALL_FIRST)
        yield _with(evidence, entity_type, Fact.LARGE_FIRST)


def _failures_then_success(rule: Rule, entity_type: str, evidence: Strands, __: Mapping[str, Rule]) -> Sets:
    yield _in_bursts(evidence, (strand(entity_type, Fact.FAILED_FIRST),), int(rule.review), rule.window)
    yield _with(evidence, entity_type, Fact.DEVICE_OK)


def _travel(_: Rule, entity_type: str, evidence: Strands, __: Mapping[str, Rule]) -> Sets:
    rows = evidence[strand(entity_type, Fact.PLACE_OK)]
    entities, values = rows["entity"], rows["value"]
    yield np.unique(entities[1:][(entities[1:] == entities[:-1]) & (values[1:] != values[:-1])])


def _chain(_: Rule, entity_type: str, evidence: Strands, __: Mapping[str, Rule]) -> Sets:
    yield _with(evidence, entity_type, Fact.CHANGE_FIRST)
    yield _with(evidence, entity_type, Fact.BIG)
    yield _with(evidence, entity_type, Fact.DEVICE_OK)


def _changed(_: Rule, entity_type: str, evidence: Strands, __: Mapping[str, Rule]) -> Sets:
    yield _with(evidence, entity_type, Fact.CHANGE_FIRST)
    yield _with(evidence, entity_type, Fact.DEVICE_OK)


_ORDERED = {
    RuleKind.SUCCESS_WHILE: _success_while,
    RuleKind.AMOUNTS: _amounts,
    RuleKind.FAILURES_THEN_SUCCESS: _failures_then_success,
    RuleKind.TRAVEL: _travel,
    RuleKind.CHAIN: _chain,
    RuleKind.CHANGED: _changed,
}


def _with(evidence: Strands, entity_type: str, fact: Fact) -> U64:
    """Give the entities that have a fact of a kind."""
    return np.unique(evidence[strand(entity_type, fact)]["entity"])


def _in_bursts(evidence: Strands, strands: Sequence[int], least: int, window: int) -> U64:
    """Give the entities that have so many facts of some strands within a window.

    Values are not told apart, so that an entity may come to nothing when it is looked at, and none is missed.
    """
    rows = np.concatenate([evidence[number] for number in strands])
    if len(strands) > 1:
        rows = rows[np.lexsort((rows["bucket"], rows["entity"]))]
    if len(rows) < least:
        return np.empty(0, np.uint64)
    entities, minutes = rows["entity"], rows["bucket"] // MINUTE
    number = np.cumsum(np.append(0, entities[1:] != entities[:-1]))
    span = minutes.max() - minutes.min() + window // MINUTE + 1
    keys = number * span + (minutes - minutes.min())
    held = np.arange(len(keys)) - np.searchsorted(keys, keys - window // MINUTE) + 1
    return np.unique(entities[held >= least])
