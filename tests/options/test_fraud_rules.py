"""The file of --fraud_rules: each fault in its line, all at once, and what a sound file says."""

from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from options.faults import Fault, UsageError
from options.fraud_document import LISTED
from options.fraud_fields import COMMON, KIND_FIELDS
from options.fraud_rules import MAX_BYTES, MOST_TOLD, default_fraud_rules, parse_fraud_rules, read_fraud_rules
from options.settings import Settings
from options.yaml_nodes import compose
from transforms.core.fraud.rules import Listed, RuleKind, State
from transforms.core.times import DAY, HOUR

HEAD = 'version: "1"\nrules:\n'
CARDS = """\
  - id: cards
    pattern: card_testing
    kind: measure
    entities: [ip]
    measure: cards
    window: 1h
    review: {value: 5, source: s}
    high: {value: 10, source: s}
    min_share: {value: 0.25, source: s}
    state: ACTIVE
"""
RATIO = """\
  - id: ratio
    pattern: card_testing
    kind: share
    entities: [ip]
    measure: attempts
    window: 5m
    review: {value: 0.4, source: s}
    high: {value: 0.8, source: s}
    at_least: {value: 10, source: s}
"""
SPEND = """\
  - id: spend
    pattern: card_testing
    kind: amounts
    entities: [card]
    window: 1h
    below: {value: 1.00, source: s}
    above: {value: 500.00, source: s}
    severity: review
"""
STUFFING = """\
  - id: stuffing
    pattern: account_takeover
    kind: measure
    entities: [ip]
    measure: failed_accounts
    window: 5m
    review: {value: 16, source: s}
"""
HIT = """\
  - id: hit
    pattern: account_takeover
    kind: success_while
    entities: [ip, account]
    rules: [stuffing]
    window: 30m
    severity: high
"""
TRAVEL = """\
  - id: travel
    pattern: account_takeover
    kind: travel
    entities: [account]
    window: 24h
    kmh: {value: 900, source: s}
    km: {value: 100, source: s}
    severity: review
"""
CHAIN = """\
  - id: chain
    pattern: account_takeover
    kind: chain
    entities: [account]
    window: 24h
    changes: [password, email]
    amount: {value: 200.00, source: s}
    times: {value: 3, source: s}
    history: {value: 1d, source: s}
    severity: high
"""
LISTS = "allow:\n  - {entity_type: ip, entity: 192.0.2.1, reason: r}\n"
WHOLE = HEAD + CARDS + RATIO + SPEND + STUFFING + HIT + TRAVEL + CHAIN + LISTS


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(UsageError) as caught:
        parse_fraud_rules(text, "r.yaml")
    assert {fault.option for fault in caught.value.faults} == {"--fraud_rules"}
    assert all(fault.expected and fault.example for fault in caught.value.faults)
    return caught.value.faults


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text.count("\n", 0, text.index(part)) + 1


def test_the_whole_file_is_sound() -> None:
    rules = parse_fraud_rules(WHOLE, "r.yaml")
    assert [rule.id for rule in rules.rules] == ["cards", "ratio", "spend", "stuffing", "hit", "travel", "chain"]
    assert {rule.kind for rule in rules.rules} == set(RuleKind) - {RuleKind.FAILURES_THEN_SUCCESS, RuleKind.CHANGED}
    assert [rule.state for rule in rules.rules] == [State.ACTIVE] * 7


# What is changed in WHOLE, and the one fault that comes of it; the line is that of the new text.
FAULTS = [
    ('version: "1"', "version: 1", "version: 1", "text, in quotes"),
    ('version: "1"', "version: 2026-11-24", "version: 2026-11-24", "text, in quotes"),
    ('version: "1"', "version: ''", "version: nothing", "not empty"),
    ('version: "1"', 'version: "\\ud800"', "version: '\\ud800'", "valid Unicode"),
    ('version: "1"', 'version: "1"\nruels: []', "ruels: a list", "did you mean rules?"),
    ('version: "1"', 'version: "1"\nnonsense: 5', "nonsense: 5", "only the keys of the file: version, rules"),
    ('version: "1"', 'version: "1"\n? [a]\n: 5', "a list: 5", "only the keys of the file"),
    ("id: cards", "id: Cards!", "id: Cards!", "words of a-z"),
    ("id: cards", "id: 7", "id: 7", "words of a-z"),
    ("id: cards", f"id: {'a' * 101}", f"id: {'a' * 60} ...", "at most 100"),
    ("id: ratio", "id: cards", "id: cards", "each id once; the first is in line 3"),
    ("kind: travel", "kind: travle", "kind: travle", "did you mean travel?"),
    ("kind: travel", "kind: 7", "kind: 7", "one of measure, share"),
    ("entities: [card]", "entities: [cards]", "entities: cards", "did you mean card?"),
    ("entities: [card]", "entities: card", "entities: card", "a list of at least one, in brackets"),
    ("entities: [card]", "entities: []", "entities: an empty list", "a list of at least one"),
    ("entities: [card]", "entities: [card, card]", "entities: card", "each only once"),
    ("entities: [ip, account]", "entities: [device]", "entities: device", "one of ip, account"),
    (
        "entities: [ip]\n    measure: cards",
        "entities: [card]\n    measure: cards",
        "entities: card",
        "what cards can be",
    ),
    (
        "entities: [ip]\n    measure: failed_accounts",
        "entities: [ip, account]\n    measure: failed_accounts",
        "entities: account",
        "what failed_accounts can be taken of: ip",
    ),
    ("measure: cards", "measure: card", "measure: card", "did you mean cards?"),
    ("window: 30m", "window: 10 parsecs", "window: 10 parsecs", "a number and a unit"),
    ("window: 30m", "window: 30", "window: 30", "a number and a unit"),
    ("window: 30m", "window: 1:30", "window: 1:30", "a number and a unit"),
    ("window: 30m", "window: 0s", "window: 0s", "above 0"),
    ("window: 30m", "window: 25h", "window: 25h", "at most 24h"),
    ("window: 30m", "window: ", "window: nothing", "a number and a unit"),
    ("window: 30m", "window: 90s", "window: 90s", "whole minutes up to 1h"),
    ("window: 30m", "window: 90m", "window: 90m", "whole hours where it is longer"),
    ("window: 30m", "windw: 30m\n    window: 30m", "windw: 30m", "did you mean window?"),
    ("window: 30m", "window: 30m\n    kmh: {value: 1, source: s}", "kmh: a mapping", "kmh is one of kind travel"),
    ("value: 5, source: s", "value: 0, source: s", "review.value: 0", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: -5, source: s", "review.value: -5", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: 5.5, source: s", "review.value: 5.5", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: '5', source: s", "review.value: 5", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: 0x5, source: s", "review.value: 0x5", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: [5], source: s", "review.value: a list", "a whole number from 1 to 64"),
    ("value: 5, source: s", "value: 5", "review: no source", "source, which a threshold has"),
    ("value: 5, source: s", "source: s", "review: no value", "value, which a threshold has"),
    ("value: 5, source: s", "value: 5, source: ''", "review.source: nothing", "not empty"),
    ("value: 5, source: s", "value: 5, source: s, but", "review.but: nothing", "text with a comma needs quotes"),
    ("review: {value: 5, source: s}", "review: 5", "review: 5", "{value: 5, source: ...}: a threshold says where"),
    ("review: {value: 5, source: s}", "review: [5]", "review: a list", "{value: ..., source: ...}"),
    ("high: {value: 10, source: s}", "high: {value: 65, source: s}", "high.value: 65", "from 1 to 64"),
    ("high: {value: 10, source: s}", "high: {value: 4, source: s}", "high.value: 4", "at least review, which is 5"),
    ("high: {value: 0.8, source: s}", "high: {value: 0.3, source: s}", "high.value: 0.3", "at least review"),
    ("at_least: {value: 10", "at_least: {value: 65", "at_least.value: 65", "from 1 to 64"),
    ("value: 0.25", "value: 1.01", "min_share.value: 1.01", "above 0, at most 1"),
    ("value: 0.25", "value: 0", "min_share.value: 0", "above 0, at most 1"),
    ("value: 0.25", "value: .nan", "min_share.value: .nan", "above 0, at most 1"),
    ("value: 0.25", "value: 25%", "min_share.value: 25%", "above 0, at most 1"),
    ("value: 0.4,", "value: 40,", "review.value: 40", "above 0, at most 1"),
    ("value: 1.00", "value: 0.00", "below.value: 0.00", "a number above 0"),
    ("value: 1.00", "value: .inf", "below.value: .inf", "a number above 0"),
    ("value: 500.00", "value: 0.50", "above.value: 0.50", "at least below, which is 1.00"),
    ("value: 900", "value: -1", "kmh.value: -1", "a number above 0"),
    ("value: 3,", "value: 0,", "times.value: 0", "a number above 0"),
    ("value: 1d", "value: 31d", "history.value: 31d", "at most 30d"),
    ("value: 1d", "value: 0d", "history.value: 0d", "above 0"),
    ("state: ACTIVE", "state: active", "state: active", "one of ACTIVE, SHADOW, PAUSED"),
    ("changes: [password, email]", "changes: [pasword]", "changes: pasword", "did you mean password?"),
    ("rules: [stuffing]", "rules: [stufing]", "rules: stufing", "did you mean stuffing?"),
    ("rules: [stuffing]", "rules: [nothing_like_it]", "rules: nothing_like_it", "the id of a rule in this file"),
    ("rules: [stuffing]", "rules: [stuffing, cards]", "rules: cards", "a rule whose measure is failed_accounts"),
    ("rules: [stuffing]", "rules: [travel]", "rules: travel", "a rule whose measure is failed_accounts"),
    ("rules: [stuffing]", "rules: stuffing", "rules: stuffing", "a list of at least one"),
    ('version: "1"', 'version: "1"\nversion: "2"', "version: 2", "each key once; the first is in line 1"),
    ("window: 30m", "window: 30m\n    window: 10m", "window: 10m", "each key once"),
    ("entity: 192.0.2.1", "entity: 7", "entity: 7", "text, in quotes"),
    ("entity_type: ip", "entity_type: host", "entity_type: host", "one of ip, device"),
    (", reason: r", "", "no reason", "reason, which an entry of allow has"),
    ("reason: r", "reason: r, until: tomorrow", "until: tomorrow", "a date or an RFC 3339 time"),
    ("reason: r", "reason: r, until: 2026-02-30", "until: 2026-02-30", "a date or an RFC 3339 time"),
    ("reason: r", "reason: r, until: 2026-02-03 10:00:00", "until: 2026-02-03 10:00:00", "a date or an RFC"),
    ("reason: r", "reason: r, untill: 2026-02-03", "untill: 2026-02-03", "did you mean until?"),
    ("allow:", "block: x\nallow:", "block: x", "a list; [] where there is none"),
    ("allow:", "block:\nallow:", "block: nothing", "a list; [] where there is none"),
    (LISTS, f"{LISTS}  - 7", "7", "an entry of allow: a mapping with the keys entity_type"),
    (
        LISTS,
        f"{LISTS}  - {{entity_type: ip, entity: 192.0.2.1, reason: again}}",
        "entity: 192.0.2.1",
        "each entity once",
    ),
    (LISTS, f"{LISTS}block: [{{entity_type: ip, entity: 192.0.2.1, reason: r}}]", "entity: 192.0.2.1", "line 63"),
]


@pytest.mark.parametrize(("old", "new", "given", "expected"), FAULTS)
def test_a_fault_is_told_with_its_line(old: str, new: str, given: str, expected: str) -> None:
    [fault] = faults_of(changed(WHOLE, old, new))
    first = line_of(WHOLE, old)
    assert fault.given in [f"r.yaml, line {first + more}: {given}" for more in range(new.count("\n") + 1)]
    assert expected in fault.expected


@pytest.mark.parametrize("kind", list(RuleKind))
def test_each_kind_misses_what_it_has(kind: RuleKind) -> None:
    faults = faults_of(f"version: '1'\nrules:\n  - kind: {kind}\n")
    fields = {**COMMON, **KIND_FIELDS[kind]}
    missing = [key for key, field in fields.items() if field.required and key != "kind"]
    assert [fault.given for fault in faults] == [f"r.yaml, line 3: no {key}" for key in missing]
    assert {fault.expected.partition(", ")[2] for fault in faults} == {f"which a rule of kind {kind} has"}


def test_an_item_is_told_with_its_own_line() -> None:
    text = changed(WHOLE, "rules: [stuffing]", "rules:\n      - stuffing\n      - cards\n      - gone")
    text = changed(text, "[ip]\n    measure: cards", "\n      - ip\n      - card\n    measure: cards")
    assert [fault.given for fault in faults_of(text)] == [
        f"r.yaml, line {line_of(text, '- card' + chr(10))}: entities: card",
        f"r.yaml, line {line_of(text, '- cards')}: rules: cards",
        f"r.yaml, line {line_of(text, '- gone')}: rules: gone",
    ]


def test_a_rule_of_no_kind_is_told_once() -> None:
    [fault] = faults_of(changed(WHOLE, "    kind: travel\n", ""))
    assert fault.given == f"r.yaml, line {line_of(WHOLE, 'id: travel')}: no kind"


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("", "line 1: nothing", "the file: a mapping with the keys version, rules, allow, block"),
        ("# nothing\n", "line 1: nothing", "the file: a mapping"),
        ("- a\n", "line 1: a list", "the file: a mapping"),
        ("\n\nsome words", "line 3: some words", "the file: a mapping"),
        ("a: 1\nb: [\n", "line 3: not YAML", "valid YAML"),
        ("a: 1\nb: \x00", "line 2: not YAML", "the character '\\x00' is not allowed"),
        ("a: 1\n\tb: 2", "line 2: not YAML", "valid YAML"),
        ("a: 1\n---\nb: 2", "line 2: not YAML", "valid YAML (but found another document)"),
        ('a: 1\nb: "\\UFFFFFFFF"', "line 2: not YAML", "valid YAML"),
        ('a: 1\nb: "\\U00110000"', "line 2: not YAML", "valid YAML"),
        ("a: 1\nb: " + "[" * 5000, "line 2: not YAML", "nested too deep"),
    ],
)
def test_what_is_no_file_of_rules(text: str, given: str, expected: str) -> None:
    [fault] = faults_of(text)
    assert fault.given == f"r.yaml, {given}"
    assert expected in fault.expected


def test_rules_that_are_no_mappings() -> None:
    assert [(fault.given, fault.expected.partition(":")[0]) for fault in faults_of(f"{HEAD}  - 7\n  - [a]\n")] == [
        ("r.yaml, line 3: 7", "a rule"),
        ("r.yaml, line 4: a list", "a rule"),
    ]


def test_aliases_are_refused_where_they_stand() -> None:
    text = changed(WHOLE, "review: {value: 0.4, source: s}", "review: &r {value: 0.4, source: s}")
    text = changed(text, "high: {value: 0.8, source: s}", "high: *r")
    text = changed(text, "window: 30m", "window: *unknown")
    faults = faults_of(text)
    assert [fault.given.partition(": ")[2] for fault in faults] == ["high: *r", "window: *unknown"]
    assert {fault.expected for fault in faults} == {"the value itself: aliases are not taken"}


def test_aliases_cannot_grow() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 30))]
    assert len(faults_of("\n".join(lines))) == 2 + 30


def test_a_merge_key_is_an_unknown_key() -> None:
    text = changed(WHOLE, "    window: 30m\n", "    window: 30m\n    <<: {a: 1}\n")
    assert ["<<" in fault.given for fault in faults_of(text)] == [True]


def test_all_faults_come_at_once_in_the_order_of_their_lines() -> None:
    text = WHOLE
    for old, new in [
        ('version: "1"', "version: 1"),
        ("id: cards", "id: stuffing"),
        ("value: 10, source: s}\n    min_share", "value: 4, source: s}\n    min_share"),
        ("measure: attempts", "measure: tries"),
        ("value: 500.00", "value: -1"),
        ("rules: [stuffing]", "rules: [gone]"),
        ("kmh:", "kph:"),
        ("entity: 192.0.2.1, ", ""),
    ]:
        text = changed(text, old, new)
    assert [fault.given for fault in faults_of(text)] == [
        "r.yaml, line 1: version: 1",
        "r.yaml, line 10: high.value: 4",
        "r.yaml, line 17: measure: tries",
        "r.yaml, line 28: above.value: -1",
        "r.yaml, line 30: id: stuffing",
        "r.yaml, line 41: rules: gone",
        "r.yaml, line 44: no kmh",
        "r.yaml, line 49: kph: a mapping",
        "r.yaml, line 63: no entity",
    ]


def test_of_very_many_faults_the_first_are_told() -> None:
    faults = faults_of(HEAD + "  - 7\n" * 1000)
    assert len(faults) == MOST_TOLD + 1
    assert faults[-1].given == f"r.yaml: {1000 - MOST_TOLD} more faults"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    text = WHOLE + "#" * (MAX_BYTES - len(WHOLE))
    assert parse_fraud_rules(text, "r.yaml") == parse_fraud_rules(WHOLE, "r.yaml")
    [fault] = faults_of(text + "#")
    assert (fault.given, fault.expected) == ("r.yaml", "a file of at most 1 MiB")
    path = tmp_path / "large.yaml"
    path.write_text(text + "#")
    with pytest.raises(UsageError, match="at most 1 MiB"):
        read_fraud_rules(str(path))


def test_lists() -> None:
    lists = """
allow:
  - {entity_type: ip, entity: 192.0.2.1, reason: our office, until: 1970-01-02}
  - {entity_type: ip, entity: "::1", reason: here, until: "1970-01-01T02:00:00+01:00"}
block:
  - entity_type: merchant|bin
    entity: m|411111
    reason: tested
    until: 1970-01-01T00:00:00.5Z
  - {entity_type: account, entity: "192.0.2.1", reason: another type}
"""
    rules = parse_fraud_rules(HEAD + CARDS + lists, "r.yaml")
    assert rules.allow == (Listed("ip", "192.0.2.1", "our office", DAY), Listed("ip", "::1", "here", HOUR))
    assert rules.block == (
        Listed("merchant|bin", "m|411111", "tested", 500_000),
        Listed("account", "192.0.2.1", "another type"),
    )


def test_examples_fit_their_keys() -> None:
    for fields in (COMMON, *KIND_FIELDS.values(), LISTED):
        for key, field in fields.items():
            [(name, value)] = compose(field.example).value
            assert name.value == key
            field.read(value)


def test_settings_hold_the_rules_of_the_file_or_the_default_ones(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    settings = Settings.from_options(PipelineOptions([f"--fraud_rules={path}", "--fraud_from=1970-01-02T00:00:00Z"]))
    assert settings.fraud_rules == parse_fraud_rules(WHOLE, "r.yaml")
    assert settings.fraud_from == DAY
    settings = Settings.from_options(PipelineOptions(["--fraud_rules=", "--fraud_from="]))
    assert (settings.fraud_rules, settings.fraud_from) == (default_fraud_rules(), None)


def test_faults_of_the_file_come_with_those_of_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(changed(WHOLE, "window: 30m", "window: 31s"), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        Settings.from_options(PipelineOptions([f"--fraud_rules={path}", "--fraud_from=x", "--max_nesting=0"]))
    assert [fault.option for fault in caught.value.faults] == ["--fraud_from", "--max_nesting", "--fraud_rules"]
    assert caught.value.faults[-1].given == f"r.yaml, line {line_of(WHOLE, 'window: 30m')}: window: 31s"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"version: 1\n# \xff\n")
    for path, given in (
        (tmp_path / "none.yaml", str(tmp_path / "none.yaml")),
        (tmp_path, str(tmp_path)),
        (bad, "bad.yaml, line 2: not UTF-8"),
    ):
        with pytest.raises(UsageError) as caught:
            read_fraud_rules(str(path))
        assert [(fault.option, fault.given) for fault in caught.value.faults] == [("--fraud_rules", given)]


def test_what_is_followed_is_about_ips() -> None:
    (fault,) = faults_of(WHOLE.replace(STUFFING, STUFFING.replace("[ip]", "[device]")))
    assert (fault.given, fault.expected) == (
        f"r.yaml, line {line_of(WHOLE, 'rules: [stuffing]')}: rules: stuffing",
        "a rule that has ip among its entities",
    )
