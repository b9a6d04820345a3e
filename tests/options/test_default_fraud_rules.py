"""The default fraud rules, checked by hand; what comes of mutations of their file; what their digest tells apart."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from options.faults import UsageError, render_faults
from options.fraud_rules import default_fraud_rules, digest_of, parse_fraud_rules
from transforms.contracts import bundled_contracts, bundled_fraud_rules
from transforms.core.fraud.rules import MOST, FraudRules, Listed, Rule, RuleKind, Severity, State

TEXT = bundled_fraud_rules()
MINUTES = 60 * 1_000_000
CARDS, TAKEOVER = "card_testing", "account_takeover"
STUFFING = ("takeover.credential_stuffing", "takeover.credential_stuffing_slow")


def measure(name: str, pattern: str, entities: tuple[str, ...], minutes: int, measure: str, **more: Any) -> Rule:
    return Rule(name, pattern, RuleKind.MEASURE, entities, minutes * MINUTES, measure=measure, **more)


RULES = (
    measure("card_testing.cards_per_ip", CARDS, ("ip",), 60, "cards", review=5, high=10, min_share=0.25),
    measure("card_testing.cards_per_device", CARDS, ("device",), 60, "cards", review=4, high=8, min_share=0.25),
    measure("card_testing.declines_per_ip", CARDS, ("ip",), 60, "declines", review=6, high=15, min_share=0.25),
    measure("card_testing.attempts", CARDS, ("ip", "device"), 10, "attempts", review=11, high=30, min_share=0.25),
    Rule(
        "card_testing.decline_ratio",
        CARDS,
        RuleKind.SHARE,
        ("ip",),
        5 * MINUTES,
        measure="attempts",
        review=0.4,
        high=0.8,
        at_least=10,
    ),
    measure("card_testing.card_retries", CARDS, ("card|merchant",), 1440, "declines", review=10),
    measure("card_testing.bin_attack", CARDS, ("merchant|bin",), 10, "cards", review=10, high=25, min_share=0.5),
    measure("card_testing.small_cards", CARDS, ("ip", "device"), 60, "small_cards", review=8, high=20, min_share=0.8),
    measure("card_testing.bin_slow", CARDS, ("merchant|bin",), 60, "cards", review=30, min_share=0.3),
    measure("card_testing.card_declines", CARDS, ("card",), 60, "declines", review=8),
    Rule(
        "card_testing.probe_then_spend",
        CARDS,
        RuleKind.AMOUNTS,
        ("card",),
        60 * MINUTES,
        below=Decimal(1),
        above=Decimal(500),
        severity=Severity.REVIEW,
    ),
    Rule(
        "card_testing.probe_then_spend_elsewhere",
        CARDS,
        RuleKind.AMOUNTS,
        ("card",),
        1440 * MINUTES,
        below=Decimal(5),
        above=Decimal(100),
        history=60 * MINUTES,
        severity=Severity.REVIEW,
    ),
    measure("takeover.guessing", TAKEOVER, ("account",), 10, "failures", review=10),
    measure("takeover.guessing_slow", TAKEOVER, ("account",), 1440, "failures", review=40),
    Rule(
        "takeover.failures_then_success",
        TAKEOVER,
        RuleKind.FAILURES_THEN_SUCCESS,
        ("account",),
        10 * MINUTES,
        review=5,
        high=20,
    ),
    measure(STUFFING[0], TAKEOVER, ("ip",), 5, "failed_accounts", review=16, high=50, min_share=0.5),
    measure(STUFFING[1], TAKEOVER, ("ip",), 30, "failed_accounts", review=25, high=64, min_share=0.5),
    measure(
        "takeover.accounts_per_device", TAKEOVER, ("device",), 60, "failed_accounts", review=6, high=24, min_share=0.5
    ),
    Rule(
        "takeover.stuffing_hit",
        TAKEOVER,
        RuleKind.SUCCESS_WHILE,
        ("ip", "account"),
        30 * MINUTES,
        rules=STUFFING,
        severity=Severity.HIGH,
    ),
    Rule(
        "takeover.impossible_travel",
        TAKEOVER,
        RuleKind.TRAVEL,
        ("account",),
        1440 * MINUTES,
        kmh=900,
        km=100,
        severity=Severity.REVIEW,
    ),
    Rule(
        "takeover.chain",
        TAKEOVER,
        RuleKind.CHAIN,
        ("account",),
        1440 * MINUTES,
        changes=("password", "email", "phone", "address", "payout"),
        amount=Decimal(200),
        times=3,
        high=2,
        history=1440 * MINUTES,
        severity=Severity.REVIEW,
    ),
    Rule(
        "takeover.payout_change",
        TAKEOVER,
        RuleKind.CHANGED,
        ("account",),
        1440 * MINUTES,
        changes=("payout",),
        history=1440 * MINUTES,
        severity=Severity.REVIEW,
    ),
)


def test_the_default_rules_are_those_checked_by_hand() -> None:
    rules = default_fraud_rules()
    assert (rules.version, rules.allow, rules.block) == ("2026-11-24", (), ())
    assert tuple(rule._replace(sources={}) for rule in rules.rules) == RULES
    assert {rule.state for rule in rules.rules} == {State.ACTIVE}
    assert all(isinstance(rule.review, int) for rule in rules.rules if rule.kind != RuleKind.SHARE)
    assert max(rule.high or 0 for rule in rules.rules) == MOST


def test_each_threshold_has_its_source() -> None:
    thresholds = (
        "review",
        "high",
        "min_share",
        "at_least",
        "below",
        "above",
        "kmh",
        "km",
        "amount",
        "times",
        "history",
    )
    for rule in default_fraud_rules().rules:
        assert set(rule.sources) == {name for name in thresholds if getattr(rule, name)}
        assert all(rule.sources.values())
    retries = default_fraud_rules().rules[5]
    assert retries.sources == {"review": "Mastercard's daily limit of retries"}


def test_the_rules_are_no_contract() -> None:
    assert not [name for name in bundled_contracts() if "fraud_rules" in name]


def rules_or_faults(text: str) -> FraudRules | None:
    """Nothing but rules and a UsageError that can be told comes of a text."""
    try:
        return parse_fraud_rules(text, "r.yaml")
    except UsageError as error:
        faults = error.faults
    assert render_faults(faults).encode()  # half a character would raise
    assert all("r.yaml" in fault.given and fault.expected and fault.example for fault in faults)
    return None


LINES = TEXT.splitlines(keepends=True)
PIECES = st.sampled_from(
    [
        *"{}[]:,-?&*!|>'\"%@`#\n\t ~=\\",
        *("<<: ", "&a ", "*a", "!!int ", "!!binary ", "---\n", "...\n", "null", ".inf", "-1", "1" * 5000, "2026-99-99"),
        *('"\\ud800"', '"\\UFFFFFFFF"', "\x00", "\ufeff", "value", "kind", "measure: cards"),
    ]
)
PLACES = st.integers(0, len(TEXT))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PLACES, st.integers(0, 30), PIECES | st.text(max_size=8)), min_size=1, max_size=3))
def test_no_mutation_is_anything_but_rules_or_faults(changes: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for place, length, piece in changes:
        text = text[:place] + piece + text[place + length :]
    rules_or_faults(text)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=5), st.randoms())
def test_lines_may_be_lost_repeated_and_moved(numbers: list[int], rng: Any) -> None:
    lines = list(LINES)
    for number in numbers:
        lines[rng.randrange(len(lines))] = LINES[number]
    rules_or_faults("".join(lines))


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(PIECES, max_size=20).map("".join))
@example("? ? ? a")
@example("version: !!python/object/apply:os.getcwd []")
def test_no_text_is_anything_but_rules_or_faults(text: str) -> None:
    assert rules_or_faults(text) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_value_at_any_key_is_rules_or_faults(data: st.DataObject) -> None:
    document = yaml.safe_load(TEXT)
    entry = {"entity_type": "ip", "entity": "192.0.2.1", "reason": "r", "until": "2027-01-01"}
    document["allow"] = [entry]
    record = data.draw(st.sampled_from([document, *document["rules"], entry]))
    key = data.draw(st.sampled_from(sorted(record)))
    threshold = isinstance(record[key], dict) and data.draw(st.booleans())
    inner = record[key] if threshold else record
    inner["value" if threshold else key] = data.draw(VALUES)
    rules_or_faults(yaml.safe_dump(document))


@pytest.mark.parametrize("flow", [True, False, None])
@pytest.mark.parametrize("ordered", [True, False])
def test_layout_and_comments_do_not_change_the_digest(flow: bool | None, ordered: bool) -> None:
    written = yaml.safe_dump(yaml.safe_load(TEXT), default_flow_style=flow, sort_keys=ordered, width=40)
    assert written != TEXT
    assert parse_fraud_rules("# another\n" + written, "r.yaml") == default_fraud_rules()


def test_spellings_of_a_value_do_not_change_the_digest() -> None:
    text = TEXT.replace("window: 1h", "window: 60m").replace("value: 0.40", "value: 0.4").replace("1.00", "1.0")
    text = text.replace("200.00", "200").replace("[ip, device]", "[device, ip]").replace("\n", "\r\n")
    assert parse_fraud_rules(text, "r.yaml").digest == default_fraud_rules().digest


@given(st.permutations(default_fraud_rules().rules))
def test_the_order_of_rules_does_not_change_the_digest(rules: list[Rule]) -> None:
    assert digest_of(default_fraud_rules()._replace(rules=tuple(rules))) == default_fraud_rules().digest


def others(value: Any) -> list[Any]:
    """Values like one, but different."""
    if isinstance(value, dict):
        return [value | {key: f"{source}!"} for key, source in value.items()]
    if isinstance(value, tuple):
        return [(*value, "x"), *([value[1:]] if value else [])]
    if isinstance(value, str):
        return [f"{value}!"]
    return [1] if value is None else [value + 1]


def test_each_value_changes_the_digest() -> None:
    rules = default_fraud_rules()._replace(allow=(Listed("ip", "a", "r", 5),), block=(Listed("ip", "b", "r"),))
    changed = [rules, rules._replace(version="2"), rules._replace(rules=rules.rules[1:])]
    changed += [
        rules._replace(allow=()),
        rules._replace(block=()),
        rules._replace(allow=rules.block, block=rules.allow),
    ]
    for number, rule in enumerate(rules.rules):
        for name, value in rule._asdict().items():
            for other in others(value):
                mine = (*rules.rules[:number], rule._replace(**{name: other}), *rules.rules[number + 1 :])
                changed.append(rules._replace(rules=mine))
    for name, value in rules.allow[0]._asdict().items():
        changed += [rules._replace(allow=(rules.allow[0]._replace(**{name: other}),)) for other in others(value)]
    digests = [digest_of(each) for each in changed]
    assert len(set(digests)) == len(digests) > 14 * 20


def test_a_digest_stays_what_it_is() -> None:
    rules = FraudRules("1", (Rule("a", CARDS, RuleKind.AMOUNTS, ("card",), 1, below=Decimal("1.50")),))
    assert digest_of(rules) == digest_of(rules._replace(digest="x"))
    assert digest_of(rules) == "b3a83167696df7fda57a93186687d4aa22802c668e20e4d400aa4952334fd093"
