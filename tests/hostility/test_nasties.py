"""The worst that is known: bombs, endless lines, towers of brackets, floods of types, and strings that attack."""

import gzip
import json
import unicodedata
from pathlib import Path
from random import Random

import pytest

from tests.hostility.checks import write
from tests.hostility.fuzzing import measured
from tests.hostility.good import dump, envelope, event
from tests.program import added_up, ledger, run_here, select

MIB = 1 << 20
GOOD = dump(event(Random(1), 1))
DEEP = 100_000
ATTACKS = (
    "<script>alert(1)</script>",
    "'; DROP TABLE page_views; --",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202e\u2066evil\u2069\u200f",
)


def rejected(output):
    """Give the reject reasons with their numbers, and the number counted; the ledger must add up."""
    received, counted, duplicate, reasons, _ = added_up(ledger(output))
    assert received == counted + duplicate + sum(reasons.values())
    return counted, reasons


def bomb(path, size=1 << 30):
    """Write a line of zeros without an end, a thousandth of the size."""
    zeros = b"0" * MIB
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(GOOD + b"\n")
        for _ in range(size // MIB):
            file.write(zeros)
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Measure what a run of one good event takes."""
    folder = tmp_path_factory.mktemp("base")
    return measured(folder / "out", ["--input", str(write(folder / "in.jsonl", [GOOD]))])[2]


@pytest.mark.parametrize(
    ("framing", "expected"),
    [("file", (1, {"too_large": 1})), ("envelope", (1, {"decompressed_too_large": 1}))],
)
def test_a_bomb_of_a_gibibyte_is_never_held(framing, expected, base, tmp_path):
    path = bomb(tmp_path / "bomb.gz")
    if framing == "envelope":
        path = write(tmp_path / "in.jsonl", [GOOD, envelope(1, path.read_bytes())])
    status, told, peak = measured(tmp_path / "out", ["--input", str(path)])
    assert (status, told) == (0, "")
    assert rejected(tmp_path / "out") == expected
    assert peak < base + 200 * MIB


def test_lines_above_the_bound_are_refused_and_their_neighbours_counted(tmp_path):
    lines = [GOOD, b"x" * (10 * MIB + 1), b"y" * (60 * MIB), dump(event(Random(1), 2))]
    assert run_here(tmp_path / "out", "--input", write(tmp_path / "in.jsonl", lines)) == 0
    assert rejected(tmp_path / "out") == (2, {"too_large": 2})


@pytest.mark.parametrize("opened", ["[", '{"a":'])
@pytest.mark.parametrize("framing", ["line", "element", "envelope", "data"])
def test_a_tower_of_brackets_is_too_deep(framing, opened, tmp_path):
    closed = "]" if opened == "[" else "}"
    tower = (opened * DEEP + "1" + closed * DEEP).encode()
    line = {
        "line": tower,
        "element": b"[" + GOOD + b"," + tower + b"]",
        "envelope": envelope(1, tower),
        "data": GOOD.replace(b'"user_id"', b'"deep":' + tower + b',"user_id"').replace(b'"e1"', b'"e3"'),
    }[framing]
    path = write(tmp_path / "in.jsonl", [dump(event(Random(1), 2)), line])
    assert run_here(tmp_path / "out", "--input", path) == 0
    assert rejected(tmp_path / "out") == (2 if framing == "element" else 1, {"too_deep": 1})


def test_brackets_within_a_string_are_text(tmp_path):
    made = event(Random(1), 1)
    made["data"]["note"] = "[" * DEEP
    assert run_here(tmp_path / "out", "--input", write(tmp_path / "in.jsonl", [dump(made)])) == 0
    assert rejected(tmp_path / "out") == (1, {})


def test_a_flood_of_types_makes_no_flood_of_keys(tmp_path):
    made = (event(Random(number), number) | {"type": f"t{number}.<b>"} for number in range(100_000))
    path = write(tmp_path / "in.jsonl", [GOOD, *map(dump, made)])
    assert run_here(tmp_path / "out", "--no_archive", "--input", path) == 0
    assert rejected(tmp_path / "out") == (1, {"unknown_contract": 100_000})
    assert len({row[0] for row in ledger(tmp_path / "out")}) == 2


@pytest.mark.parametrize("attack", ATTACKS)
def test_strings_that_attack_are_kept_as_they_are_and_shown_harmlessly(attack, tmp_path, capsys):
    good, bad = event(Random(1), 1), event(Random(1), 2)
    good |= {"id": f"e{attack}", "source": attack}
    good["data"] = {"url": f"/p/{attack}", "user_id": attack, "user_agent": attack, "note": attack}
    bad = dict.fromkeys(bad, attack)
    path = write(tmp_path / "in.jsonl", [dump(good), json.dumps(bad, ensure_ascii=False).encode()])
    capsys.readouterr()
    assert run_here(tmp_path / "out", "--input", path) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert {unicodedata.category(c) for c in shown.out if c != "\n"} & {"Cc", "Cf", "Co", "Cs"} == set()
    assert select(tmp_path / "out", "SELECT url FROM page_views") == [[f"/p/{attack}"]]
    letters = select(tmp_path / "out", "SELECT payload_bytes FROM dead_letters")
    assert letters == [[Path(path).read_bytes().split(b"\n")[1]]]
