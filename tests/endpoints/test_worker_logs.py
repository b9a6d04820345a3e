"""What a worker logs, by Beam's own handler, of a home that is away: with severity and step, seldom, and no payload."""

import logging
import queue

import apache_beam as beam
import pytest
from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.worker.log_handler import FnApiLogRecordHandler

from pipeline.endpoints import stalls
from pipeline.endpoints.cloud_errors import Home, PassingError
from pipeline.endpoints.seldom import MOST_IN_A_MINUTE, Seldom

SECRET = "what-an-event-holds"  # noqa: S105 - no password
WRITES = MOST_IN_A_MINUTE + 15


class Taken(FnApiLogRecordHandler):
    """Beam's handler on workers, whose entries are taken before they are sent."""

    def __init__(self):
        logging.Handler.__init__(self)
        self._dropped_logs = 0
        self._log_entry_queue: queue.Queue[beam_fn_api_pb2.LogEntry] = queue.Queue()

    def close(self):
        logging.Handler.close(self)

    def entries(self):
        return list(self._log_entry_queue.queue)


class Write(beam.DoFn):
    """Writes to a home that is away at each first try."""

    def process(self, element):
        tries = []

        def write():
            tries.append(element)
            if len(tries) == 1:
                raise PassingError("503 try again")

        Home("BigQuery shop.d.page_views", is_live=True).write(write)


@pytest.fixture
def taken(monkeypatch):
    monkeypatch.setattr(stalls, "TOLD_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    seldom, handler = Seldom(), Taken()
    monkeypatch.setattr(
        stalls.LOG, "filters", [seldom if isinstance(one, Seldom) else one for one in stalls.LOG.filters]
    )
    stalls.LOG.addHandler(handler)
    yield handler
    stalls.LOG.removeHandler(handler)


def test_an_entry_has_severity_and_step_and_comes_seldom_and_holds_nothing(taken):
    with beam.Pipeline(runner=FnApiRunner()) as root:
        elements = [f"{SECRET} {number}" for number in range(WRITES)]
        root | beam.Create(elements) | "Store" >> beam.ParDo(Write()).with_output_types(str)
    told = [entry for entry in taken.entries() if "cannot write" in entry.message]
    assert len(told) == MOST_IN_A_MINUTE
    for entry in told:
        assert entry.severity == beam_fn_api_pb2.LogEntry.Severity.WARN
        assert "Store" in entry.transform_id
        assert entry.message.startswith("cannot write BigQuery shop.d.page_views since ")
        assert SECRET not in str(entry)
