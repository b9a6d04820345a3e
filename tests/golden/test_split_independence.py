"""The same input ends in the same rows, however its files are cut, compressed, named, moved or found."""

import gzip
import json
import os
from functools import partial

import pytest

from pipeline.endpoints import resolve
from pipeline.endpoints.files import ReadFiles
from tests.program import added_up, ledger, read_tables, run_here, select

BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"


def log_line(number: int) -> str:
    """A line of an access log: four pages in turn over three minutes, every fifth by a bot, every seventh a fault."""
    if number % 7 == 0:
        return f'host-{number} - - [17/Sep/2026:10:40:05] "GET /no/zone HTTP/1.1" 200 5'
    agent = BOT if number % 5 == 0 else "-"
    time = f"17/Sep/2026:10:{40 + number % 3}:{number % 60:02d} +0000"
    return f'192.0.2.{number % 9} - - [{time}] "GET /page/{number % 4} HTTP/1.1" 200 5 "-" "{agent}"'


def event_line(number: int) -> str:
    """An event: every tenth repeats the one before, every seventh is a fault, some lines hold two."""
    if number % 7 == 0:
        return f'{{"id": "v-{number}", "cut": '
    number -= number % 10 == 9
    event = json.dumps(
        {
            "specversion": "1.0",
            "id": f"v-{number}",
            "source": "//shop.example",
            "type": "web.page_view.v1",
            "time": f"2026-09-17T10:{40 + number % 3}:{number % 60:02d}Z",
            "data": {"url": f"/page/{number % 4}", "ip": f"192.0.2.{number % 9}", "note": "é" * (number % 50)},
        },
        ensure_ascii=False,
    )
    return f"[{event}, {event}]" if number % 11 == 0 else event


def lines(line, first: int, last: int) -> bytes:
    return "".join(f"{line(number)}\n" for number in range(first, last)).encode()


FORMS = [pytest.param(log_line, id="access_log"), pytest.param(event_line, id="json_lines")]


@pytest.fixture
def in_splits(monkeypatch):
    def split(size: int) -> None:
        monkeypatch.setattr(resolve, "ReadFiles", partial(ReadFiles, split_bytes=size))

    return split


@pytest.mark.parametrize("line", FORMS)
def test_splits_compression_names_and_places_change_no_row(line, tmp_path, in_splits):
    data = lines(line, 1, 200)
    plain = tmp_path / "plain.txt"
    plain.write_bytes(data)
    assert run_here(tmp_path / "whole", "--input", plain) == 0
    wanted = read_tables(tmp_path / "whole")
    assert {letter["reason"] for letter in wanted["dead_letters"]} == {
        "bad_log_line" if line is log_line else "not_json"
    }
    assert len(wanted["dead_letters"]) == 28
    assert {row[0] for row in wanted["page_views"]} == {f"/page/{n}" for n in range(4)}

    compressed = tmp_path / "in" / "two members"
    compressed.parent.mkdir()
    compressed.write_bytes(gzip.compress(data[:3000]) + gzip.compress(data[3000:]))
    in_splits(-(-len(data) // 7))
    assert run_here(tmp_path / "gzip", "--input", compressed) == 0
    assert read_tables(tmp_path / "gzip") == wanted

    assert run_here(tmp_path / "seven", "--input", plain) == 0
    assert read_tables(tmp_path / "seven") == wanted

    moved = tmp_path / "elsewhere" / "renamed.gz"
    moved.parent.mkdir()
    plain.rename(moved)
    os.utime(moved, (0, 0))
    in_splits(97)  # shorter than a line
    assert run_here(tmp_path / "moved", "--input", moved.parent) == 0
    assert read_tables(tmp_path / "moved") == wanted


@pytest.mark.parametrize("line", FORMS)
def test_another_run_over_the_same_lines_adds_nothing(line, tmp_path, in_splits):
    """Split, compressed and renamed input joins what a first run left."""
    data = lines(line, 1, 100)
    first, second = tmp_path / "first", tmp_path / "second.gz"
    first.write_bytes(data)
    second.write_bytes(gzip.compress(data))
    out = tmp_path / "out"
    assert run_here(out, "--input", first) == 0
    before = read_tables(out)
    in_splits(1000)
    first.rename(tmp_path / "third")
    for again in (second, tmp_path / "third"):
        assert run_here(out, "--input", again) == 0
    after = read_tables(out)
    assert after["page_views"] == before["page_views"]
    assert after["dead_letters"] == before["dead_letters"]
    assert len(select(out, "SELECT DISTINCT run FROM ledger")) == 3  # each run keeps an account of its own


def test_overlapping_globs_read_a_file_once(tmp_path):
    here = tmp_path / "in"
    here.mkdir()
    (here / "a.log").write_bytes(lines(log_line, 1, 60))
    (here / "link.log").symlink_to("a.log")
    assert run_here(tmp_path / "once", "--input", here / "a.log") == 0
    patterns = (here, here / "*.log", f"{here}/../in/a.*", here / "a.log", here / "link.log")
    assert run_here(tmp_path / "often", *(word for pattern in patterns for word in ("--input", pattern))) == 0
    assert read_tables(tmp_path / "often") == read_tables(tmp_path / "once")


@pytest.mark.parametrize("line", FORMS)
def test_a_file_and_its_compressed_copy_count_once(line, tmp_path):
    here = tmp_path / "in"
    here.mkdir()
    (here / "plain").write_bytes(lines(line, 1, 60))
    assert run_here(tmp_path / "once", "--input", here) == 0
    (here / "copy.gz").write_bytes(gzip.compress(lines(line, 1, 60)))
    assert run_here(tmp_path / "twice", "--input", here) == 0
    wanted = read_tables(tmp_path / "once")
    assert read_tables(tmp_path / "twice") == wanted
    assert added_up(wanted["ledger"])[0] == (59 if line is log_line else 64)  # five arrays of two


def test_a_log_that_grew_and_was_rotated_adds_only_its_new_lines(tmp_path):
    log, out = tmp_path / "access.log", tmp_path / "out"
    log.write_bytes(lines(log_line, 1, 50))
    assert run_here(out, "--input", log) == 0
    with log.open("ab") as file:
        file.write(lines(log_line, 50, 120))
    assert run_here(out, "--input", log) == 0
    log.rename(tmp_path / "access.log.1")
    log.write_bytes(lines(log_line, 120, 170))
    assert run_here(out, "--input", f"{log}*") == 0
    (tmp_path / "access.log.2.gz").write_bytes(gzip.compress((tmp_path / "access.log.1").read_bytes()))
    (tmp_path / "access.log.1").unlink()
    assert run_here(out, "--input", f"{log}*") == 0

    views = {(f"/page/{n % 4}", f"2026-09-17T10:{40 + n % 3}:00Z"): [0, 0] for n in range(1, 170)}
    for number in (number for number in range(1, 170) if number % 7):
        cell = views[f"/page/{number % 4}", f"2026-09-17T10:{40 + number % 3}:00Z"]
        cell[0] += 1
        cell[1] += number % 5 == 0
    got = select(out, "SELECT url, window_start, views, bot_views FROM page_views")
    assert got == sorted([*key, *counts] for key, counts in views.items())
    faults = select(out, "SELECT payload_string FROM dead_letters")
    assert faults == sorted([log_line(number)] for number in range(7, 170, 7))


def test_two_logs_that_begin_alike_are_told_apart(tmp_path):
    """Their fingerprint is the same; a line's own hash stands in its identity, and --source tells hosts apart."""
    here = tmp_path / "in"
    here.mkdir()
    begin = lines(log_line, 1, 30)
    (here / "one.log").write_bytes(begin + lines(log_line, 30, 40))
    (here / "two.log").write_bytes(begin + lines(log_line, 60, 70))
    out = tmp_path / "out"
    assert run_here(out, "--input", here) == 0
    assert added_up(ledger(out))[:3] == [49, 43, 0]  # 29 lines in common and 10 each; six faults
    assert run_here(out, "--input", here / "two.log", "--source", "web-2") == 0
    assert select(out, "SELECT sum(views), count(DISTINCT url) FROM page_views") == [[43 + 34, 4]]
