"""The command: the same bytes for the same options, labels in step, and what a person sees."""

import gzip
import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from options.simulation_table import OPTIONS
from pipeline.progress import Progress
from pipeline.report.simulation import progress_text
from pipeline.simulate import main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pipeline.simulate"]
VARIED = ("--duplicates", "0.1", "--late", "0.05", "--in_future", "0.03", "--malformed", "0.15", "--events", "2000")


def simulate(path, *arguments):
    assert main([*arguments, "--quiet", "--output", str(path)]) == 0
    return path.read_bytes()


def digest(data):
    return sha256(data).hexdigest()


# Determinism. The digests change with the generators, and with nothing else: not with platform, Python, numpy or zlib.


@pytest.mark.parametrize(
    ("form", "events", "labels"),
    [
        ((), "f6fa7441736c4c48", "c2573f3616cf812b"),
        (("--envelope",), "2393643edeb54124", "735a5ed861044490"),
        (("--envelope", "--events_per_message", "20", "--seed", "9"), "f8f6e9d2601ce6e2", "367fd056a11c3275"),
    ],
    ids=["lines", "messages", "batches"],
)
def test_the_bytes_are_known(tmp_path, form, events, labels):
    written = simulate(tmp_path / "events", *VARIED, *form, "--labels", str(tmp_path / "labels"))
    assert (digest(written)[:16], digest((tmp_path / "labels").read_bytes())[:16]) == (events, labels)


def test_nothing_asked_for_is_what_it_was_before_there_were_scenarios(tmp_path):
    labels = tmp_path / "labels"
    written = simulate(tmp_path / "events", "--events", "20000", "--labels", str(labels))
    assert digest(written) == "722ed03a1f80dd36a64fd2fc6be0b764710406fa56965781c82a4f1d0f7941aa"
    assert digest(labels.read_bytes()) == "16a0a348df12e61eec3c96a16234ea74ea20806807b176be672e9edcef24c6a8"


@pytest.mark.parametrize(
    ("form", "events", "fraud"),
    [
        ((), "470af8da87e76616", "4d9159f9df2dc039"),
        (("--envelope", "--seed", "9"), "e49a822a28958ba3", "078886bf58798da8"),
    ],
    ids=["lines", "messages"],
)
def test_the_bytes_of_scenarios_are_known(tmp_path, form, events, fraud):
    truth = tmp_path / "fraud"
    scenarios = ("--duration", "3d", "--attacks", "8", "--hard_negatives", "8", "--fraud_labels", str(truth))
    written = simulate(tmp_path / "events", "--events", "500", *scenarios, *form)
    assert (digest(written)[:16], digest(truth.read_bytes())[:16]) == (events, fraud)


def test_another_seed_writes_other_lines_and_other_ids(tmp_path):
    lines = [set(simulate(tmp_path / seed, "--events", "500", "--seed", seed).splitlines()) for seed in "12"]
    assert not {line for line in lines[0] & lines[1] if line.startswith(b'{"specversion"')}


def test_a_longer_history_is_written_as_it_comes(tmp_path):
    """No more is made than is read: of an endless history the first lines come at once."""
    process = subprocess.Popen(
        [*COMMAND, "--events", "1000000000000", "--output", "-"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert json.loads(line)["specversion"] == "1.0"
    assert (process.returncode, b"Traceback" in errors) == (0, False)


# Forms of output


def test_a_gz_name_compresses_and_the_text_is_the_same(tmp_path):
    plain, zipped = (simulate(tmp_path / name, "--events", "300") for name in ("a.jsonl", "a.jsonl.gz"))
    assert gzip.decompress(zipped) == plain
    assert zipped[4:8] == b"\0\0\0\0"
    assert simulate(tmp_path / "b.jsonl.gz", "--events", "300") == zipped


def test_a_dash_is_standard_output(tmp_path):
    run = subprocess.run([*COMMAND, "--events", "20", "--output", "-"], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout == simulate(tmp_path / "file", "--events", "20")
    assert b"received   20" in run.stderr


@pytest.mark.parametrize("form", [(), ("--envelope",)])
def test_labels_are_in_step_with_the_lines(tmp_path, form):
    labels = tmp_path / "labels.jsonl.gz"
    written = simulate(tmp_path / "events", *VARIED, *form, "--labels", str(labels))
    lines = written.splitlines(keepends=True)
    told = [json.loads(line) for line in gzip.decompress(labels.read_bytes()).splitlines()]
    assert sorted({label["line"] for label in told}) == list(range(1, len(lines) + 1))
    for label in told:
        line = lines[label["line"] - 1]
        assert written[label["offset"] :].startswith(line)
        if label["message_id"]:
            assert json.loads(line)["message"]["messageId"] == label["message_id"]
        elif label["outcome"] == "counted":
            event = json.loads(line)
            assert [event["id"], event["source"], event["type"]] == [label["id"], label["source"], label["type"]]
    assert {label["scenario"] for label in told} == {"normal"}
    assert {label["bot"] for label in told} == {True, False}


# What a person sees


def test_the_summary(tmp_path, capsys):
    path = tmp_path / "events.jsonl"
    arguments = ["--events", "2000", "--seed", "7", "--envelope", "--output", str(path), "--labels", os.devnull]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0] == "Simulated 2,000 events of seed 7, 2026-09-17T10:00:00Z to 2026-09-17T11:00:00Z"
    assert (
        lines[1]
        == f"  Output   {path}: {len(path.read_bytes().splitlines()):,} lines, {path.stat().st_size / 1e6:.1f} MB"
    )
    assert lines[2] == f"  Labels   {os.devnull}"
    assert lines[3].startswith("  Time     ")
    assert lines[3].endswith(" events/s")
    assert lines[4:] == [
        "",
        "A run over it has to arrive at",
        "    received   2,000",
        "  = counted    1,919  1,557 of them page views, 119 of these by bots",
        "  + duplicate     49",
        "  + rejected      32",
        "      bad_envelope            1",
        "      bad_time                3",
        "      contract_violated       3",
        "      in_future               2",
        "      not_an_event            2",
        "      not_decompressible      1",
        "      not_json                3",
        "      not_utf8                3",
        "      too_deep                1",
        "      too_late               11",
        "      unknown_contract        2",
        "  15 more came in messages delivered again, which are received once.",
    ]


def test_the_summary_tells_of_scenarios(tmp_path, capsys):
    path, truth = tmp_path / "events.jsonl", tmp_path / "fraud.jsonl"
    scenarios = ["--duration", "2d", "--attacks", "2", "--hard_negatives", "1", "--fraud_labels", str(truth)]
    assert main(["--events", "200", *scenarios, "--output", str(path)]) == 0
    lines = capsys.readouterr().err.splitlines()
    number = len(path.read_bytes().splitlines())
    assert lines[0].startswith(f"Simulated {number:,} events of seed 1, ")
    assert lines[1] == (
        f"  Fraud    {number - 200:,} of them for 2 attacks and 1 hard negative, with what their customers did before"
    )
    assert lines[3] == f"  Truth    {truth}, a line for each attack and hard negative"
    assert [json.loads(line)["label"] for line in truth.read_text().splitlines()].count("attack") == 2


def test_quiet_says_nothing(tmp_path, capsys):
    simulate(tmp_path / "events", "--events", "10")
    assert capsys.readouterr() == ("", "")


def test_help_names_every_option(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"--{option.name}" in out for option in OPTIONS)


def test_all_faults_at_once_and_nothing_is_written(tmp_path, capsys):
    output = tmp_path / "events.jsonl"
    assert main(["--output", str(output), "--events", "0", "--mix", "pages=1", "--sed", "3", "--late", "2"]) == 2
    err = capsys.readouterr().err
    assert "4 faults; nothing was run" in err
    assert [line for line in err.splitlines() if line.startswith(("-", "unknown"))] == [
        "unknown option",
        "--events",
        "--mix",
        "--late",
    ]
    assert not output.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_told_in_a_sentence(capsys):
    assert main(["--events", "10", "--output", "/dev/full"]) == 1
    assert capsys.readouterr().err == (
        "millrace: cannot write /dev/full: No space left on device; the output is not whole\n"
    )


def test_an_interruption_is_told_in_a_sentence(tmp_path, capsys, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.simulate.lines", interrupted)
    assert main(["--output", str(tmp_path / "events")]) == 130
    assert capsys.readouterr().err == "millrace: interrupted; the output is not whole\n"


def test_a_terminated_command_ends_as_an_interrupted_one(tmp_path):
    path = tmp_path / "events"
    command = [*COMMAND, "--events", "5000000", "--output", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (path.exists() and path.stat().st_size):
        time.sleep(0.05)
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("millrace: interrupted; the output is not whole\n")


def test_progress_tells_of_events_on_top_of_the_total():
    progress = Progress()
    progress.start(2_000)
    progress.add(2_000)
    assert progress_text(progress, 3.2) == "wrote 2,000 of 2,000 events, 3 s"
    progress.add(500)
    assert progress_text(progress, 4.0) == "wrote 2,500 events, 4 s"
