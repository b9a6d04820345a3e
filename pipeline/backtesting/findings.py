"""Findings: what a set of rules finds in a history, as records that a file holds."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from transforms.core.fraud.alerts import Alert
from transforms.core.fraud.flagging import ALERTED

Place = tuple[int, str, str, str]


class Finding(NamedTuple):
    """What a rule found, and what becomes of it; ``known_at`` in microseconds, as ``timing.Timer`` has it, or None."""

    alert: Alert
    outcome: str
    known_at: int | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Finding]).decode


def pack(findings: Sequence[Finding]) -> bytes:
    """Write findings as bytes."""
    return _encode(list(findings))


def unpack(data: bytes) -> list[Finding]:
    """Read findings from bytes."""
    return _decode(data)


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Give each alert once, in order of time; of two slots that tell of one, that which saw more is believed."""
    believed: dict[str, Finding] = {}
    for finding in sorted(findings, key=_trust):
        believed[finding.alert.alert_id] = finding
    return sorted(believed.values(), key=lambda finding: place(finding.alert))


def alerts(findings: Iterable[Finding]) -> list[Alert]:
    """Give those that are alerts: neither suppressed nor in shadow."""
    return [finding.alert for finding in findings if finding.outcome == ALERTED]


def place(alert: Alert) -> Place:
    """Say where an alert stands in order of time."""
    return alert.window_start, alert.rule_id, alert.entity_type, alert.entity


def overlaps(one: Alert, other: Alert) -> bool:
    """Tell whether the windows of two alerts have a moment in common."""
    return one.window_start <= other.window_end and other.window_start <= one.window_end


def _trust(finding: Finding) -> tuple[int, str]:
    return finding.alert.evidence_seen, repr(finding)
