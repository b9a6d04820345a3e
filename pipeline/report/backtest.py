"""The result of a backtest for a person: pure text, for a terminal of any width."""

from collections.abc import Iterator, Sequence

from pipeline.backtesting.judging import Judged
from pipeline.backtesting.results import Judgement, Result, RuleSet, kinds, missed
from pipeline.report.tables import Table
from pipeline.report.text import cut_before, many, wrapped
from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.rules import Severity, State
from transforms.core.times import DAY, HOUR, MINUTE, SECOND, format_time

NARROWEST, WIDEST = 60, 120
IN_ALL = "in all"
_NONE = "-"


def summary(result: Result, width: int) -> str:
    """Write the result, no line wider than ``width`` (taken as 60 to 120)."""
    width = max(NARROWEST, min(width, WIDEST))
    sections = [
        _heading(result, width),
        *_alerts(result, width),
        *_no_alerts(result, width),
        *_examples(result, width),
        *(_judgement(result, result.judgement, width) if result.judgement else ()),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def _heading(result: Result, width: int) -> list[str]:
    read = result.read
    size = f": {many(result.files, 'file')}, {result.size / 1e6:,.1f} MB"
    name = cut_before(", ".join(result.inputs) or "the bundled sample", width - 11 - len(size))
    events = f"payments, logins and changes: {read.events:,}; refused, of all types: {read.refused:,}"
    facts = [
        ("Input", name + size),
        ("Events", events),
        *([("Time", f"{_time(read.first)} to {_time(read.last)}: {_days(read.days)}")] if read.events else []),
        ("New", _described(result.new)),
        ("Old", _described(result.old)),
    ]
    lines = [f"Millrace {result.version}, fraud rules on history"]
    for label, text in facts:
        first, *rest = wrapped(text, width, " " * 11)
        lines += [f"  {label:<9}{first.lstrip()}", *rest]
    if not read.events:
        lines += wrapped("NOTHING TO JUDGE: no payment, login or change was admitted. Check --input.", width, "  ")
    if result.new.digest == result.old.digest:
        lines += wrapped("Both sets of rules say the same.", width, "  ")
    return lines


def _described(rules: RuleSet) -> str:
    return f"{rules.name or 'the bundled rules'}, version {rules.version}, fingerprint {rules.digest[:12]}"


def _alerts(result: Result, width: int) -> Iterator[list[str]]:
    table = Table("Alerts", ("a day", "new", "high", "old", "high", "gained", "lost"))
    quiet = []
    for one in result.compared:
        if one.new.alerts or one.old.alerts or not one.rule:
            a_day = f"{one.new.alerts / result.read.days:,.1f}"
            counts = (one.new.alerts, one.new.high, one.old.alerts, one.old.high, len(one.gained), len(one.lost))
            table.add(one.rule or IN_ALL, (a_day, *map(_number, counts)))
        elif result.read.events:
            quiet.append(one.rule)
    yield [
        *table.lines(width),
        *(wrapped(f"No alert under either: {', '.join(quiet)}.", width, "  ") if quiet else []),
        *(line for text in _only_in_one(result) for line in wrapped(text, width, "  ")),
    ]


def _only_in_one(result: Result) -> Iterator[str]:
    """Say which rules are evaluated under one set only."""
    for these, those, name in ((result.new, result.old, "new"), (result.old, result.new, "old")):
        only = [rule for rule, state in these.states.items() if _runs(state) and not _runs(those.states.get(rule))]
        if only:
            yield f"Only evaluated under the {name} rules: {', '.join(only)}."


def _runs(state: State | None) -> bool:
    return state not in (None, State.PAUSED)


def _no_alerts(result: Result, width: int) -> Iterator[list[str]]:
    table = Table("Found, and no alerts", ("allowed", "(old)", "shadow", "(old)"))
    for one in result.compared:
        counts = (one.new.suppressed, one.old.suppressed, one.new.shadowed, one.old.shadowed)
        if any(counts):
            table.add(one.rule or IN_ALL, map(_number, counts))
    if table.rows:
        yield table.lines(width)


def _examples(result: Result, width: int) -> Iterator[list[str]]:
    rules = [one for one in result.compared if one.rule and (one.gained or one.lost)]
    if not rules or not result.examples:
        return
    lines = wrapped(f"Gained (+) and lost (-), up to {result.examples} of each rule, by score", width)
    for one in rules:
        lines += wrapped(one.rule, width, "  ")
        lines += _shown("+", one.gained, result.examples, width)
        lines += _shown("-", one.lost, result.examples, width)
    yield lines


def _shown(sign: str, alerts: Sequence[Alert], most: int, width: int) -> Iterator[str]:
    for alert in alerts[:most]:
        what = f"{alert.entity_type} {alert.entity}, {alert.severity}, score {alert.score}"
        first, *rest = wrapped(what, width, " " * 6)
        yield f"    {sign} {first.lstrip()}"
        yield from rest
        yield from wrapped(f"{_time(alert.first_event_time)} to {_time(alert.last_event_time)}", width, " " * 6)
        for reason in alert.reasons:
            yield from wrapped(str(reason["text"]), width, " " * 6)
    if more := len(alerts[most:]):
        yield f"    {sign} and {more:,} more"


def _judgement(result: Result, judgement: Judgement, width: int) -> Iterator[list[str]]:
    attacks = sum(label.is_attack for label in judgement.labels)
    negatives = many(len(judgement.labels) - attacks, "hard negative")
    table = Table("By rule", ("right", "found", "review", "high", "delay", "longest"))
    for new, old in zip(judgement.new, judgement.old, strict=True):
        if new.alerts or old.alerts or not new.rule:
            table.add(new.rule or IN_ALL, ())
            for name, judged in (("new", new), ("old", old)) if new != old else (("both", new),):
                table.add(f"  {name}", _judged(judged))
    yield [
        *wrapped(f"By the truth of {judgement.path}: {many(attacks, 'attack')}, {negatives}", width),
        *table.lines(width),
        *wrapped(
            "right: alerts about an attack (precision); found: attacks with an alert (recall); review, high: hard"
            " negatives with an alert, by severity; delay: from an attack's first event to the event that leads to an"
            " alert, the median and the longest.",
            width,
            "  ",
        ),
    ]
    scenarios = Table("By scenario", ("played", "new", "old"))
    for kind in kinds(judgement):
        scenarios.add(kind.scenario + ("" if kind.is_attack else " *"), map(_number, kind[2:]))
    if scenarios.rows:
        yield [*scenarios.lines(width), "  * innocent: no alert is best"]
    yield from _missed(result, judgement, width)


def _judged(judged: Judged) -> tuple[str, ...]:
    return (
        _percent(judged.right, judged.alerts),
        f"{len(judged.delays):,}/{judged.attacks:,} {_percent(len(judged.delays), judged.attacks)}",
        _number(judged.negatives_of(Severity.REVIEW)),
        _number(judged.negatives_of(Severity.HIGH)),
        _delay(judged.median_delay),
        _delay(judged.longest_delay),
    )


def _missed(result: Result, judgement: Judgement, width: int) -> Iterator[list[str]]:
    left = missed(judgement)
    if left and result.examples:
        old = judgement.old[-1].delays
        lines = [f"Attacks missed by the new rules: {len(left):,}"]
        for label in left[: result.examples]:
            names = "; ".join(f"{kind} {', '.join(names)}" for kind, names in label.entities.items())
            known = ", found by the old rules" if label.instance in old else ""
            text = f"{label.scenario} {label.instance}{known}: {_time(label.first)}; {names}"
            first, *rest = wrapped(text, width, " " * 4, most=3)
            lines += [f"  - {first.lstrip()}", *rest]
        if more := len(left[result.examples :]):
            lines.append(f"  - and {more:,} more")
        yield lines


def _percent(part: int, whole: int) -> str:
    """Write a part in per cent, rounded down: 100 is all."""
    return f"{100 * part // whole}%" if whole else _NONE


def _delay(micros: int | None) -> str:
    if micros is None:
        return _NONE
    for unit, name in ((DAY, "d"), (HOUR, "h")):
        if micros >= unit:
            return f"{micros / unit:.1f} {name}"
    return f"{micros // MINUTE} min" if micros >= MINUTE else f"{micros // SECOND} s"


def _days(days: float) -> str:
    return f"{days:.1f} days" if days > 1 else "taken as 1 day"


def _time(micros: int) -> str:
    return format_time(micros - micros % SECOND)


def _number(number: int) -> str:
    return f"{number:,}"
