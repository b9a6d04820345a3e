"""The command line: both spellings, and all faults at once."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions, StandardOptions, WorkerOptions

from options.command_line import parse_command_line, read_command_line
from options.faults import Fault, UsageError, render_faults
from options.option import Option, camel_case
from options.pipeline_options import MillraceOptions
from options.table import BEAM_OPTIONS, OPTIONS
from transforms.core.times import SECOND


def faults_of(*argv: str) -> tuple[Fault, ...]:
    with pytest.raises(UsageError) as caught:
        read_command_line(argv)
    return caught.value.faults


def test_no_words_are_the_defaults() -> None:
    settings = read_command_line([]).settings
    assert (settings.inputs, settings.output, settings.runner) == ((), "out", "DirectRunner")


@pytest.mark.parametrize(
    "words",
    [
        ["--window_duration", "5m"],
        ["--window_duration=5m"],
        ["--windowDuration", "5m"],
        ["--windowDuration=5m"],
        ["--window_duration", "1h", "--windowDuration", "5m"],
    ],
)
def test_both_spellings_and_both_forms(words: list[str]) -> None:
    assert read_command_line(words).settings.window_duration == 300 * SECOND


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_understood_in_both_spellings(option: Option) -> None:
    value = [] if option.is_flag else [option.example.strip("'")]
    spellings = (f"--{option.name}", f"--{camel_case(option.name)}")
    parsed = [parse_command_line([spelling, *value]) for spelling in spellings]
    assert [line.faults for line in parsed] == [(), ()]
    expected = True if option.is_flag else value if option.repeatable else value[0]
    assert [getattr(line.options.view_as(MillraceOptions), option.name) for line in parsed] == [expected, expected]


def test_beams_options_in_both_spellings_reach_beam() -> None:
    words = ["--runner", "DataflowRunner", "--tempLocation=gs://b/t", "--max_num_workers", "3", "--experiments=a,b"]
    options, faults = parse_command_line([*words, "--streaming"])
    assert faults == ()
    assert options.view_as(StandardOptions).runner == "DataflowRunner"
    assert options.view_as(StandardOptions).streaming is True
    assert options.view_as(GoogleCloudOptions).temp_location == "gs://b/t"
    assert options.view_as(WorkerOptions).max_num_workers == 3


def test_nothing_is_left_over_for_beam_to_discard(caplog: pytest.LogCaptureFixture) -> None:
    line = read_command_line(["--input", "-", "--inputFormat", "json", "--quiet", "--source=-x"])
    everything = line.options.get_all_options()
    assert (everything["input"], everything["source"]) == (["-"], "-x")
    assert "Discarding" not in caplog.text


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("True", True), ("false", False)])
def test_flags_take_the_values_that_templates_send(text: str, expected: bool) -> None:
    assert read_command_line([f"--keepQuery={text}"]).settings.keep_query is expected


def test_a_flag_with_another_value_is_a_fault() -> None:
    assert faults_of("--quiet=1") == (Fault("--quiet", "1", "no value, true or false", "--quiet"),)
    assert faults_of("--quiet=")[0].given == "no value"
    assert faults_of("--update=1")[0].example == "--update"


def test_a_lone_dash_is_a_value_and_a_following_option_is_not() -> None:
    assert read_command_line(["--input", "-", "--quiet"]).settings.inputs == ("-",)
    [fault] = faults_of("--input", "--quiet")
    assert (fault.option, fault.given, fault.example) == ("--input", "no value", "--input 'logs/*.gz'")


def test_a_negative_number_is_a_value() -> None:
    [fault] = faults_of("--max_reject_ratio", "-0.5")
    assert (fault.option, fault.given) == ("--max_reject_ratio", "-0.5")


def test_a_value_that_beam_refuses_is_a_fault() -> None:
    faults = faults_of("--num_workers", "many", "--project", "--gcs_custom_audit_entries=[1]")
    assert [(fault.option, fault.given) for fault in faults] == [
        ("--num_workers", "many"),
        ("--project", "no value"),
        ("--gcs_custom_audit_entries", "[1]"),
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("--inptu", "--input 'logs/*.gz'"),
        ("--windowDuraton", "--window_duration 5m"),
        ("--window-duration", "--window_duration 5m"),
        ("-output", "--output out"),
        ("--window_dur", "--window_duration 5m"),
        ("--temp_locaton", "--temp_location"),
        ("--Quiet", "--quiet"),
        ("---quiet", "--quiet"),
        ("--zzzzzzzzzzzz", "--help"),
    ],
)
def test_an_unknown_option_gets_a_suggestion(word: str, meant: str) -> None:
    [fault] = faults_of(word)
    assert (fault.option, fault.given, fault.example) == ("unknown option", word, meant)


def test_an_unknown_option_takes_its_value_along_unless_a_flag_was_meant() -> None:
    assert [fault.given for fault in faults_of("--outptu", "here")] == ["--outptu here"]
    assert [fault.given for fault in faults_of("--quite", "here")] == ["--quite", "here"]


def test_an_expanded_glob_is_one_fault_that_says_to_quote_it() -> None:
    [fault] = faults_of("--input", "a.gz", "b.gz", "c.gz", "--quiet")
    assert (fault.option, fault.given) == ("stray word", "b.gz c.gz")
    assert "quote" in fault.expected


def test_a_word_that_lacks_its_dashes() -> None:
    [fault] = faults_of("window_duration=5m")
    assert fault.example == "--window_duration=5m"


def test_six_faults_are_six_faults() -> None:
    argv = ["--inptu", "x", "--window_duration", "7m", "--max_nesting", "0", "--runner", "Spark", "stray", "--output"]
    faults = faults_of(*argv)
    assert [fault.option for fault in faults] == [
        "unknown option",
        "stray word",
        "--output",
        "--window_duration",
        "--max_nesting",
        "--runner",
    ]
    text = render_faults(faults)
    assert "6 faults" in text
    assert all(part in text for fault in faults for part in fault)


def test_a_fault_is_one_readable_block() -> None:
    text = render_faults(faults_of("--windowDuration", "7m"))
    assert text == (
        "The command line has one fault; nothing was run.\n\n"
        "--window_duration\n"
        "    given     7m\n"
        "    expected  whole seconds, and a day a whole number of windows: 1s, 60s, 5m, 1h ... 24h\n"
        "    example   --window_duration 5m\n\n"
        "All options: --help"
    )


def test_what_was_given_is_shown_without_control_characters_and_cut() -> None:
    text = str(Fault("--input_format", "\x1b[2J" + "x" * 10_000, "", ""))
    assert "\x1b" not in text
    assert len(text) < 300


def test_a_usage_error_shows_its_faults() -> None:
    assert "--max_nesting" in str(UsageError([Fault("--max_nesting", "0", "", "")]))


@pytest.mark.parametrize("option", BEAM_OPTIONS, ids=lambda option: option.name)
def test_beams_own_options_are_still_beams(option: Option) -> None:
    assert option.name in PipelineOptions([]).get_all_options()


def test_no_option_exits_a_process_that_has_other_options() -> None:
    assert PipelineOptions([]).view_as(MillraceOptions).output == "out"


@pytest.mark.parametrize("module", ["command_line", "help", "settings", "table"])
def test_options_import_nothing_of_the_pipeline(module: str) -> None:
    code = f"import sys, options.{module}; print(*sorted(name for name in sys.modules if name.count('.') < 2))"
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    loaded = result.stdout.split()
    ours = {name for name in loaded if name.partition(".")[0] in ("pipeline", "transforms")}
    assert ours <= {"transforms", "transforms.core", "transforms.contracts"}
    assert ("apache_beam" in loaded) == (module in ("command_line", "settings"))


def test_reading_a_command_line_costs_next_to_nothing() -> None:
    start = time.process_time()
    read_command_line(["--input", "logs/*.gz", "--output", "out", "--windowDuration", "5m", "--keep_query"])
    assert time.process_time() - start < 0.3
