"""Settings: plain values of every option, and every fault in them."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from options.faults import Fault, UsageError
from options.fraud_rules import default_fraud_rules
from options.pipeline_options import MillraceOptions
from options.settings import Settings
from options.table import BEAM_OPTIONS, OPTIONS
from transforms.core.mapping import FieldMapping
from transforms.core.times import DAY, SECOND


def settings_of(*flags: str) -> Settings:
    return Settings.from_options(PipelineOptions(flags))


def faults_of(*flags: str) -> tuple[Fault, ...]:
    with pytest.raises(UsageError) as caught:
        settings_of(*flags)
    return caught.value.faults


def written(folder: Path, text: str) -> str:
    path = folder / "mapping.yaml"
    path.write_text(text)
    return str(path)


DEFAULTS = Settings(
    inputs=(),
    input_format="auto",
    source="",
    mapping=None,
    contracts="",
    window_duration=60 * SECOND,
    keep_query=False,
    fraud_rules=default_fraud_rules(),
    fraud_from=None,
    pii_key_file="",
    allowed_lateness=3600 * SECOND,
    max_clock_skew=300 * SECOND,
    max_message_bytes=10 * 2**20,
    max_decompressed_bytes=100 * 2**20,
    max_nesting=64,
    max_events_per_message=100_000,
    keep_opaque_payloads=False,
    output="out",
    no_archive=False,
    input_subscription="",
    input_topic="",
    id_attribute="",
    timestamp_attribute="",
    max_unwritten=256 << 20,
    output_dataset="",
    output_bigtable="",
    output_directory="",
    alerts_topic="",
    dead_letter_topic="",
    retention=None,
    max_reject_ratio=0.1,
    url_shards=32,
    quiet=False,
    runner="DirectRunner",
    streaming=False,
)


def test_defaults() -> None:
    assert settings_of() == DEFAULTS


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULTS.quiet = True  # type: ignore[misc]


def test_every_option_of_the_table_is_in_the_settings_and_back() -> None:
    shaped = {"input": "inputs", "event_type": "mapping", "id_field": "mapping", "time_field": "mapping"}
    shaped |= {"rename": "mapping"}
    names = {shaped.get(option.name, option.name) for option in (*OPTIONS, *BEAM_OPTIONS)}
    assert names == {field.name for field in fields(Settings)}
    assert {"event_type", "id_field", "time_field", "source", "rename"} == set(FieldMapping._fields) - {"known"}


def test_every_default_and_example_of_the_table_is_valid() -> None:
    for option in (*OPTIONS, *BEAM_OPTIONS):
        for text in (option.default, option.example.strip("'")):
            assert not text or option.kind.parse(text) is not None, option.name


def test_inputs_are_gathered_from_repetition_and_commas() -> None:
    assert settings_of("--input=a, b", "--input=-", "--input=gs://c/*,").inputs == ("a", "b", "-", "gs://c/*")


@pytest.mark.parametrize("text", ["", ",", " "])
def test_an_input_given_empty_is_not_the_sample(text: str) -> None:
    [fault] = faults_of(f"--input={text}")
    assert (fault.option, fault.given) == ("--input", "nothing")


def test_values_set_in_code_are_taken_like_text() -> None:
    settings = Settings.from_options(MillraceOptions([], max_nesting=10, quiet=True, input=["a"]))
    assert (settings.max_nesting, settings.quiet, settings.inputs) == (10, True, ("a",))
    assert Settings.from_options(MillraceOptions([], input="abc")).inputs == ("abc",)


@pytest.mark.parametrize(
    "flag",
    [
        "--input_format=xml",
        "--window_duration=0s",
        "--window_duration=25h",
        "--window_duration=7m",
        "--window_duration=48h",
        "--window_duration=60",
        "--window_duration=",
        "--allowed_lateness=-1h",
        "--max_clock_skew=soon",
        "--allowed_lateness=3651d",
        "--max_message_bytes=0",
        "--max_decompressed_bytes=10XB",
        "--fraud_from=yesterday",
        "--fraud_from=2026-09-17",
        "--fraud_rules=/no/such/rules.yaml",
        "--max_nesting=401",
        "--max_nesting=0",
        "--max_events_per_message=1e3",
        "--output=",
        "--retention=0s",
        "--max_reject_ratio=1.01",
        "--max_reject_ratio=nan",
        "--url_shards=1025",
        "--rename=a",
        "--rename==b",
        "--runner=",
        "--runner=SparkRunner",
        "--contracts=/no/such/folder",
        "--streaming",
    ],
)
def test_a_bad_value_is_a_fault_of_its_option(flag: str) -> None:
    [fault] = faults_of(*[flag, "--event_type=web.page_view.v1"])
    assert fault.option == flag.partition("=")[0]
    assert fault.example.startswith("--")
    assert fault.expected


@pytest.mark.parametrize("text", ["1s", "60s", "5m", "1h", "24h", "90m"])
def test_windows_that_divide_a_day(text: str) -> None:
    assert DAY % settings_of(f"--window_duration={text}").window_duration == 0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DirectRunner", "DirectRunner"),
        ("directrunner", "DirectRunner"),
        ("Direct", "DirectRunner"),
        ("fnapirunner", "FnApiRunner"),
        ("prism", "PrismRunner"),
        ("Flink", "FlinkRunner"),
    ],
)
def test_runners_are_named_as_beam_allows(text: str, name: str) -> None:
    assert settings_of(f"--runner={text}").runner == name


def test_an_unknown_runner_lists_the_known_ones() -> None:
    [fault] = faults_of("--runner=Spark")
    assert fault.expected == "one of DirectRunner, FnApiRunner, PrismRunner, FlinkRunner, DataflowRunner"


def test_streaming_says_what_is_missing() -> None:
    [fault] = faults_of("--streaming", "--input=a")
    assert "subscription" in fault.expected


def test_an_output_that_is_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "")
    [fault] = faults_of(f"--output={file}")
    assert (fault.option, fault.given) == ("--output", file)
    assert settings_of(f"--output={tmp_path}").output == str(tmp_path)


def test_contracts_are_a_folder_here_or_anywhere_else(tmp_path: Path) -> None:
    assert settings_of(f"--contracts={tmp_path}").contracts == str(tmp_path)
    assert settings_of("--contracts=gs://bucket/contracts").contracts == "gs://bucket/contracts"


def test_plain_json_on_the_command_line() -> None:
    settings = settings_of("--event_type=t.v1", "--id_field=m.id", "--source=s", "--rename=a=b,c=d", "--rename=e.f=g")
    assert settings.mapping == FieldMapping("t.v1", "m.id", None, "s", (("a", "b"), ("c", "d"), ("e.f", "g")))
    assert settings.source == "s"


@pytest.mark.parametrize("flags", [["--id_field=a"], ["--time_field=a"], ["--rename=a=b"]])
def test_fields_of_plain_json_need_its_contract(flags: list[str]) -> None:
    [fault] = faults_of(*flags)
    assert fault.option == "--event_type"
    assert flags[0].partition("=")[0] in fault.given


def test_a_source_needs_no_contract() -> None:
    settings = settings_of("--source=web-1")
    assert (settings.source, settings.mapping) == ("web-1", None)


def test_two_fields_cannot_become_one() -> None:
    [fault] = faults_of("--event_type=t.v1", "--rename=a=url,b=url,c=ip")
    assert (fault.option, fault.given) == ("--rename", "a=url, b=url")


def test_all_faults_at_once(tmp_path: Path) -> None:
    mapping = written(tmp_path, "event_typ: t.v1\nsource: 5\n")
    flags = ["--max_nesting=0", "--retention=x", "--runner=x", "--streaming", f"--mapping={mapping}"]
    faults = ["--max_nesting", "--retention", "--runner", "--mapping", "--mapping", "--streaming"]
    assert [fault.option for fault in faults_of(*flags)] == faults


LIVE = ("--input_subscription", "projects/my-shop/subscriptions/events")
CLOUD = ("--output_dataset", "my-shop:millrace")


def test_live_input_is_streaming() -> None:
    settings = settings_of(*LIVE)
    assert settings.streaming
    assert settings.is_local
    assert not settings_of(*LIVE, *CLOUD).is_local


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        ((*LIVE, "--input_topic", "projects/my-shop/topics/events"), ["--input_topic"]),
        ((*LIVE, "--input", "a.jsonl"), ["--input"]),
        ((*LIVE, "--runner", "FnApiRunner"), ["--runner"]),
        ((*LIVE, "--runner", "DataflowRunner"), ["--runner"]),
        (("--runner", "DataflowRunner", *CLOUD, "--input", "a.jsonl,gs://b/c"), ["--input"]),
        (("--output_bigtable", "projects/my-shop/instances/serving/tables/t"), ["--output_bigtable"]),
        (
            ("--output_directory", "gs://my-bucket/a/", "--alerts_topic", "projects/my-shop/topics/alerts"),
            ["--output_directory", "--alerts_topic"],
        ),
    ],
)
def test_what_does_not_go_together_in_the_cloud(argv: tuple[str, ...], options: list[str]) -> None:
    faults = faults_of(*argv)
    assert [fault.option for fault in faults] == options
    for fault in faults:
        assert fault.example.startswith("--")
