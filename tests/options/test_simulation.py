"""The simulator's command line: every option is read, and all that is wrong is told at once."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from options.faults import Fault, UsageError
from options.option import Option
from options.simulation import EXAMPLES, HELP, read_simulation
from options.simulation_table import OPTIONS, Group
from transforms.core.times import HOUR, MINUTE, parse_time


def faults_of(*argv: str) -> tuple[Fault, ...]:
    with pytest.raises(UsageError) as caught:
        read_simulation(["--output", "-", *argv])
    return caught.value.faults


def test_no_words_are_the_defaults() -> None:
    assert read_simulation(["--output", "events.jsonl"]) == {
        "events": 100_000,
        "seed": 1,
        "start": parse_time("2026-09-17T10:00:00Z"),
        "duration": HOUR,
        "mix": {"page_view": 80, "request": 8, "login": 6, "payment": 5, "change": 1},
        "bots": 0.08,
        "attacks": 0,
        "hard_negatives": 0,
        "duplicates": 0.02,
        "malformed": 0.01,
        "bulky_every": 1_000_000,
        "late": 0.005,
        "in_future": 0.001,
        "redelivered": 0.005,
        "envelope": False,
        "events_per_message": None,
        "output": "events.jsonl",
        "labels": "",
        "fraud_labels": "",
        "topic": "",
        "rate": None,
        "quiet": False,
    }


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_example_is_understood(option: Option) -> None:
    words = [option.usage.split()[0], *([] if option.is_flag else [option.example])]
    room = ["--envelope", *(["--duration", "2d"] if option.name in ("attacks", "hard_negatives") else [])]
    room += {"topic": [], "rate": ["--topic", "projects/my-shop/topics/tea"]}.get(option.name, ["--output", "-"])
    values = read_simulation([*room, *words])
    assert values[option.name] == (True if option.is_flag else option.kind.parse(option.example))
    assert read_simulation([*room, "=".join(words)])[option.name] == values[option.name]


@pytest.mark.parametrize(
    ("argv", "option", "given"),
    [
        (["--events", "0"], "--events", "0"),
        (["--events", "1e6"], "--events", "1e6"),
        (["--seed", "-1"], "--seed", "-1"),
        (["--start", "2026-09-17"], "--start", "2026-09-17"),
        (["--start", "1999-12-31T23:59:59Z"], "--start", "1999-12-31T23:59:59Z"),
        (["--start", "2190-01-01T00:00:00Z"], "--start", "2190-01-01T00:00:00Z"),
        (["--duration", "0s"], "--duration", "0s"),
        (["--duration", "5"], "--duration", "5"),
        (["--mix", "page_view=0"], "--mix", "page_view=0"),
        (["--mix", "page_view"], "--mix", "page_view"),
        (["--mix", "login=1,login=2"], "--mix", "login=1,login=2"),
        (["--mix", "login=-1"], "--mix", "login=-1"),
        (["--late", "1.5"], "--late", "1.5"),
        (["--bulky_every", "2"], "--bulky_every", "2"),
        (["--quiet=no"], "--quiet", "no"),
        (["--labels"], "--labels", "no value"),
        (["--labels", "--quiet"], "--labels", "no value"),
        (["--labels="], "--labels", "no value"),
        (["--labels", "nowhere/truth.jsonl"], "--labels", "nowhere/truth.jsonl"),
        (["--labels", "tests"], "--labels", "tests"),
        (["--labels", "-"], "--labels", "-"),
        (["--events_per_message", "5"], "--events_per_message", "5"),
        (["--rate", "5"], "--rate", "5"),
        (["--topic", "events"], "--topic", "events"),
        (["--topic", "projects/my-shop/topics/tea"], "--topic", "projects/my-shop/topics/tea, beside --output -"),
        (["--attacks", "-1"], "--attacks", "-1"),
        (["--attacks", "1"], "--duration", "1h (the default)"),
        (["--hard_negatives", "1", "--duration", "47h"], "--duration", "169200s"),
        (["--fraud_labels", "tests"], "--fraud_labels", "tests"),
        (["--labels", "a.jsonl", "--fraud_labels", "a.jsonl"], "--fraud_labels", "a.jsonl"),
        (["--evnts", "5"], "unknown option", "--evnts 5"),
        (["--quite", "5"], "unknown option", "--quite"),
        (["events=5"], "stray word", "events=5"),
        (["5"], "stray word", "5"),
        (["--windowDuration", "5m"], "unknown option", "--windowDuration 5m"),
    ],
)
def test_a_fault_says_what_was_given(argv: list[str], option: str, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    first = faults_of(*argv)[0]
    assert (first.option, first.given) == (option, given)
    assert first.expected
    assert first.example


def test_an_output_is_needed() -> None:
    with pytest.raises(UsageError) as caught:
        read_simulation([])
    assert [(fault.option, fault.given) for fault in caught.value.faults] == [("--output", "nothing")]


def test_parts_are_parts_of_one_whole() -> None:
    [fault] = faults_of("--late", "0.5", "--malformed", "0.5")
    assert fault.given == "--duplicates 0.02 --late 0.5 --in_future 0.001 --malformed 0.5"
    assert read_simulation(["--output", "-", "--late", "0.5", "--malformed", "0.4"])["late"] == 0.5


def test_faults_come_all_at_once() -> None:
    found = faults_of("--evnts", "5", "stray", "--seed", "x", "--late", "9", "--events_per_message", "7")
    assert [fault.option for fault in found] == [
        "unknown option",
        "stray word",
        "--seed",
        "--late",
        "--events_per_message",
    ]


def test_weights_keep_the_order_of_the_table() -> None:
    values = read_simulation(["--output", "-", "--mix", "payment=2, page_view=1"])
    assert list(values["mix"].items()) == [
        ("page_view", 1),
        ("request", 0),
        ("login", 0),
        ("payment", 2),
        ("change", 0),
    ]


def test_durations_are_microseconds() -> None:
    assert read_simulation(["--output", "-", "--duration", "5m"])["duration"] == 5 * MINUTE


@pytest.mark.parametrize("width", range(60, 121, 5))
def test_no_line_of_help_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, HELP.render(width).splitlines())) <= width


def test_help_is_in_the_order_of_the_groups_and_short() -> None:
    text = HELP.render(100)
    assert [line[:-1] for line in text.splitlines() if line.startswith("What") or line == "Output:"] == [
        Group.HISTORY,
        Group.WRONG,
        Group.OUTPUT,
    ]
    assert len(text.splitlines()) <= 60
    for option in OPTIONS:
        assert f"{option.head} {option.help}" in " ".join(text.split())
        assert option.help.endswith(".")


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_help_are_without_fault(example: str) -> None:
    words = shlex.split(example.partition("pipeline.simulate ")[2].partition(" |")[0])
    values = read_simulation(words)
    assert values["output"] or values["topic"]


def test_the_command_line_is_read_without_beam() -> None:
    code = "import sys, options.simulation; print(*(n for n in sys.modules if n in ('apache_beam', 'pipeline')))"
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
