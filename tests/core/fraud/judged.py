"""Judging events by rules without Beam: what the code under test makes of them, in the words of the oracle."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from options.fraud_rules import default_fraud_rules
from tests.oracle.fraud_records import Episode
from tests.oracle.records import Admitted
from transforms.core.fraud.evidence import Evidence, unite, unpack
from transforms.core.fraud.flagging import ALERTED, Flagger, Found
from transforms.core.fraud.gathering import Gatherer
from transforms.core.fraud.rules import FraudRules
from transforms.core.records import Event
from transforms.core.times import parse_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_of(told: dict[str, Any]) -> Event:
    """The event that a CloudEvent becomes."""
    return Event(told["id"], told["source"], told["type"], parse_time(told["time"]), told["data"], 1)


def event_of_admitted(told: Admitted) -> Event:
    """The same of an event that the oracle takes."""
    time = (told.time - _EPOCH) // timedelta(microseconds=1)
    return Event(told.identity[1], told.identity[0], told.contract, time, told.data, 1)


def gathered(events: Iterable[dict[str, Any]], rules: FraudRules, size: int = 10_000) -> Evidence:
    """The evidence of events, flushed after each ``size`` of them and united."""
    gatherer = Gatherer(rules, seed=7, slots=3)
    told = [event_of(event) for event in events]
    parts = []
    for start in range(0, len(told), size):
        gatherer.add(told[start : start + size])
        parts += [unpack(part) for _, part in gatherer.flush()]
    return unite(parts)


def found_in(events: Iterable[dict[str, Any]], rules: FraudRules | None = None, **options: Any) -> list[Found]:
    """What the rules, the default ones if none are given, find in events."""
    rules = rules or default_fraud_rules()
    return Flagger(rules, **options).flag(gathered(events, rules))


def episodes_of(found: Iterable[Found]) -> list[Episode]:
    """Alerts as the oracle tells them."""
    return sorted(
        Episode(
            alert.rule_id,
            alert.entity_type,
            alert.entity,
            _moment(alert.window_start),
            _moment(alert.window_end),
            float(alert.reasons[0]["observed"]),
            str(alert.severity),
        )
        for alert in (one.alert for one in found if one.outcome == ALERTED)
    )


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
