"""The summary: what a person reads at the end, at any width, whatever events hold."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.endpoints.sqlite_figures import Example, Figures, FraudFigures, Page, RuleQuality, TopAlert
from pipeline.endpoints.sqlite_retention import Pruned
from pipeline.report import commands
from pipeline.report.commands import Commands, command_lines, commands_here
from pipeline.report.summary import Told, alarm, exit_status, summary
from pipeline.report.text import columns
from tests.pipeline.runs import run, views_file
from transforms.core.ledger import Account
from transforms.core.reasons import ADVICE

WINDOWS = ("2026-09-17T00:02:00Z", "2026-09-17T23:05:00Z")
SUN = "\N{CJK UNIFIED IDEOGRAPH-65E5}"
HOSTILE = "/\x1b[31mred\x07\r\n\u202e\ud800" + SUN * 80
PAGES = [
    Page("https://shop.example/", 1_234_567, 89),
    Page("/" + "x" * 300, 1000, 0),
    Page(HOSTILE, 10, 1),
    Page("/\N{PILE OF POO}/e\u0301", 1, 0),
]
EXAMPLES = {
    "not_json": Example("not JSON: \x1b[2J invalid character (byte 0)", "m1\x07", "", '{"a": \x1b\n' * 50),
    "contract_violated": Example("web.page_view.v1: /data/url: " + "too long " * 30, "m2", "77", "y" * 500),
    "too_late": Example("2026-09-17T07:23:16Z is late", "m3", "0", "{}"),
}


FRAUD = FraudFigures(
    1234,
    56,
    7,
    8,
    (
        TopAlert(
            100, "high", "card_testing.bin_attack", "merchant|bin", "shop\x1b[2J|400000", "90 different cards " * 9
        ),
        TopAlert(50, "review", "takeover.chain", "account", HOSTILE, "a login on a new device"),
    ),
    (
        RuleQuality("card_testing.bin_attack", 1200, 3, 1, 0.75),
        RuleQuality("takeover.chain", 34, 0, 0, None),
    ),
)


def figures(received: int = 0, counted: int = 0, duplicate: int = 0, **changed: Any) -> Figures:
    rejected = changed.pop("rejected", {})
    account = Account(received, counted, duplicate, rejected, masked=0)
    refused = account.refused
    rows = 1 if counted else 0
    made = Figures(account, counted, counted, refused, rows, rows, *WINDOWS, [], EXAMPLES, 0)
    return made._replace(**changed)


def told(**changed: Any) -> Told:
    made = Told(
        title="Millrace 0.1.0, run 0123456789ab",
        files=3,
        size=2_500_000,
        inputs=("logs/*.gz",),
        output="out",
        store="out/millrace.db",
        archive="out/archive",
        seconds=2.0,
        max_reject_ratio=0.1,
        pruned=Pruned(),
        commands=Commands(),
    )
    return made._replace(**changed)


BUSY = figures(
    2_000_000,
    1_899_950,
    100_000,
    rejected={"not_json": 30, "contract_violated": 15, "too_late": 5},
    top_pages=PAGES,
    urls=17,
    rows=400,
    other_runs=12,
    fraud=FRAUD,
)
SCENES = {
    "a lot": (BUSY, told(inputs=())),
    "several inputs": (BUSY, told(inputs=("/a" * 60, "b\x1b"), pruned=Pruned(12_345, 1))),
    "no events": (figures(), told()),
    "one event": (figures(1, 1, top_pages=[Page("/", 1, 0)], urls=1, rows=1), told(files=1, size=131)),
    "rejects only": (figures(5, rejected={"not_json": 5}), told()),
    "too many": (figures(5, 3, rejected={"contract_violated": 2}), told(inputs=())),
    "broken": (figures(9, 5, 1, written_views=4, rejected={"not_json": 2}, written_rejects=1), told()),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(scene, width):
    lines = summary(*SCENES[scene], width).split("\n")
    assert [line for line in lines if columns(line) > width] == []
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("width", [40, 80])
def test_the_alarm_alone_fits_too(width):
    for scene in SCENES.values():
        assert all(columns(line) <= width for line in alarm(*scene, width).split("\n"))


def test_a_busy_run_at_sixty_columns():
    assert summary(*SCENES["a lot"], 60).split("\n") == [
        "Millrace 0.1.0, run 0123456789ab",
        "  Input    the bundled sample: 3 files, 2.5 MB",
        "  Output   out/millrace.db, with the results of 12 other",
        "           runs",
        "  Archive  out/archive",
        "  Time     2.0 s, 1,000,000 events/s",
        "  Windows  2026-09-17T00:02:00Z to 2026-09-17T23:05:00Z",
        "",
        "Top pages                                     views  by bots",
        "  https://shop.example/                   1,234,567       89",
        "  /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…      1,000        0",
        "  /\\x1b[31mred\\x07\\r\\n\\u202e\\ud800" + SUN * 2 + "…          10        1",
        "  /\N{PILE OF POO}/e\u0301                                           1        0",
        "  17 URLs, 400 rows in page_views",
        "",
        "Fraud: 1,234 open alerts, 56 of them urgent; 7 suppressed by",
        "lists and reviews; 8 by rules in SHADOW",
        "    100  card_testing.bin_attack  merchant|bin shop\\x1b[2J|…",
        "         90 different cards 90 different cards 90 different",
        "         cards 90 different cards 90 different cards 90",
        "         different cards 90 different cards 90 different ca…",
        "     50  takeover.chain  account /\\x1b[31mred\\x07\\r\\n\\u202e…",
        "         a login on a new device",
        "",
        "Rules by the reviews of their alerts",
        "  card_testing.bin_attack",
        "      precision 75 %: 3 confirmed, 1 false positive; 1,200",
        "      open",
        "  takeover.chain",
        "      none decided: 0 confirmed, 0 false positives; 34 open",
        "",
        "Rejects, with an example each",
        "  not_json           30",
        "      not JSON: \\x1b[2J invalid character (byte 0)",
        "  contract_violated  15",
        "      web.page_view.v1: /data/url: too long too long too",
        "      long too long too long too long too long too long too…",
        "  too_late            5",
        "      2026-09-17T07:23:16Z is late",
        "",
        "Ledger",
        "    received   2,000,000",
        "  = counted    1,899,950  distinct events",
        "  + duplicate    100,000  the same events again",
        "  + rejected          50  set aside in dead_letters",
        "  The sum adds up.",
        "",
        "Next",
        "  Query the results:",
        "    sqlite3 out/millrace.db \\",
        "      'SELECT url, window_start, views FROM page_views",
        "      ORDER BY views DESC LIMIT 5'",
        "  See the alerts:",
        "    sqlite3 out/millrace.db 'SELECT score, rule_id,",
        "      entity, reasons FROM fraud_alerts",
        "      ORDER BY status, score DESC LIMIT 5'",
        "  See the rejects:",
        "    sqlite3 out/millrace.db 'SELECT reason, error_message,",
        "      payload_string FROM dead_letters LIMIT 5'",
        "  Your own events (README, section 'Your own events'):",
        "    python -m pipeline --input FILES --output out2",
        "  See it all on a page, and review the alerts:",
        "    python -m dashboard --store out --open",
    ]


def test_rules_stand_beside_their_quality_where_there_is_room():
    lines = summary(*SCENES["a lot"], 120).split("\n")
    first = lines.index("Rules by the reviews of their alerts")
    assert lines[first + 1 : first + 3] == [
        "  card_testing.bin_attack  precision 75 %: 3 confirmed, 1 false positive; 1,200 open",
        "  takeover.chain           none decided: 0 confirmed, 0 false positives; 34 open",
    ]


def test_examples_stand_beside_their_reasons_where_there_is_room():
    lines = summary(*SCENES["a lot"], 120).split("\n")
    assert "  too_late            5  2026-09-17T07:23:16Z is late" in lines
    assert (
        "    sqlite3 out/millrace.db 'SELECT reason, error_message, payload_string FROM dead_letters LIMIT 5'" in lines
    )


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_commonest_reason_comes_first(width):
    text = summary(*SCENES["rejects only"], width)
    assert text.startswith("NOTHING WAS ADMITTED: 5 of 5 events were")
    flat = " ".join(text.split("\n\n")[0].split())
    assert f"The commonest reason is not_json (5): {ADVICE['not_json'].meaning}" in flat  # type: ignore[index]
    assert "For example: " in flat
    assert flat.endswith("The option that probably helps: --input_format access_log")


@pytest.mark.parametrize(
    ("scene", "status", "first"),
    [
        ("a lot", 0, ""),
        ("no events", 3, "NOTHING WAS READ: the input holds no events. Check --input."),
        ("rejects only", 3, "NOTHING WAS ADMITTED: 5 of 5 events were rejected (100%)."),
        ("too many", 3, "TOO MANY REJECTS: 2 of 5 events were rejected (40%)."),
        (
            "broken",
            1,
            "FAILED: the ledger does not add up; results are incomplete. Run again, and report this if it stays.",
        ),
    ],
)
def test_status_and_alarm(scene, status, first):
    figures_of, told_of = SCENES[scene]
    assert exit_status(figures_of, told_of.max_reject_ratio) == status
    assert alarm(figures_of, told_of, 100).split("\n")[0] == first


def test_an_account_that_does_not_add_up_says_where():
    text = alarm(*SCENES["broken"], 80)
    assert "THE SUM DOES NOT ADD UP: +1." in text
    assert "VIEWS ARE MISSING: 5 counted, 4 written." in text
    assert "DEAD LETTERS ARE MISSING: 2 rejected, 1 written." in text
    assert "The sum adds up" not in summary(*SCENES["broken"], 80)


def test_every_reason_can_be_the_commonest():
    for reason, advice in ADVICE.items():
        text = alarm(figures(1, rejected={str(reason): 1}, examples={}), told(), 80)
        assert advice.option in text
        assert ("The option that probably helps:" in text) == bool(advice.option)


# Commands


@pytest.mark.parametrize("width", [20, 60, 200])
@pytest.mark.parametrize(
    "words",
    [
        ("a b", "it's", "x" * 70, "--flag=$HOME", "\N{SNOWMAN}"),
        ("SELECT 'a'\nFROM b", "one\ntwo\nthree", "end"),
    ],
)
def test_a_command_can_be_pasted_into_a_shell(words, width):
    shell = "\n".join(command_lines(("printf", "%s|", *words), width, "    "))
    pasted = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert [" ".join(word.split()) for word in pasted.split("|")] == [*(word.replace("\n", " ") for word in words), ""]


@pytest.mark.parametrize("with_sqlite", [True, False])
def test_the_commands_that_are_suggested_work(tmp_path, with_sqlite, monkeypatch, capsys):
    output = tmp_path / "it's an output"
    (tmp_path / "events.jsonl").write_text(views_file(tmp_path / "views", range(20)).read_text() + "not json\n")
    if not with_sqlite:
        monkeypatch.setattr("shutil.which", lambda _: None)
    seen = run(capsys, "--input", tmp_path / "events.jsonl", "--output", output)
    for label, found in (("Query the results:", "2026-09-17T00:0"), ("See the rejects:", "not JSON")):
        command = "\n".join(lines_below(seen.out, label))
        answer = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True, cwd=Path.cwd())
        assert found in answer.stdout
    assert "Your own events" not in seen.out


def lines_below(text: str, label: str) -> list[str]:
    after = text.partition(f"  {label}\n")[2].splitlines()
    return after[: next((number for number, line in enumerate(after) if not line.startswith("    ")), len(after))]


def test_programs_are_named_as_the_shell_finds_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "millrace"):
        (tmp_path / ".venv" / "bin" / name).touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(sys, "argv", ["pipeline/__main__.py"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert commands_here().program == (".venv/bin/python", "-m", "pipeline")
    monkeypatch.setenv("PATH", str(tmp_path / ".venv" / "bin"))
    assert commands_here().program == ("python", "-m", "pipeline")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "millrace")])
    assert commands_here().program == ("millrace",)


@pytest.mark.parametrize(("version", "words"), [((3, 11), ("-c", commands._WITH_PYTHON)), ((3, 12), ("-m", "sqlite3"))])
def test_a_query_needs_no_sqlite_program(version, words, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(sys, "version_info", version)
    assert commands_here().query[1:] == words
