"""Flagging: all rules over the evidence of many entities."""

from collections.abc import Iterator
from typing import NamedTuple

from transforms.core.fraud.alerts import Alert, Lists, alert_of, holds
from transforms.core.fraud.candidates import Strands, candidates
from transforms.core.fraud.demands import is_evaluated
from transforms.core.fraud.episodes import episodes
from transforms.core.fraud.evidence import Evidence, of_entity
from transforms.core.fraud.hits import hits
from transforms.core.fraud.measuring import measured
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.fraud.rules import FraudRules, Rule, RuleKind, Severity, State
from transforms.core.fraud.seen import Firing, Seen
from transforms.core.fraud.sequences import amounts, chain, changed, failures_then_success
from transforms.core.fraud.travel import travel

ALERTED, SUPPRESSED, SHADOWED = "alerted", "suppressed", "shadowed"

_OF_ABSENCE = {RuleKind.AMOUNTS: amounts, RuleKind.CHAIN: chain, RuleKind.CHANGED: changed}
_OF_ORDER = {RuleKind.FAILURES_THEN_SUCCESS: failures_then_success, RuleKind.TRAVEL: travel}


class Found(NamedTuple):
    """What a rule found: an alert, what becomes of it, and the entity whose evidence it comes from, by its hash."""

    alert: Alert
    outcome: str
    source: int


class Flagger:
    """Judges evidence by a set of rules.

    Args:
        rules: the rules.
        fraud_from: microseconds; rules built on absence are silent before it.
        pseudonyms: as of the Gatherer, for the names on the lists.
    """

    def __init__(
        self,
        rules: FraudRules,
        fraud_from: int | None = None,
        pseudonyms: Pseudonyms = Pseudonyms(),  # noqa: B008 - immutable
    ) -> None:
        self._rules = rules
        self._lists = Lists.of(rules, pseudonyms)
        self._fraud_from = fraud_from
        self._by_id = {rule.id: rule for rule in rules.rules}

    def flag(self, evidence: Evidence) -> list[Found]:
        """Give what the rules find, in a fixed order."""
        found: list[Found] = []
        strands = Strands(evidence)
        for rule in self._rules.rules:
            if is_evaluated(rule):
                for entity_type in ("ip",) if rule.kind is RuleKind.SUCCESS_WHILE else rule.entities:
                    for entity in candidates(rule, entity_type, strands, self._by_id):
                        seen = Seen(entity_type, evidence.names[entity], of_entity(evidence, entity))
                        found += self._found(rule, seen, entity)
        return sorted(found, key=lambda one: one.alert.alert_id)

    def _found(self, rule: Rule, seen: Seen, source: int) -> Iterator[Found]:
        for entity, firings in self._firings(rule, seen):
            for episode in episodes(rule, firings):
                if (alert := alert_of(self._rules, rule, seen, episode, entity)) is None:
                    continue
                if holds(self._lists.blocked, alert):
                    alert = alert._replace(severity=Severity.HIGH, score=100)
                is_allowed = holds(self._lists.allowed, alert)
                outcome = SHADOWED if rule.state is State.SHADOW else SUPPRESSED if is_allowed else ALERTED
                yield Found(alert, outcome, source)

    def _firings(self, rule: Rule, seen: Seen) -> Iterator[tuple[tuple[str, str], list[Firing]]]:
        """Give the windows in which a rule fires, by entity."""
        itself = seen.entity_type, seen.entity
        if rule.kind in (RuleKind.MEASURE, RuleKind.SHARE):
            yield itself, list(measured(rule, seen))
        elif rule.kind is RuleKind.SUCCESS_WHILE:
            yield from self._hits(rule, seen)
        elif rule.kind in _OF_ABSENCE:
            yield itself, list(_OF_ABSENCE[rule.kind](rule, seen, self._fraud_from))
        else:
            yield itself, list(_OF_ORDER[rule.kind](rule, seen))

    def _hits(self, rule: Rule, seen: Seen) -> Iterator[tuple[tuple[str, str], list[Firing]]]:
        followed = [self._by_id[name] for name in rule.rules if is_evaluated(self._by_id[name])]
        found = list(hits(rule, seen, [firing for other in followed for firing in measured(other, seen)]))
        if "ip" in rule.entities:
            yield ("ip", seen.entity), found
        if "account" in rule.entities:
            by_account: dict[int, list[Firing]] = {}
            for firing in found:
                by_account.setdefault(firing.deciding[0].value, []).append(firing)
            for account, firings in by_account.items():
                yield ("account", seen.names[account]), firings
