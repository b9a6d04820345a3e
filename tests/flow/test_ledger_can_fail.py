"""The account is no decoration: with one thing lost anywhere in the flow, the run fails and says what is missing."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import pytest

from pipeline.__main__ import main
from pipeline.endpoints import resolve
from pipeline.flow import Endpoints, Steps
from tests.program import select
from transforms.core.records import EventBatch, LedgerRow, PageViews, Rejects
from transforms.outputs import Refused

FAILED = "FAILED: the ledger does not add up; results are incomplete."
ONE_LOST = "THE SUM DOES NOT ADD UP: +1."
Lose = Callable[[Any], Any]


def event(event_id: str, kind: str = "web.page_view.v1", **data: Any) -> str:
    time = "2026-09-17T10:40:05Z"
    return json.dumps({"id": event_id, "source": "s", "type": kind, "time": time, "data": data})


LINES = [
    event("1", url="/a"),
    event("2", url="/a"),
    event("2", url="/a"),
    event("lost view", url="/lost"),
    event("3", "http.request.v1", status=200, ip="192.0.2.1"),
    event("lost request", "http.request.v1", status=200, ip="192.0.2.1"),
    event("4", url=4),
    event("5 lost", url=5),
    '{"broken": ',
    '{"lost": ',
    "lost \xff",
]


class _Losing(beam.PTransform):
    """A home that loses something on the way."""

    def __init__(self, home: beam.PTransform, lose: Lose) -> None:
        super().__init__()
        self._home = home
        self._lose = lose

    def expand(self, rows):
        if isinstance(rows, Refused):
            return Refused(*(self._kept(f"Lose of {name}", part) for name, part in rows._asdict().items())) | self._home
        return self._kept("Lose", rows) | self._home

    def _kept(self, label, rows):
        return rows | label >> beam.ParDo(_Lose(self._lose)).with_output_types(rows.element_type)


class _LosingOutput(beam.PTransform):
    """A step that loses something of one of its outputs."""

    def __init__(self, step: beam.PTransform, output: str, lose: Lose) -> None:
        super().__init__()
        self._step = step
        self._output = output
        self._lose = lose

    def expand(self, elements):
        outputs = elements | self._step
        whole = getattr(outputs, self._output)
        kept = whole | "Lose" >> beam.ParDo(_Lose(self._lose)).with_output_types(whole.element_type)
        return outputs._replace(**{self._output: kept})


class _Lose(beam.DoFn):
    def __init__(self, lose: Lose) -> None:
        self._lose = lose

    def process(self, element: Any) -> Iterator[Any]:
        if kept := self._lose(element):
            yield kept


def lost_view(batch: EventBatch) -> EventBatch:
    return without(batch, "lost view")


def lost_request(batch: EventBatch) -> EventBatch:
    return without(batch, "lost request")


def without(batch: EventBatch, lost: str) -> EventBatch:
    kept = [index for index, event in enumerate(batch.events) if event.id != lost]
    return EventBatch(
        batch.origin,
        [batch.events[index] for index in kept],
        [batch.raws[index] for index in kept],
        [batch.positions[index] for index in kept],
    )


def lost_reject(rejects: Rejects) -> Rejects:
    return tuple(reject for reject in rejects if b"lost" not in reject.payload)


def lost_row(row: PageViews) -> PageViews | None:
    return None if row.url == "/lost" else row


def lost_smaller_row(row: PageViews) -> PageViews:
    """A home that writes a row of fewer views than it was given."""
    return row._replace(views=row.views - 1) if row.url == "/a" else row


def lost_entry(row: LedgerRow) -> LedgerRow | None:
    return None if row.event_type == "http.request.v1" else row


class Loss(NamedTuple):
    """Where something is lost: a step and its output, or a home; and what the summary says of it."""

    place: str
    output: str
    lose: Lose
    told: str


LOSSES = [
    pytest.param(Loss("validate_events", "batches", lost_view, ONE_LOST), id="a page view behind validation"),
    pytest.param(Loss("validate_events", "batches", lost_request, ONE_LOST), id="a request behind validation"),
    pytest.param(Loss("count_page_views", "", lost_view, ONE_LOST), id="a page view before counting"),
    pytest.param(Loss("open_messages", "rejects", lost_reject, ONE_LOST), id="a reject of opening"),
    pytest.param(Loss("parse_events", "rejects", lost_reject, ONE_LOST), id="a reject of parsing"),
    pytest.param(Loss("validate_events", "rejects", lost_reject, ONE_LOST), id="a reject of validation"),
    pytest.param(Loss("page_views", "", lost_row, "VIEWS ARE MISSING: 3 counted, 2 written."), id="a row"),
    pytest.param(
        Loss("page_views", "", lost_smaller_row, "VIEWS ARE MISSING: 3 counted, 2 written."), id="a view of a row"
    ),
    pytest.param(
        Loss("dead_letters", "", lost_reject, "DEAD LETTERS ARE MISSING: 5 rejected, 2 written."), id="dead letters"
    ),
    pytest.param(Loss("ledger", "", lost_entry, "THE SUM DOES NOT ADD UP: +2."), id="an entry of the ledger"),
]


@pytest.fixture
def lose(monkeypatch):
    """Make the flow lose something from now on."""
    steps, endpoints = resolve.steps, resolve.endpoints

    def apply(loss: Loss) -> None:
        def losing_steps(*arguments: Any) -> Steps:
            whole = steps(*arguments)
            if loss.place not in Steps._fields:
                return whole
            step = getattr(whole, loss.place)
            losing = _LosingOutput(step, loss.output, loss.lose) if loss.output else _Losing(step, loss.lose)
            return whole._replace(**{loss.place: losing})

        def losing_endpoints(*arguments: Any) -> Endpoints:
            whole = endpoints(*arguments)
            if loss.place not in Endpoints._fields:
                return whole
            return whole._replace(**{loss.place: _Losing(getattr(whole, loss.place), loss.lose)})

        monkeypatch.setattr(resolve, "steps", losing_steps)
        monkeypatch.setattr(resolve, "endpoints", losing_endpoints)

    return apply


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    path = tmp_path / "input.jsonl"
    path.write_bytes("".join(f"{line}\n" for line in LINES).encode("latin-1"))
    return ["--input", str(path), "--output", str(tmp_path), "--max_reject_ratio", "1"]


def test_an_untouched_run_adds_up(arguments, tmp_path, capsys):
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "The sum adds up." in told
    assert "FAILED" not in told
    assert "MISSING" not in told
    assert select(tmp_path, "SELECT url, views FROM page_views") == [["/a", 2], ["/lost", 1]]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_fails_the_run(loss, lose, arguments, capsys):
    lose(loss)
    assert main(arguments) == 1
    told = capsys.readouterr().out
    assert FAILED in told
    assert loss.told in told
    assert "The sum adds up." not in told


def test_a_loss_is_told_quietly_too(lose, arguments, capsys):
    lose(Loss("page_views", "", lost_row, ""))
    assert main([*arguments, "--quiet"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(FAILED)
    assert "VIEWS ARE MISSING: 3 counted, 2 written." in told.err


@pytest.mark.parametrize(
    "loss",
    [
        Loss("page_views", "", lost_row, "VIEWS ARE MISSING: 3 counted, 2 written."),
        Loss("dead_letters", "", lost_reject, "DEAD LETTERS ARE MISSING: 5 rejected, 2 written."),
    ],
    ids=["a row", "dead letters"],
)
def test_what_an_earlier_attempt_wrote_hides_no_loss(loss, lose, arguments, capsys):
    assert main(arguments) == 0
    lose(loss)
    capsys.readouterr()
    assert main(arguments) == 1
    assert loss.told in capsys.readouterr().out


def test_a_reject_delivered_twice_hides_no_lost_dead_letter(lose, tmp_path):
    twice = '{"message": {"messageId": "m1", "data": "e30="}}'
    path = tmp_path / "input.jsonl"
    path.write_text("\n".join([twice, twice, event("1", url="/a"), '{"lost": ']), encoding="utf-8")
    lose(Loss("dead_letters", "", lost_reject, ""))
    assert main(["--input", str(path), "--output", str(tmp_path), "--max_reject_ratio", "1", "--quiet"]) == 1


def test_two_messages_of_one_id_are_no_loss(tmp_path, capsys):
    """Ids are unique within a topic: dumps of two topics, or of an emulator started twice, have some in common."""
    path = tmp_path / "input.jsonl"
    for number in (1, 2):
        data = b64encode(event(f"{number}", url=f"/{number}").encode()).decode()
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"message": {"messageId": "1", "data": data}}) + "\n")
    assert main(["--input", str(path), "--output", str(tmp_path)]) == 0
    assert "The sum adds up." in capsys.readouterr().out
