"""The result of a backtest for a program: one JSON object."""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.backtesting.comparing import Compared, Counts
from pipeline.backtesting.judging import Judged
from pipeline.backtesting.results import Judgement, Result, RuleSet, kinds, missed
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.rules import Severity
from transforms.core.times import SECOND, format_time


def as_json(result: Result) -> str:
    """Write the result; times are RFC 3339 texts, delays are seconds, and what does not exist is null."""
    *rules, in_all = (_compared(one, result) for one in result.compared)
    read = result.read
    content = {
        "version": result.version,
        "input": {"patterns": list(result.inputs), "files": result.files, "bytes": result.size},
        "events": read.events,
        "refused": read.refused,
        "first_event_time": format_time(read.first) if read.events else None,
        "last_event_time": format_time(read.last) if read.events else None,
        "days": round(read.days, 6),
        "new": _rules(result.new),
        "old": _rules(result.old),
        "in_all": in_all,
        "rules": rules,
        "labels": _judgement(result.judgement, result.examples) if result.judgement else None,
    }
    return json.dumps(content, indent=2)


def _rules(rules: RuleSet) -> dict[str, Any]:
    return {"file": rules.name or None, "version": rules.version, "digest": rules.digest}


def _compared(one: Compared, result: Result) -> dict[str, Any]:
    states = {"new_state": result.new.states.get(one.rule), "old_state": result.old.states.get(one.rule)}
    return {
        **({"rule": one.rule, **states} if one.rule else {}),
        "alerts_a_day": round(one.new.alerts / result.read.days, 6),
        "new": _counts(one.new),
        "old": _counts(one.old),
        "gained": len(one.gained),
        "lost": len(one.lost),
        **({"examples": _examples(one, result.examples)} if one.rule else {}),
    }


def _counts(counts: Counts) -> dict[str, int]:
    return counts._asdict()


def _examples(one: Compared, most: int) -> dict[str, Any]:
    return {"gained": _alerts(one.gained[:most]), "lost": _alerts(one.lost[:most])}


def _alerts(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    return [
        {
            "entity_type": alert.entity_type,
            "entity": alert.entity,
            "severity": alert.severity,
            "score": alert.score,
            "window_start": format_time(alert.window_start),
            "window_end": format_time(alert.window_end),
            "first_event_time": format_time(alert.first_event_time),
            "last_event_time": format_time(alert.last_event_time),
            "reasons": [reason["text"] for reason in alert.reasons],
        }
        for alert in alerts
    ]


def _judgement(judgement: Judgement, most: int) -> dict[str, Any]:
    *rules, in_all = (
        {**({"rule": new.rule} if new.rule else {}), "new": _judged(new), "old": _judged(old)}
        for new, old in zip(judgement.new, judgement.old, strict=True)
    )
    attacks = sum(label.is_attack for label in judgement.labels)
    left = missed(judgement)
    return {
        "file": judgement.path,
        "attacks": attacks,
        "hard_negatives": len(judgement.labels) - attacks,
        "in_all": in_all,
        "rules": rules,
        "scenarios": [kind._asdict() for kind in kinds(judgement)],
        "missed": len(left),
        "missed_examples": [label.instance for label in left[:most]],
    }


def _judged(judged: Judged) -> dict[str, Any]:
    return {
        "alerts": judged.alerts,
        "about_attacks": judged.right,
        "precision": _rounded(judged.precision),
        "attacks_found": len(judged.delays),
        "recall": _rounded(judged.recall),
        "hard_negatives": {severity: judged.negatives_of(severity) for severity in Severity},
        "delay_median_seconds": _seconds(judged.median_delay),
        "delay_longest_seconds": _seconds(judged.longest_delay),
    }


def _rounded(part: float | None) -> float | None:
    return None if part is None else round(part, 6)


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / SECOND
