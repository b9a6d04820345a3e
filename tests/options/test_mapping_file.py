"""The mapping file: the same as the command line says, which wins."""

from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from options.faults import Fault, UsageError
from options.mapping_file import EXAMPLES, merge_pairs, read_mapping_file
from options.settings import Settings
from transforms.core.mapping import FieldMapping

WHOLE = "event_type: t.v1\nid_field: i\ntime_field: m.at\nsource: s\nrename: {page: url, who: user_id}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mapping.yaml"


def settings_of(path: Path, *flags: str) -> Settings:
    return Settings.from_options(PipelineOptions([f"--mapping={path}", *flags]))


def faults_of(path: Path, *flags: str) -> tuple[Fault, ...]:
    with pytest.raises(UsageError) as caught:
        settings_of(path, *flags)
    return caught.value.faults


def test_a_file_says_it_all(path: Path) -> None:
    path.write_text(WHOLE)
    settings = settings_of(path)
    assert settings.mapping == FieldMapping("t.v1", "i", "m.at", "s", (("page", "url"), ("who", "user_id")))
    assert settings.source == "s"


def test_the_command_line_wins(path: Path) -> None:
    path.write_text(WHOLE)
    settings = settings_of(path, "--event_type=u.v1", "--source=other", "--rename=link=url")
    assert settings.mapping == FieldMapping("u.v1", "i", "m.at", "other", (("link", "url"), ("who", "user_id")))


def test_the_contract_may_stand_on_the_command_line_alone(path: Path) -> None:
    path.write_text("id_field: i\n")
    assert settings_of(path, "--event_type=t.v1").mapping == FieldMapping("t.v1", "i")
    [fault] = faults_of(path)
    assert (fault.option, fault.given) == ("--event_type", "nothing, beside --id_field, --mapping")


def test_examples_are_a_valid_file(path: Path) -> None:
    path.write_text("\n".join(EXAMPLES.values()))
    assert read_mapping_file(str(path)).keys() == EXAMPLES.keys() == set(FieldMapping._fields) - {"known"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a YAML file with the keys"),
        ("- a\n", "a YAML file with the keys"),
        ("a: [", "valid YAML"),
        ("a: \x00", "valid YAML"),
        (r'a: "\UFFFFFFFF"', "valid YAML"),
        ("time_field: 2026-99-99", "valid YAML"),
        ("[" * 5_000, "valid YAML"),
        ("event_type: 1", "text that is not empty"),
        ("event_type: ''", "text that is not empty"),
        ("id_field: [a]", "text that is not empty"),
        ("rename: a=b", "pairs of"),
        ("rename: {a: 1}", "pairs of"),
        ("rename: {1: a}", "pairs of"),
        ("rename: null", "pairs of"),
        ("even_type: t", "did you mean event_type?"),
        ("1: t", "only the keys"),
    ],
)
def test_a_bad_file_is_a_fault(path: Path, text: str, expected: str) -> None:
    path.write_text(text)
    [fault] = faults_of(path, "--id_field=i")
    assert fault.option == "--mapping"
    assert str(path) in fault.given
    assert expected in fault.expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        [fault] = faults_of(path)
        assert (fault.option, fault.given) == ("--mapping", str(path))
        assert "can be read" in fault.expected


def test_all_faults_of_a_file_at_once(path: Path) -> None:
    path.write_text("event_typ: t\nsource: 1\nrename: 2\n")
    assert len(faults_of(path)) == 3


def test_merging_pairs_keeps_what_is_not_named_again() -> None:
    theirs = (("a", "url"), ("b", "ip"), ("c", "user_id"))
    assert merge_pairs((("x", "url"), ("b", "session_id")), theirs) == (
        ("x", "url"),
        ("b", "session_id"),
        ("c", "user_id"),
    )
