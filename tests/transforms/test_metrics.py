"""What workers count: names that dashboards know, and numbers that agree with the ledger."""

import json
import re
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pytest

from pipeline.endpoints import stalls
from pipeline.work_metrics import read_metrics
from templates.generate import FOLDER
from tests.program import read_tables, run_here
from transforms import metrics
from transforms.core.gains import gain
from transforms.core.page_views import ViewCollector, ViewRules
from transforms.core.reasons import Reason
from transforms.core.records import Event, Message
from transforms.core.sets import Sets
from transforms.core.times import DAY, MINUTE, SECOND
from transforms.core.unions import union
from transforms.count_page_views import _Count
from transforms.open_messages import OpenMessages
from transforms.panes import EARLY, FINAL_PANE, LATE
from transforms.parse_events import ParseEvents
from transforms.unite_sets import _UniteOverTime
from transforms.validate_events import ValidateEvents

NAMES = {
    *("received", "admitted", "rejected", "late", "after_expiry", "alerts", "alert_changes"),
    *("ledger_received", "ledger_counted", "ledger_duplicate", "ledger_rejected"),
    *("panes_early", "panes_on_time", "panes_late", "panes_final", "rows_written", "write_ms", "write_retries"),
    *(f"rejected_{reason}" for reason in Reason),
}


def event(number: int, **changed: Any) -> bytes:
    made = {"id": f"e-{number}", "source": "//me", "type": "web.page_view.v1", "time": "2026-09-17T10:40:05Z"}
    return json.dumps({**made, "data": {"url": "/"}, **changed}).encode()


def names() -> set[str]:
    held = [one for one in vars(metrics).values() if hasattr(one, "metric_name")]
    held += [one for many in vars(metrics).values() if isinstance(many, dict) for one in many.values()]
    return {one.metric_name.name for one in held if hasattr(one, "metric_name")}


def test_names_are_few_and_known() -> None:
    assert names() == NAMES


def test_dashboard_and_alarms_ask_for_names_that_there_are() -> None:
    text = (FOLDER / "terraform/modules/monitoring/main.tf").read_text(encoding="utf-8")
    asked = {name for found in re.findall(r'metric_name=~?\\"([^"\\]+)\\"', text) for name in found.split("|")}
    (listed,) = re.findall(r"for name in \[([^\]]+)\]", text)
    asked = {*asked, *re.findall(r'"(\w+)"', listed)} - {"${name}"}
    of_beam = {"write_ms_MAX"}  # a distribution's greatest value
    assert {name for name in asked - of_beam if not any(re.fullmatch(name, known) for known in NAMES)} == set()
    assert {"received", "rejected", "ledger_counted"} <= asked


def test_steps_count_what_they_take_and_refuse() -> None:
    data = b"\n".join([event(1), event(1), event(2), b"{", event(3, time="yesterday"), event(4, type="x.v1")])
    root = beam.Pipeline(runner="FnApiRunner")
    opened = root | beam.Create([Message(data, message_id="m-1"), Message(b"\xff", message_id="m-2")]) | OpenMessages()
    parsed = opened.events | ParseEvents()
    parsed.events | ValidateEvents()
    result = root.run()
    result.wait_until_finish()
    assert read_metrics(result) == {
        "admitted": 3,
        "received": 7,
        "rejected": 4,
        "rejected_bad_time": 1,
        "rejected_not_json": 1,
        "rejected_not_utf8": 1,
        "rejected_unknown_contract": 1,
    }


def test_a_run_ends_with_its_metrics_and_they_agree_with_the_ledger(tmp_path, capsys) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([event(1), event(1), event(2), b"{"]))
    from pipeline.__main__ import main  # noqa: PLC0415 - not needed by the other tests

    output = tmp_path / "out"
    assert main(["--input", str(tmp_path / "in.jsonl"), "--output", str(output), "--max_reject_ratio", "1"]) == 0
    section = capsys.readouterr().out.partition("\nMetrics\n")[2].partition("\n\n")[0]
    told = {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", section)}
    assert read_tables(output)["ledger"]
    assert told["ledger_received"] == 4
    assert (told["ledger_counted"], told["ledger_duplicate"], told["ledger_rejected"]) == (2, 1, 1)
    assert (told["received"], told["admitted"], told["rejected_not_json"]) == (4, 3, 1)


def test_quiet_runs_tell_none(tmp_path, capsys) -> None:
    (tmp_path / "in.jsonl").write_bytes(event(1))
    assert run_here(tmp_path / "out", "--input", tmp_path / "in.jsonl") == 0
    assert "Metrics" not in capsys.readouterr().out


class _WriteAtThirdTry(beam.DoFn):
    def process(self, _: bytes) -> Iterator[str]:
        errors = [ConnectionError("away"), ConnectionError("away")]

        def write() -> str:
            if errors:
                raise errors.pop()
            return "written"

        yield stalls.persistently("home", write, str)


def test_writes_and_their_retries_are_counted(monkeypatch) -> None:
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.01)
    root = beam.Pipeline(runner="FnApiRunner")
    root | beam.Impulse() | beam.ParDo(_WriteAtThirdTry())
    result = root.run()
    result.wait_until_finish()
    told = read_metrics(result)
    assert told["write_retries"] == 2
    assert told["write_ms_max"] >= 1


def collected(*numbers: int) -> Sets:
    """The sets of page views, as a worker flushes them."""
    collector = ViewCollector(ViewRules())
    collector.add([Event(f"e-{n}", "//me", "web.page_view.v1", 90 * SECOND, {"url": "/"}, n) for n in numbers])
    return union([partial for _, partial in collector.buffer.flush()])


def test_panes_are_counted_by_timing_and_late_views_too() -> None:
    before, after = collected(1), collected(1, 2, 3)
    gains = [gain(None, before, EARLY), gain(before, after, LATE), gain(None, after, FINAL_PANE)]
    root = beam.Pipeline(runner="FnApiRunner")
    root | beam.Create(gains) | beam.ParDo(_Count(MINUTE)).with_outputs(_Count.COUNTS, main="rows")
    result = root.run()
    result.wait_until_finish()
    assert read_metrics(result) == {"late": 2, "panes_early": 1, "panes_final": 1, "panes_late": 1}


@pytest.mark.parametrize(("age", "expired"), [(DAY + 2 * MINUTE, True), (DAY - MINUTE, False)])
def test_what_comes_after_expiry_is_told_by_the_clock(age: int, expired: bool, monkeypatch) -> None:
    now = 1_790_000_000 * SECOND
    monkeypatch.setattr("transforms.unite_sets.time.time_ns", lambda: now * 1000)
    assert _UniteOverTime(MINUTE, DAY)._is_expired(now - age) is expired
