"""The summary's part on fraud: how many alerts are open, those with the highest scores, and how good the rules are."""

from collections.abc import Iterator, Sequence

from pipeline.endpoints.sqlite_figures import FraudFigures, RuleQuality
from pipeline.report.text import aligned, columns, cut, many, padded, printable, wrapped

_BESIDE = 64
"""Columns that a reason needs to stand beside its alert; with fewer it stands below."""


def fraud_section(fraud: FraudFigures, width: int) -> Iterator[list[str]]:
    """Write the section; there is none where nothing was found."""
    if not (fraud.open or fraud.suppressed or fraud.shadowed or fraud.rules):
        return
    others = [
        *([f"{fraud.suppressed:,} suppressed by lists and reviews"] if fraud.suppressed else []),
        *([f"{fraud.shadowed:,} by rules in SHADOW"] if fraud.shadowed else []),
    ]
    head = "; ".join([f"Fraud: {many(fraud.open, 'open alert')}, {fraud.high:,} of them urgent", *others])
    scores = aligned("score", [alert.score for alert in fraud.top])[1:]
    names = [printable(f"{alert.rule_id}  {alert.entity_type} {alert.entity}") for alert in fraud.top]
    longest = max(map(columns, names), default=0)
    lines = []
    for score, name, alert in zip(scores, names, fraud.top, strict=True):
        room = width - len(f"  {score}  {'':{longest}}  ")
        if room >= _BESIDE:
            lines.append(f"  {score}  {padded(name, longest)}  {cut(alert.reason, room)}")
        else:
            lines += [cut(f"  {score}  {name}", width), *wrapped(alert.reason, width, " " * 9, most=3)]
    yield [*wrapped(head, width), *lines]
    if fraud.rules:
        yield [*wrapped("Rules by the reviews of their alerts", width), *_quality(fraud.rules, width)]


def _quality(rules: Sequence[RuleQuality], width: int) -> Iterator[str]:
    longest = max(columns(rule.rule_id) for rule in rules)
    for rule in rules:
        precision = "none decided" if rule.precision is None else f"precision {100 * rule.precision:.0f} %"
        text = (
            f"{precision}: {rule.confirmed:,} confirmed, {many(rule.false_positives, 'false positive')};"
            f" {rule.alerts:,} open"
        )
        line = f"  {padded(rule.rule_id, longest)}  {text}"
        if columns(line) <= width:
            yield line
        else:
            yield cut(f"  {rule.rule_id}", width)
            yield from wrapped(text, width, " " * 6)
