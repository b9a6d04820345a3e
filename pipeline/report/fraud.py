"""The summary's part on fraud: how many alerts are open, and those with the highest scores."""

from collections.abc import Iterator

from pipeline.endpoints.sqlite_figures import FraudFigures
from pipeline.report.text import aligned, columns, cut, many, padded, printable, wrapped

_BESIDE = 64
"""Columns that a reason needs to stand beside its alert; with fewer it stands below."""


def fraud_section(fraud: FraudFigures, width: int) -> Iterator[list[str]]:
    """Write the section; there is none where nothing was found."""
    if not (fraud.open or fraud.suppressed or fraud.shadowed):
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
