"""The template's metadata: in Google's form, complete, and of one mind with the table of options."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import re2
from google.cloud import dataflow_v1beta3

from options.kinds import Choice, Ratio
from options.option import Group, Option, camel_case
from options.pipeline_options import MillraceOptions
from options.table import BEAM_OPTIONS, OPTIONS
from options.template_parameters import LEFT_OUT, label, parameters
from templates.generate import FOLDER, files
from templates.metadata import metadata
from templates.terraform_variables import NOT_USED, WIRED, variable_name

METADATA: dict[str, Any] = json.loads((FOLDER / "metadata.json").read_text(encoding="utf-8"))
PARAMETERS = {parameter["name"]: parameter for parameter in METADATA["parameters"]}
OFFERED = [option for option in OPTIONS if option.name not in LEFT_OUT]


def faults(content: dict[str, Any], options: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a metadata.json beside the options that Beam's parser knows."""
    try:
        dataflow_v1beta3.TemplateMetadata.from_json(json.dumps(content), ignore_unknown_fields=False)
    except Exception as error:  # noqa: BLE001 - whatever the message's parser raises
        yield str(error)
    for parameter in content["parameters"]:
        yield from (f"{key}: not in camel case" for key in parameter if "_" in key)
    given = [parameter.get("name") for parameter in content["parameters"]]
    wanted = [camel_case(name) for name in options if name not in LEFT_OUT]
    yield from (f"{name}: no parameter" for name in wanted if name not in given)
    yield from (f"{name}: no option" for name in given if name not in wanted)


def known_options() -> dict[str, Any]:
    return dict(MillraceOptions([]).get_all_options(current_only=True))


def test_metadata_fits_the_options_and_googles_form() -> None:
    assert list(faults(METADATA, known_options())) == []


@pytest.mark.parametrize("key", ["is_optional", "hiddenUI", "regex", "group"])
def test_a_misspelt_key_is_found(key: str) -> None:
    spoilt = copy.deepcopy(METADATA)
    spoilt["parameters"][0][key] = True
    assert any(key in fault for fault in faults(spoilt, known_options()))


def test_an_unknown_type_of_parameter_is_found() -> None:
    spoilt = copy.deepcopy(METADATA)
    spoilt["parameters"][0]["paramType"] = "PUBSUB_SUBSCRIPTIONS"
    assert any("PUBSUB_SUBSCRIPTIONS" in fault for fault in faults(spoilt, known_options()))


def test_an_option_without_metadata_is_found() -> None:
    assert list(faults(METADATA, {**known_options(), "new_one": ""})) == ["newOne: no parameter"]


def test_a_parameter_without_an_option_is_found() -> None:
    without = {name: value for name, value in known_options().items() if name != "window_duration"}
    assert list(faults(METADATA, without)) == ["windowDuration: no option"]


def test_every_file_made_from_the_code_is_as_the_code_makes_it() -> None:
    stale = [str(path) for path, text in files() if (FOLDER / path).read_text(encoding="utf-8") != text]
    assert stale == [], "python -m templates.generate writes them again"


def test_no_file_is_left_over() -> None:
    made = {FOLDER / path for path, _ in files()}
    assert {*(FOLDER / "terraform/modules/bigquery/tables").iterdir()} <= made


def test_what_is_left_out_are_options_and_has_a_reason() -> None:
    assert {option.name for option in (*OPTIONS, *BEAM_OPTIONS)} >= LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_every_parameter_is_a_variable_or_wired_in_terraform() -> None:
    text = (FOLDER / "terraform/parameters.tf").read_text(encoding="utf-8")
    variables = {name for name in PARAMETERS if f'variable "{variable_name(name)}"' in text}
    assert variables | WIRED.keys() | {*NOT_USED} == PARAMETERS.keys()
    assert not variables & WIRED.keys()


@pytest.mark.parametrize("option", OFFERED, ids=lambda option: option.name)
def test_a_parameter_says_what_its_option_says(option: Option) -> None:
    parameter = PARAMETERS[camel_case(option.name)]
    assert parameter["helpText"].startswith(option.help)
    assert parameter["groupName"] == option.group
    assert parameter["label"] == label(option)
    assert parameter["isOptional"] is True
    assert parameter.get("defaultValue", "") == ("false" if option.is_flag else option.default)


@pytest.mark.parametrize("option", OFFERED, ids=lambda option: option.name)
def test_patterns_take_what_the_program_takes(option: Option) -> None:
    parameter = PARAMETERS[camel_case(option.name)]
    example = parameter["helpText"].rpartition("For example: ")[2]
    for regex in parameter.get("regexes", ()):
        compiled = re2.compile(regex)
        for value in filter(None, (example, parameter.get("defaultValue"))):
            assert compiled.search(value), (regex, value)
            option.kind.parse(value)


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("keepQuery", ["true", "false"], ["yes", "1", ""]),
        ("maxNesting", ["1", "400"], ["-1", "1.5", "many"]),
        ("maxMessageBytes", ["1000", "10MiB", "10 mb", "1GB", "5B"], ["10 apples", "MiB", "-1B", "10k"]),
        ("windowDuration", ["60s", "5m", "1h", "250ms", "1d"], ["60", "1 h", "m", "60s "]),
        ("fraudFrom", ["2026-09-17T00:00:00Z", "2026-09-17T02:00:00.5+02:00"], ["2026-09-17", "yesterday"]),
        ("rename", ["page=url", "page.path=url,uid=user_id"], ["page", "=url"]),
        (
            "outputDataset",
            ["my-shop:millrace", "my-shop.millrace", "example.com:my-shop:views"],
            ["millrace", "a:b:c:d"],
        ),
        ("outputDirectory", ["gs://my-shop-archive/events/"], ["my-shop-archive", "s3://x/"]),
        ("outputBigtable", ["projects/my-shop/instances/serving/tables/page_views"], ["projects/my-shop/tables/x"]),
        ("alertsTopic", ["projects/my-shop/topics/alerts"], ["alerts", "projects/my-shop/subscriptions/alerts"]),
        ("mapping", ["gs://b/mapping.yaml"], ["mapping.yaml", "gs://"]),
    ],
)
def test_patterns_refuse_what_no_program_would_take(name: str, taken: list[str], refused: list[str]) -> None:
    (regex,) = PARAMETERS[name]["regexes"]
    assert [text for text in taken if not re2.compile(regex).search(text)] == []
    assert [text for text in refused if re2.compile(regex).search(text)] == []


@pytest.mark.parametrize("kind", [Ratio(), Choice(("a",))])
def test_a_kind_without_a_form_is_an_error_not_a_guess(kind: Any) -> None:
    with pytest.raises(KeyError):
        list(parameters([Option("new", Group.TUNING, kind, "", "Something new.", "1")]))


def test_metadata_says_how_it_streams() -> None:
    read = dataflow_v1beta3.TemplateMetadata.from_json(json.dumps(metadata()))
    assert (read.streaming, read.supports_at_least_once, read.supports_exactly_once) == (True, True, True)


def test_help_is_no_longer_than_a_form_shows() -> None:
    assert all(0 < len(parameter["helpText"]) <= 250 for parameter in PARAMETERS.values())
    assert Path(FOLDER / "metadata.json").stat().st_size < 64 * 1024
