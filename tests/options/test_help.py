"""Help and the README's table: nothing of the table is missing, and it can be read."""

import shlex

import pytest

from options.command_line import parse_command_line
from options.help import EXAMPLES, help_text, options_markdown
from options.help_page import wants_help
from options.option import Group, Option
from options.pipeline_options import MillraceOptions
from options.table import BEAM_OPTIONS, OPTIONS

ALL = (*OPTIONS, *BEAM_OPTIONS)


@pytest.mark.parametrize("option", ALL, ids=lambda option: option.name)
def test_every_option_is_in_help_in_its_group_with_its_default(option: Option) -> None:
    section = help_text(100).split(f"\n{option.group}:\n")[1].split("\n\n")[0]
    words = " ".join(section.split())
    assert f"{option.head} {option.help}" in words
    assert f"[{option.default}]" in words or not option.default


@pytest.mark.parametrize("option", ALL, ids=lambda option: option.name)
def test_every_option_is_a_row_of_the_readme(option: Option) -> None:
    [row] = [line for line in options_markdown().splitlines() if f"`{option.head}`" in line]
    assert row.count("|") == 4
    assert option.help in row
    assert option.default in row


def test_help_and_readme_name_no_other_options() -> None:
    assert len(options_markdown().splitlines()) == 2 + len(ALL)
    heads = [line.split()[0] for line in help_text(60).splitlines() if line.startswith("  --")]
    assert sorted(heads) == sorted(f"--{option.name}" for option in ALL)


def test_every_option_of_the_parser_is_in_the_table_and_back() -> None:
    assert MillraceOptions([]).get_all_options(current_only=True).keys() == {option.name for option in OPTIONS}


def test_the_table_is_sound() -> None:
    assert len({option.name for option in ALL}) == len(ALL)
    assert {option.group for option in ALL} == set(Group)
    for option in ALL:
        assert option.help.endswith("."), option.name
        assert option.is_flag or option.example, option.name


@pytest.mark.parametrize("width", range(60, 121))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, help_text(width).splitlines())) <= width


def test_help_is_short_and_takes_any_width() -> None:
    assert len(help_text(100).splitlines()) <= 95
    assert help_text(10) == help_text(60)
    assert help_text(1000) == help_text(120)


@pytest.mark.parametrize("width", [60, 100])
def test_examples_of_help_can_be_pasted(width: int) -> None:
    pasted = help_text(width).split("Examples:\n")[1].split("\n\n")[0].replace("\\\n", "")
    assert [shlex.split(line) for line in pasted.splitlines()] == [shlex.split(example) for example in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_help_are_without_fault(example: str) -> None:
    assert parse_command_line(shlex.split(example.partition("pipeline ")[2])).faults == ()


def test_help_tells_every_exit_status() -> None:
    assert all(f"\n  {status}  " in help_text(80) for status in range(4))


@pytest.mark.parametrize("argv", [["-h"], ["--help"], ["--input", "a", "--help"], ["--nonsense", "-h"]])
def test_help_is_wanted_anywhere(argv: list[str]) -> None:
    assert wants_help(argv)


def test_help_is_not_wanted() -> None:
    assert not wants_help(["--input=-h", "--helper"])
