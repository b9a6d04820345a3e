"""The backtest's command line: the pipeline's options as the pipeline reads them, and a few of its own."""

import pytest

from options.backtest import read_backtest
from options.backtest_table import EXAMPLES, HELP, OPTIONS, OWN
from options.command_line import read_command_line
from options.faults import UsageError
from options.fraud_rules import default_fraud_rules
from options.option import Group, Option
from options.table import OPTIONS as OF_THE_PIPELINE
from transforms.contracts import bundled_fraud_rules

SHARED = tuple(option for option in OPTIONS if option not in OWN)


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(bundled_fraud_rules().replace("value: 5,", "value: 6,", 1), encoding="utf-8")
    return path


def faults_of(*argv):
    with pytest.raises(UsageError) as caught:
        read_backtest([str(word) for word in argv])
    return [(fault.option, fault.given) for fault in caught.value.faults]


def test_the_options_are_those_of_the_pipelines_table():
    by_name = {option.name: option for option in OF_THE_PIPELINE}
    for option in SHARED:
        original = by_name[option.name]
        assert option == original._replace(help=option.help, required=option.required)
        assert option == original or option.name in {"fraud_rules", "quiet"}
    of_input = {option.name for option in OF_THE_PIPELINE if option.group in (Group.INPUT, Group.FRAUD, Group.TIME)}
    assert of_input <= {option.name for option in SHARED}
    assert not {option.name for option in OWN} & set(by_name)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--input", "a,b\\,c", "--input", "d", "--input_format", "json", "--source", "s"),
        ("--event_type", "web.page_view.v1", "--id_field", "i", "--rename", "x=url,y=user_id", "--time_field", "t"),
        ("--allowed_lateness", "2h", "--max_clock_skew", "0s", "--fraud_from", "2026-09-17T00:00:00Z"),
        ("--max_message_bytes", "1MiB", "--max_decompressed_bytes=2MiB", "--max_nesting", "9", "--quiet"),
        ("--max_events_per_message", "7"),
    ],
)
def test_shared_options_are_read_as_the_pipeline_reads_them(rules, words):
    argv = [*words, "--fraud_rules", str(rules)]
    ours = read_backtest(argv).settings
    theirs = read_command_line(argv).settings
    names = [name for name in vars(theirs) if name not in ("output", "no_archive")]
    assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
    assert (ours.output, ours.no_archive) == ("", True)


def test_its_own_options(rules):
    backtest = read_backtest(["--fraud_rules", str(rules)])
    assert (backtest.against, backtest.against_name, backtest.rules_name) == (default_fraud_rules(), "", "mine.yaml")
    assert (backtest.labels, backtest.examples, backtest.as_json) == ("", 3, False)
    words = ["--against", str(rules), "--labels", "f.jsonl", "--examples", "0", "--json"]
    backtest = read_backtest(["--fraud_rules", str(rules), *words])
    assert (backtest.against, backtest.against_name) == (backtest.settings.fraud_rules, "mine.yaml")
    assert (backtest.labels, backtest.examples, backtest.as_json) == ("f.jsonl", 0, True)


def test_all_faults_at_once(rules):
    assert faults_of("--output", "out", "--json=perhaps", "--labels", "--rename", "a=url") == [
        ("unknown option", "--output out"),
        ("--labels", "no value"),
        ("--fraud_rules", "nothing"),
        ("--json", "perhaps"),
        ("--event_type", "nothing, beside --rename"),
    ]


def test_a_file_of_rules_has_the_faults_of_its_option(tmp_path, rules):
    assert faults_of("--fraud_rules", rules, "--against", tmp_path / "none.yaml") == [
        ("--against", str(tmp_path / "none.yaml"))
    ]
    rules.write_text("version: 1", encoding="utf-8")
    assert faults_of("--against", rules, "--fraud_rules", rules) == [
        (option, f"mine.yaml, line 1: {what}")
        for option in ("--fraud_rules", "--against")
        for what in ("version: 1", "no rules")
    ]


def test_a_file_called_out_is_no_fault_here(tmp_path, rules, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").write_text("")
    assert read_backtest(["--fraud_rules", str(rules)]).settings.output == ""


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_in_help_in_its_group(option: Option):
    section = HELP.render(100).split(f"\n{option.group}:\n")[1].split("\n\n")[0]
    assert f"{option.head} {option.help}" in " ".join(section.split())
    assert option.is_flag or option.example


@pytest.mark.parametrize("width", [60, 90, 120])
def test_help_fits(width):
    assert max(map(len, HELP.render(width).splitlines())) <= width


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_understood(example, rules, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("new.yaml", "live.yaml"):
        (tmp_path / name).write_bytes(rules.read_bytes())
    assert read_backtest(example.replace("'", "").split()[3:]).settings.inputs
