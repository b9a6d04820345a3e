"""Timing: by when, in event time, an alert would have been known."""

from bisect import bisect_left

import numpy as np

from pipeline.backtesting.findings import overlaps
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.evidence import Evidence, of_entity
from transforms.core.fraud.flagging import Flagger, Found
from transforms.core.fraud.rules import FraudRules


class Timer:
    """Finds the event with which an alert comes: one that is told by the facts up to it, and not by those before.

    Where more happens in a minute than evidence keeps, the moment may be up to a minute late.

    Args:
        rules: the set that the alerts are of.
        fraud_from: as of Flagger.
    """

    def __init__(self, rules: FraudRules, fraud_from: int | None) -> None:
        self._rules = rules
        self._fraud_from = fraud_from
        self._by_id = {rule.id: rule for rule in rules.rules}
        self._flaggers: dict[str, Flagger] = {}

    def known_at(self, evidence: Evidence, found: Found) -> int:
        """Give the time of that event, in microseconds; ``evidence`` is that of the slot."""
        alert = found.alert
        facts = of_entity(evidence, found.source)
        within = (facts.rows["time"] >= alert.first_event_time) & (facts.rows["time"] <= alert.last_event_time)
        times = np.unique(facts.rows["time"][within]).tolist()
        index = bisect_left(times, True, key=lambda time: self._is_told(facts, time, alert))
        return int(times[index]) if index < len(times) else alert.last_event_time

    def _is_told(self, facts: Evidence, until: int, alert: Alert) -> bool:
        known = facts._replace(rows=facts.rows[facts.rows["time"] <= until])
        return any(
            _is_about_the_same(one.alert, alert) and overlaps(one.alert, alert)
            for one in self._flagger(alert.rule_id).flag(known)
        )

    def _flagger(self, rule_id: str) -> Flagger:
        """Give a flagger of one rule; those that it follows are there for it alone, and flag no entity themselves."""
        if rule_id not in self._flaggers:
            rule = self._by_id[rule_id]
            followed = [self._by_id[name]._replace(entities=()) for name in rule.rules]
            self._flaggers[rule_id] = Flagger(self._rules._replace(rules=(rule, *followed)), self._fraud_from)
        return self._flaggers[rule_id]


def _is_about_the_same(one: Alert, other: Alert) -> bool:
    return (one.rule_id, one.entity_type, one.entity) == (other.rule_id, other.entity_type, other.entity)
