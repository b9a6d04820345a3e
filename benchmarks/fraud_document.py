"""The evaluation as a document: figures in tables, and what they are worth."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.document import table
from benchmarks.fraud_figures import (
    ORDINARY,
    PER,
    Attacks,
    Negatives,
    Outcome,
    attacks,
    by_rule,
    cases,
    false_alerts,
    middle_and_most,
    missed,
    negatives,
)
from benchmarks.fraud_labels import ATTACK, HARD_NEGATIVE
from benchmarks.fraud_runs import MIX, Size
from transforms.core.fraud.rules import Severity
from transforms.core.times import format_time

BY_HAND = "<!-- From here on by hand: make evaluate keeps it. -->"
LEAST_RECALL = 0.95
MOST_FALSE = 1.0
MOST_HIGH = 0
TEXT = """# How well the fraud rules find what was played

Written by `{command}`; down to the mark near the end nothing is typed by hand.

Each of {seeds} histories (seeds {first} to {last}) is simulated by `python -m pipeline.simulate --duration {days}d
--mix {mix} --events {events} --attacks {attacks} --hard_negatives {hard_negatives}`, so that there are
{per_day:,} ordinary payments, logins and changes a day, and run through `python -m pipeline --no_archive` with the
default rules and without `--fraud_from`. The open alerts in the store are then matched with the simulator's labels.
[fraud.md](fraud.md) says what is played and what the rules are.

An alert *belongs* to the attack or hard negative that has most of the events that decided it (at most 50 are named);
where none has any, to one that is about the same entity at the same time; else to ordinary traffic. A *case* is an
entity with alerts, in one history; it is false if none of them belongs to an attack. Of {alerts:,} alerts {mixed} were
decided by events of more than one.

## What the figures are worth

* Thresholds come from the sources that stand beside them in the rules file. What was changed after a
  look at figures is told below; no number of the simulator was changed because a rule missed something.
* But whoever wrote the simulator had read the rule table. What is played is what the rules look for, in wide ranges;
  an attack that nobody thought of is not among it. Recall here says that the rules do what they say over sizes and
  paces, not how much of real fraud they find.
* Ordinary traffic was made so that no rule has cause to fire, and a test holds it to that: where it has no false
  alerts, this says that crowds do not add up to alerts, and nothing about real customers. The hard negatives are
  the better measure, and they are far denser here than in life: {hard_negatives} in {days} days.
* Customers are seen for {days} days at most before they are attacked: rules on what is new to an account know little.
* Delays are in event time. What comes on top is how long an event takes to arrive, and for a live run to write.

## Targets

{targets}

False cases are counted against payments, logins and changes alone, {counted:,} in all with those of scenarios. In the
simulator's usual mix, with page views and requests, one event in eight is of these kinds, and the figure is an eighth.

## Attacks

The delay is from the attack's first event to the one with which an alert was due: the same functions judged its
entities' events up to earlier moments again. *With event* counts the attack's events by then, the first included.
Medians, and the greatest behind them.

{found}

How many of them each rule found:

{rules_of_attacks}

{missed}

## Hard negatives

{negatives}

{false_alerts}

## Alerts by rule

{by_rule}

## By history

{by_seed}
"""


def document(outcomes: Sequence[Outcome], size: Size, command: str) -> str:
    """Write the document, but for what is written by hand."""
    return TEXT.format(
        command=command,
        seeds=len(outcomes),
        first=outcomes[0].seed,
        last=outcomes[-1].seed,
        days=size.days,
        mix=MIX,
        events=size.events,
        attacks=size.attacks,
        hard_negatives=size.hard_negatives,
        per_day=size.events // size.days,
        alerts=sum(len(one.owned) for one in outcomes),
        mixed=sum(one.mixed for one in outcomes),
        targets=_targets(outcomes),
        counted=sum(one.counted for one in outcomes),
        found=table(
            ("attack", "found", "of", "delay", "with event"),
            *(_attack_row(row) for row in attacks(outcomes)),
        ),
        rules_of_attacks=_lines((row.scenario, row.rules) for row in attacks(outcomes)),
        missed=_missed(outcomes),
        negatives=table(
            ("hard negative", "played", "with alerts", "alerts for review", "high", "rules"),
            *(_negative_row(row) for row in negatives(outcomes)),
        ),
        false_alerts=_false_alerts(outcomes),
        by_rule=_by_rule(outcomes),
        by_seed=_by_seed(outcomes),
    )


def kept(before: str) -> str:
    """Give what was written by hand in an earlier document, the mark included; nothing where there is none."""
    _, mark, text = before.partition(BY_HAND)
    return mark and f"\n{mark}{text}"


def _targets(outcomes: Sequence[Outcome]) -> str:
    rows = attacks(outcomes)
    found, played = sum(row.found for row in rows), sum(row.played for row in rows)
    of = cases(outcomes)
    counted = sum(one.counted for one in outcomes)
    high = sum(row.severities.get(Severity.HIGH, 0) for row in negatives(outcomes))
    recall, false, ordinary = found / max(played, 1), PER * of.false / counted, PER * of.ordinary / counted
    return table(
        ("", "found", "is to be"),
        ("attacks found", f"{recall:.1%} ({found} of {played})", _holds("at least 95 %", recall >= LEAST_RECALL)),
        (
            "false cases per 100,000 events",
            f"{false:.2f} ({of.false})",
            _holds("at most 1", false <= MOST_FALSE),
        ),
        ("... of ordinary traffic", f"{ordinary:.2f} ({of.ordinary})", ""),
        ("high alerts of hard negatives", str(high), _holds("none", high <= MOST_HIGH)),
        ("precision of cases", f"{of.precision:.1%} ({of.true} of {of.true + of.false})", ""),
    )


def _holds(target: str, holds: bool) -> str:
    return f"{target}: {'holds' if holds else '**does not hold**'}"


def _attack_row(row: Attacks) -> tuple[str, ...]:
    times = middle_and_most([delay.seconds for delay in row.delays])
    numbers = middle_and_most([delay.events for delay in row.delays])
    delay = f"{spoken(times[0])} (to {spoken(times[1])})" if times else "-"
    number = f"{numbers[0]:g} (to {numbers[1]:g})" if numbers else "-"
    return row.scenario, str(row.found), str(row.played), delay, number


def spoken(seconds: float) -> str:
    """Tell a time by its greatest unit, to one decimal."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def _lines(rows: Iterable[tuple[str, Mapping[str, int]]]) -> str:
    return "\n".join(f"* {scenario}: {_rules(rules)}" for scenario, rules in rows)


def _rules(rules: Mapping[str, int]) -> str:
    ordered = sorted(rules.items(), key=lambda rule: (-rule[1], rule[0]))
    return ", ".join(f"{name} {number}" for name, number in ordered) or "-"


def _missed(outcomes: Sequence[Outcome]) -> str:
    found = missed(outcomes)
    told = [
        f"* {one.name}, {one.scenario}: {len(one.events)} events, {format_time(one.first)} to {format_time(one.last)}"
        for one in found
    ]
    return "\n".join(["Not found:", "", *told]) if told else "None was missed."


def _negative_row(row: Negatives) -> tuple[str, ...]:
    review, high = (str(row.severities.get(severity, 0)) for severity in (Severity.REVIEW, Severity.HIGH))
    return row.scenario, str(row.played), str(row.alerted), review, high, _rules(row.rules)


def _false_alerts(outcomes: Sequence[Outcome]) -> str:
    told = [
        f"* {owner.name if owner else ORDINARY}: {alert.rule_id}, {alert.severity}, {alert.entity[0]} {alert.entity[1]}"
        for alert, owner in false_alerts(outcomes)
    ]
    return "\n".join(
        ["Each of the false alerts:" if told else "There is no false alert.", *([""] if told else []), *told]
    )


def _by_rule(outcomes: Sequence[Outcome]) -> str:
    labels = (ATTACK, HARD_NEGATIVE, ORDINARY)
    rows = ((rule, *(str(found[label]) for label in labels)) for rule, found in by_rule(outcomes).items())
    return table(("rule", "of attacks", "of hard negatives", "of ordinary traffic"), *rows)


def _by_seed(outcomes: Sequence[Outcome]) -> str:
    rows: list[tuple[str, ...]] = [("seed", "events", "attacks found", "of", "true cases", "false cases", "alerts")]
    for outcome in outcomes:
        of, played = cases([outcome]), sum(one.label == ATTACK for one in outcome.instances)
        found = played - len(missed([outcome]))
        numbers = found, played, of.true, of.false, len(outcome.owned)
        rows.append((str(outcome.seed), f"{outcome.counted:,}", *map(str, numbers)))
    return table(*rows)
