"""Fraud: which alerts there must be, by the definitions of docs/fraud.md taken literally, with no caps.

Everything is looked at for every rule and entity again: a few hundred events are a second.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.fraud_history import history_of
from tests.oracle.fraud_measures import fires_by_measure, fires_by_share
from tests.oracle.fraud_orders import (
    fires_by_amounts,
    fires_by_chain,
    fires_by_changed,
    fires_by_failures_then_success,
    fires_by_success_while,
    fires_by_travel,
)
from tests.oracle.fraud_records import DAY, Attempt, Episode, Firing, History, Login, Rule, duration, number
from tests.oracle.records import Admitted

SHARED = 10
"""From how many normal accounts on an IP is shared."""
KINDS = {
    "measure": fires_by_measure,
    "share": fires_by_share,
    "amounts": fires_by_amounts,
    "failures_then_success": fires_by_failures_then_success,
    "travel": fires_by_travel,
    "chain": fires_by_chain,
    "changed": fires_by_changed,
}


def episodes(events: Iterable[Admitted], rules: dict[str, Any]) -> list[Episode]:
    """Give the alerts of some events, sorted, by the rules of a parsed file.

    An event that comes more than once, by its identity, counts once: the first by time and then by the data's repr.
    A rule in state SHADOW fires, for a rule that names it, but gives no alert; one in state PAUSED does not fire.
    """
    history = history_of(events)
    return sorted(
        _episode(rule, group, rules, history)
        for rule in rules["rules"]
        if rule.get("state", "ACTIVE") == "ACTIVE"
        for group in merged(firings(rule, rules, history), min(duration(rule["window"]), DAY))
        if not (_is_listed(rules.get("allow"), group) or _is_crowd(rule, group, history))
    )


def _is_crowd(rule: Rule, group: list[Firing], history: History) -> bool:
    """Tell whether an IP is a shared one where the bad things alone are too few in every window."""
    observed = max(firing.observed for firing in group)
    return _has_few_bad(rule, group) and _is_shared(rule, group, observed, history)


def _has_few_bad(rule: Rule, group: list[Firing]) -> bool:
    is_measured = rule["kind"] == "measure" and group[0].entity_type == "ip"
    return is_measured and max(firing.bad or 0 for firing in group) < number(rule, "review")


def _is_shared(rule: Rule, group: list[Firing], observed: Fraction, history: History) -> bool:
    return max(SHARED, _bad(rule, group, observed)) <= _normal_accounts(group, history)


def firings(rule: Rule, rules: dict[str, Any], history: History) -> list[Firing]:
    """Give the windows in which a rule fires."""
    if rule["kind"] != "success_while":
        return KINDS[rule["kind"]](rule, history)
    named = [other for other in rules["rules"] if other["id"] in rule["rules"] and other.get("state") != "PAUSED"]
    alarms = [alarm for other in named for alarm in firings(other, rules, history)]
    return fires_by_success_while(rule, alarms, history)


def merged(firings: list[Firing], gap: timedelta) -> list[list[Firing]]:
    """Group the windows of each entity: one that begins later than the gap after all before it ended is the next's."""
    by_entity: dict[tuple[str, str], list[list[Firing]]] = defaultdict(list)
    for firing in sorted(firings):
        groups = by_entity[firing.entity_type, firing.entity]
        if groups and firing.start <= max(one.end for one in groups[-1]) + gap:
            groups[-1].append(firing)
        else:
            groups.append([firing])
    return [group for groups in by_entity.values() for group in groups]


def _episode(rule: Rule, group: list[Firing], rules: dict[str, Any], history: History) -> Episode:
    """Make one alert of the windows of an episode."""
    accounts = {firing.account for firing in group} - {""}
    observed = Fraction(len(accounts)) if accounts else max(firing.observed for firing in group)
    severity = rule.get("severity", "review")
    if rule["kind"] == "chain" and any(firing.bad for firing in group):
        severity = "high"
    if rule["kind"] != "chain" and "high" in rule and observed >= number(rule, "high"):
        severity = "high"
    shown = observed * 100 if rule["kind"] == "share" else observed
    if _has_few_bad(rule, group) or (group[0].entity_type == "ip" and _is_shared(rule, group, observed, history)):
        severity = "review"
    if _is_listed(rules.get("block"), group):
        severity = "high"
    start, end = group[0].start, max(firing.end for firing in group)
    told = int(shown) if shown.denominator == 1 else float(shown)
    return Episode(rule["id"], group[0].entity_type, group[0].entity, start, end, told, severity)


def _bad(rule: Rule, group: list[Firing], observed: Fraction) -> int:
    """Give the number of bad things in the first window in which most was observed; of hits, of all of them."""
    if rule["kind"] not in ("measure", "share"):
        return int(observed)
    return next(firing.bad or 0 for firing in group if firing.observed == observed)


def _normal_accounts(group: list[Firing], history: History) -> int:
    """Count the accounts with an approved payment or a success at the IP, from the alert's start to its end.

    Those that are the alert's own are none.
    """
    start, end = group[0].start, max(firing.end for firing in group)
    acts: list[Attempt | Login] = [*history.approved, *history.successes]
    there = [act for act in acts if act.parts["ip"] == group[0].entity and start <= act.time < end]
    return len({act.account for act in there} - {"", *(firing.account for firing in group)})


def _is_listed(entries: list[dict[str, Any]] | None, group: list[Firing]) -> bool:
    """Tell whether a list has the entity at the time of the first event; an entry ends as its day begins (UTC)."""
    first = min(firing.first for firing in group)
    return any(
        (entry["entity_type"], entry["entity"]) == (group[0].entity_type, group[0].entity)
        and (entry.get("until") is None or first.astimezone(UTC).date() < date.fromisoformat(str(entry["until"])))
        for entry in entries or ()
    )
