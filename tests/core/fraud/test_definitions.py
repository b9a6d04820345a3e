"""What the rules find in random histories, against a plain reading of their definitions that shares no code."""

from random import Random
from typing import Any

import yaml

from options.fraud_rules import default_fraud_rules, parse_fraud_rules
from tests.core.fraud.judged import episodes_of, found_in, gathered
from tests.histories.counts import drawn
from tests.histories.fraud import admitted, fraud_events
from tests.oracle.fraud import episodes
from tests.oracle.fraud_records import Episode
from transforms.contracts import bundled_fraud_rules
from transforms.core.fraud.evidence import unite
from transforms.core.fraud.flagging import Flagger

OTHERS = """
version: other
rules:
  - {id: a.failures, pattern: account_takeover, kind: measure, entities: [ip, account], measure: failures, window: 30m,
     review: {value: 4, source: test}, high: {value: 9, source: test}, min_share: {value: 0.6, source: test}}
  - {id: a.slow, pattern: card_testing, kind: measure, entities: [ip, device, card, "merchant|bin"], measure: attempts,
     window: 3h, review: {value: 6, source: test}}
  - {id: a.cards, pattern: card_testing, kind: share, entities: [ip, account, "merchant|bin"], measure: cards,
     window: 2h, review: {value: 0.5, source: test}, at_least: {value: 4, source: test}}
  - {id: a.stuffed, pattern: account_takeover, kind: share, entities: [ip], measure: failed_accounts, window: 1h,
     review: {value: 0.7, source: test}, high: {value: 0.9, source: test}, at_least: {value: 5, source: test}}
  - {id: a.declined, pattern: card_testing, kind: share, entities: ["card|merchant", card], measure: declines,
     window: 24h, review: {value: 0.3, source: test}, at_least: {value: 3, source: test}}
  - {id: a.hit, pattern: account_takeover, kind: success_while, entities: [account], rules: [a.quick], window: 10m,
     severity: review}
  - {id: a.quick, pattern: account_takeover, kind: measure, entities: [ip], measure: failed_accounts, window: 10m,
     review: {value: 6, source: test}, state: SHADOW}
allow:
  - {entity_type: ip, entity: 192.0.2.1, reason: ours, until: 2026-09-17}
block:
  - {entity_type: device, entity: d1, reason: known}
"""
"""Rules of the same kinds about other things, over other windows."""


def told(found: list[Episode]) -> list[tuple[Any, ...]]:
    """Episodes to compare: shares and speeds come out of floating point."""
    return [(*one[:5], round(float(one.observed), 1), one.severity) for one in found]


@drawn(60, 1500, events=fraud_events())
def test_alerts_are_those_of_the_definitions(events):
    wanted = episodes(admitted(events), yaml.safe_load(bundled_fraud_rules()))
    assert told(episodes_of(found_in(events))) == told(wanted)


@drawn(60, 1500, events=fraud_events())
def test_rules_of_the_same_kinds_take_no_code(events):
    wanted = episodes(admitted(events), yaml.safe_load(OTHERS))
    assert told(episodes_of(found_in(events, parse_fraud_rules(OTHERS, "others.yaml")))) == told(wanted)


@drawn(20, 300, events=fraud_events())
def test_order_repeats_and_cuts_change_nothing(events):
    rules = default_fraud_rules()
    again = [*events, *events[::3]]
    Random(len(events)).shuffle(again)
    parts = [gathered(again[start : start + 20], rules, size=5) for start in range(0, len(again), 20)]
    whole, united = gathered(events, rules), unite(reversed(parts))
    assert Flagger(rules).flag(united) == Flagger(rules).flag(whole)
