"""Logs as JSON lines: what Cloud Logging reads, and not too many of a kind."""

import io
import json
import logging
import sys
from typing import Any

import pytest

from pipeline.endpoints.seldom import MOST_IN_A_MINUTE, Seldom
from pipeline.json_logs import JsonLines, write_json_logs


def record(message: str = "cannot write %s", line: int = 1, at: float = 1_790_000_000.0, **changed: Any) -> Any:
    made = logging.LogRecord("pipeline.endpoints.stalls", logging.WARNING, "stalls.py", line, message, ("x",), None)
    made.created = at
    vars(made).update(changed)
    return made


def test_a_line_has_severity_and_stage() -> None:
    assert json.loads(JsonLines().format(record())) == {
        "severity": "WARNING",
        "time": "2026-09-21T14:13:20Z",
        "stage": "stalls",
        "logger": "pipeline.endpoints.stalls",
        "message": "cannot write x",
    }


@pytest.mark.parametrize("text", ["two\nlines %s", 'a "quote" %s', "ü \N{SNOWMAN} %s"])
def test_an_entry_is_one_line(text: str) -> None:
    line = JsonLines().format(record(text))
    assert "\n" not in line
    assert json.loads(line)["message"] == text % "x"


def test_a_stack_is_kept() -> None:
    try:
        int("no")
    except ValueError:
        line = JsonLines().format(record(exc_info=sys.exc_info()))
    assert "ValueError: invalid literal" in json.loads(line)["stacktrace"]


def test_a_kind_is_told_a_few_times_a_minute_and_then_how_often_it_was_not() -> None:
    seldom = Seldom()
    told = [seldom.filter(record(at=1000.0 + number / 100)) for number in range(MOST_IN_A_MINUTE + 25)]
    assert sum(told) == MOST_IN_A_MINUTE
    assert seldom.filter(record(line=2, at=1001.0))
    later = record(at=1060.0)
    assert seldom.filter(later)
    assert json.loads(JsonLines().format(later))["withheld"] == 25


def test_handlers_write_json_from_then_on() -> None:
    stream = io.StringIO()
    logger = logging.Logger("pipeline.x")  # noqa: LOG001 - one of its own, for no other test to see
    logger.addHandler(logging.StreamHandler(stream))
    logger.warning("before")
    write_json_logs(logger)
    logger.warning("after %s", 1)
    before, after = stream.getvalue().splitlines()
    assert before == "before"
    assert json.loads(after)["message"] == "after 1"
