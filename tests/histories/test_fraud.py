"""Histories of fraud are good events, in which every rule fires now and then."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from tests.histories.fraud import admitted, fraud_events
from tests.oracle.contracts import faults
from tests.oracle.fraud import episodes

RULES = yaml.safe_load((Path(__file__).parents[2] / "transforms/contracts/fraud_rules.yaml").read_text("utf-8"))
DRAWS = 300


ONE = settings(
    max_examples=1, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def histories() -> list[list[dict[str, Any]]]:
    """A few hundred histories, always the same, each drawn afresh as in ``counts.drawn``."""
    told: list[list[dict[str, Any]]] = []

    def tell(salt, events):
        assume(salt)
        told.append(events)

    for number in range(DRAWS):
        seed(number)(ONE(given(salt=st.integers(0, 2**64), events=fraud_events())(tell)))()
    return told


def test_rules_fire_often_and_not_always():
    told = histories()
    for events in told:
        assert not [event for event in events if faults(event["type"], event["data"])]
        assert not re.search(r"(\d[ -]?){13}", json.dumps(events))
    alerts = [episodes(admitted(events), RULES) for events in told]
    fired = Counter(rule for found in alerts for rule in {(one.rule_id, one.entity_type) for one in found})
    wanted = {(rule["id"], entity) for rule in RULES["rules"] for entity in rule["entities"]}
    assert set(fired) == wanted
    assert min(fired.values()) >= 5, fired
    assert max(fired.values()) <= len(told) / 2, fired
    assert len(told) / 10 <= sum(not found for found in alerts) <= len(told) / 2
    severities = Counter(one.severity for found in alerts for one in found)
    assert min(severities["review"], severities["high"]) >= len(told) / 10
