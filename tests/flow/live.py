"""Live runs without a service: a script of what arrives when, and the flow run over it into a local store."""

import json
import pickle
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from options.fraud_rules import default_fraud_rules
from pipeline.endpoints.archive import StoreFiles
from pipeline.endpoints.marks import NoMark
from pipeline.endpoints.sqlite import StoreDeadLetters, store_ledger, store_page_views
from pipeline.endpoints.sqlite_fraud import Judging, StoreFraudAlerts, store_reviews
from pipeline.endpoints.sqlite_schema import prepare
from pipeline.flow import Endpoints, Steps, build
from tests.program import ledger, select
from transforms.coders import BatchCoder
from transforms.core.page_views import ViewRules
from transforms.core.records import Message, PageViews
from transforms.core.times import parse_time
from transforms.count_page_views import CountPageViews
from transforms.flag_fraud import FlagFraud
from transforms.gather_evidence import GatherEvidence
from transforms.keep_archive import KeepArchive
from transforms.keep_ledger import KeepLedger
from transforms.open_messages import OpenMessages
from transforms.panes import Panes
from transforms.parse_events import ParseEvents
from transforms.validate_events import ValidateEvents

HOUR = 3_600_000_000
RULES = default_fraud_rules()
DAY = "2026-09-17T"
PANES = Panes(interval=10, expiry=24 * HOUR)


def view(event_id: str, clock: str, url: str = "/a", **data: str) -> dict[str, Any]:
    """A page view at a clock time of the day that all of this happens on."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "//shop.example",
        "type": "web.page_view.v1",
        "time": f"{DAY}{clock}Z",
        "data": {"url": url, **data},
    }


def message(message_id: str, published: str, *events: dict[str, Any] | str) -> Message:
    """A message of one event or a batch; a text among the events is put in as it is."""
    texts = [event if isinstance(event, str) else json.dumps(event) for event in events]
    data = texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
    return Message(data.encode(), message_id=message_id, publish_time=parse_time(f"{DAY}{published}Z"))


class Script:
    """What happens, in order; ``pane`` lets the time of a pane go by."""

    def __init__(self) -> None:
        self.stream = TestStream(coder=BatchCoder())
        self.pane()

    def watermark(self, clock: str) -> "Script":
        self.stream.advance_watermark_to(Timestamp(micros=parse_time(f"{DAY}{clock}Z")))
        return self

    def arrive(self, *messages: Message) -> "Script":
        """Deliver messages; their event time for Beam is the time they were published."""
        stamped = [TimestampedValue(m, Timestamp(micros=m.publish_time or 0)) for m in messages]
        self.stream.add_elements(stamped)
        return self

    def pane(self) -> "Script":
        return self.wait(11)

    def wait(self, seconds: int) -> "Script":
        self.stream.advance_processing_time(seconds)
        return self

    def end(self) -> TestStream:
        """End, when the last pane has gone through the sets and through the ledger: the runner waits for no timer."""
        return self.pane().pane().stream.advance_watermark_to_infinity()


class Live:
    """A folder with a store that keeps count of its writes, and everything that reached the sinks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store, self.seed = prepare(str(folder), {})
        with closing(sqlite3.connect(self.store)) as connection:
            connection.execute("CREATE TABLE writes (url TEXT, window_start TEXT, views INTEGER)")
            connection.execute(
                "CREATE TRIGGER write_seen AFTER INSERT ON page_views"
                " BEGIN INSERT INTO writes VALUES (new.url, new.window_start, new.views); END"
            )
            connection.execute("CREATE TABLE fraud_writes (rule_id TEXT, event_ids TEXT)")
            connection.execute(
                "CREATE TRIGGER alert_seen AFTER INSERT ON fraud_alerts"
                " BEGIN INSERT INTO fraud_writes VALUES (new.rule_id, new.event_ids); END"
            )

    def run(self, script: Script, panes: Panes = PANES, run: str = "live") -> None:
        """Run the flow over the script."""
        ends = Endpoints(
            script.end(),
            _Noting(self.folder / "reached", store_page_views(self.store, run)),
            StoreFraudAlerts(self.store, run, Judging(RULES)),
            store_reviews(self.store, run),
            StoreDeadLetters(self.store, run),
            store_ledger(self.store, run),
            KeepArchive(StoreFiles(str(self.folder / "archive")), panes),
            NoMark(),
        )
        steps = Steps(
            OpenMessages(seed=self.seed),
            ParseEvents(),
            ValidateEvents(),
            CountPageViews(ViewRules(seed=self.seed), panes),
            GatherEvidence(RULES, self.seed, panes),
            FlagFraud(RULES),
            KeepLedger(run, self.seed, panes),
        )
        with TestPipeline(options=PipelineOptions(["--streaming"])) as root:
            build(root, ends, steps)

    def reached(self) -> list[PageViews]:
        """The rows of page_views that reached the sink, in order."""
        rows: list[PageViews] = []
        with (self.folder / "reached").open("rb") as file:
            while file.peek(1):
                rows.append(pickle.load(file))  # noqa: S301 - written by this test
        return rows

    def panes(self) -> list[tuple[str, str, str, int]]:
        """What reached the sink, as (timing, url, minute, views)."""
        return [(row.timing, row.url, clock(row.window_start), row.views) for row in self.reached()]

    def writes(self) -> list[tuple[str, str, int]]:
        """The rows that the store wrote, in order, as (url, minute, views)."""
        with closing(sqlite3.connect(self.store)) as connection:
            rows: Iterable[tuple[str, str, int]] = connection.execute("SELECT * FROM writes ORDER BY rowid").fetchall()
        return [(url, window[len(DAY) : -1], views) for url, window, views in rows]

    def fraud_writes(self, rule_id: str) -> list[str]:
        """The event ids of the alerts of a rule that the store wrote, in order."""
        query = "SELECT event_ids FROM fraud_writes WHERE rule_id = ? ORDER BY rowid"
        with closing(sqlite3.connect(self.store)) as connection:
            return [ids for (ids,) in connection.execute(query, (rule_id,))]

    def page_views(self) -> list[list[Any]]:
        """The rows that the store holds: url, minute, views, visitors."""
        rows = select(self.folder, "SELECT url, window_start, views, visitors FROM page_views")
        return [[url, window[len(DAY) : -1], *counts] for url, window, *counts in rows]

    def ledger(self) -> list[list[Any]]:
        """The ledger, a row as ``type minute`` and received, counted, duplicate, rejected."""
        return [[f"{kind} {minute[len(DAY) : -1]}".strip(), *rest[:4]] for kind, minute, *rest in ledger(self.folder)]


def clock(micros: int) -> str:
    """A time of day, as 10:40:00."""
    return str(Timestamp(micros=micros).to_utc_datetime().time())


class _Noting(beam.PTransform):
    """Notes what reaches a sink, then hands it on."""

    def __init__(self, path: Path, sink: beam.PTransform) -> None:
        super().__init__()
        self._path = path
        self._sink = sink

    def expand(self, rows):
        return rows | "Note" >> beam.ParDo(_Note(self._path)) | self._sink


class _Note(beam.DoFn):
    def __init__(self, path: Path) -> None:
        self._path = path

    def process(self, row: PageViews) -> Iterable[PageViews]:
        with self._path.open("ab") as file:
            pickle.dump(row, file)
        yield row
