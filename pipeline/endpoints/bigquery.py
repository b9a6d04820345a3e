"""BigQuery as a home of results: rows inserted as they come, or loaded in few jobs where input has an end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue
from google.cloud import bigquery

from pipeline.endpoints.bigquery_client import connect, once
from pipeline.endpoints.bigquery_loads import LoadDoFn
from pipeline.endpoints.bigquery_rows import Line, Row, line_of
from pipeline.endpoints.bigquery_tables import Table
from pipeline.endpoints.cloud_errors import Home, MendableError, PassingError
from transforms.core.reasons import SinkReason, Stage
from transforms.core.records import Reject, Rejects
from transforms.metrics import ROWS_WRITTEN
from transforms.outputs import REJECTS
from transforms.windows import in_global_window

REQUEST_ROWS = 500
REQUEST_BYTES = 9_000_000
"""BigQuery takes 10 MB a request; what stands around a row in it is 100 bytes or so."""
ROW_BYTES = REQUEST_BYTES - 1_000
SHARDS = 4
"""Load jobs at once of a table, each of as many rows as a file holds: a table takes 1,500 jobs a day."""

_AGAIN = {"stopped", "timeout", "backendError", "internalError", "rateLimitExceeded", "quotaExceeded"}
"""Reasons of rows that were not written for no fault of their own."""


class Place(NamedTuple):
    """Where rows go, and how: ``dataset`` is PROJECT.DATASET; rows of a run that is not live are loaded."""

    dataset: str
    table: Table
    is_live: bool

    @property
    def path(self) -> str:
        """Give the table's full name."""
        return f"{self.dataset}.{self.table.name}"

    @property
    def project(self) -> str:
        """Give the project, in whose name requests are made."""
        return self.dataset.rpartition(".")[0]

    @property
    def home(self) -> Home:
        """Give the home, for waiting and messages."""
        return Home(f"BigQuery {self.path}", self.is_live)


class StoreInBigQuery(beam.PTransform):
    """Append rows to a table; its view shows each key once, so a repeated row changes nothing.

    Input under any windowing. Rows that BigQuery refuses become rejects of stage ``sink``, with its reason.

    Args:
        place: the table.
        rows_of: makes the rows of an element.
        refused: what becomes of the rejects, a transform of PCollection[Rejects]; without one (the dead letters
            themselves) a refused row is waited for until a person has mended the table.
    """

    def __init__(
        self, place: Place, rows_of: Callable[[Any], Iterable[Row]], refused: beam.PTransform | None = None
    ) -> None:
        super().__init__()
        self._place = place
        self._rows_of = rows_of
        self._refused = refused

    def expand(self, elements: beam.PCollection[Any]) -> beam.PCollection[tuple[str, int]]:
        """Write rows, and hand on those refused; gives the table's name and how many rows were written, in parts."""
        placed = in_global_window(elements)
        outputs = self._inserted(placed) if self._place.is_live else self._collected(placed)
        if self._refused is not None:
            outputs[REJECTS] | "Refused" >> self._refused
        if self._place.is_live:
            written: beam.PCollection[tuple[str, int]] = outputs.written
            return written
        load = LoadDoFn(self._place.project, self._place.path, self._place.home)
        return (
            outputs.written
            | "Few jobs" >> beam.GroupByKey()
            | "Load" >> beam.ParDo(load).with_output_types(tuple[str, int])
        )

    def _inserted(self, elements: beam.PCollection[Any]) -> Any:
        insert = _Insert(self._place, self._rows_of, may_refuse=self._refused is not None)
        return elements | "Insert" >> beam.ParDo(insert).with_outputs(REJECTS, main="written")

    def _collected(self, elements: beam.PCollection[Any]) -> Any:
        lines = _Lines(self._place, self._rows_of)
        return elements | "Lines" >> beam.ParDo(lines).with_outputs(REJECTS, main="written")


def insert_lines(client: bigquery.Client, place: Place, lines: Sequence[Line], *, may_refuse: bool) -> list[Reject]:
    """Insert a batch of rows, again and again until each is written or refused; gives those refused.

    Rows that were not written since others of the request are refused are sent again.

    Raises:
        StoreError: BigQuery is away for too long (runs with an end), or refuses the request.
    """
    rejects: list[Reject] = []
    pending = list(lines)

    def send() -> None:
        nonlocal pending
        while pending:
            rows, ids = [line.row for line in pending], [line.insert_id for line in pending]
            answers = {
                one["index"]: one["errors"] for one in client.insert_rows_json(place.path, rows, row_ids=ids, **once())
            }
            refused = {index: why for index, errors in answers.items() if (why := _refusal(errors))}
            if refused and not may_refuse:
                raise MendableError(f"refused: {next(iter(refused.values()))}; python -m pipeline.provision compares")
            rejects.extend(
                refused_row(place, pending[index], SinkReason.REFUSED, why) for index, why in refused.items()
            )
            pending = [line for index, line in enumerate(pending) if index in answers and index not in refused]
            if pending and not refused:
                raise PassingError(f"{len(pending)} rows were not written: {_reasons(answers.values())}")

    place.home.write(send)
    return rejects


def _refusal(errors: Sequence[dict[str, Any]]) -> str:
    """Say why a row is refused, in BigQuery's words; empty where it was only not written."""
    return "; ".join(
        f"{one.get('reason')}: {one.get('message', '')} {one.get('location', '')}".strip()
        for one in errors
        if one.get("reason") not in _AGAIN
    )


def _reasons(answers: Iterable[Sequence[dict[str, Any]]]) -> str:
    return ", ".join(sorted({str(one.get("reason")) for errors in answers for one in errors})) or "no reason given"


def refused_row(place: Place, line: Line, reason: SinkReason, why: str) -> Reject:
    """Make the reject of a row: its JSON, and the table and key in place of message and position."""
    return Reject(
        stage=Stage.SINK,
        reason=reason,
        error_message=f"BigQuery {place.table.name}: {why}",
        payload=line.text.encode(),
        message_id=f"{place.table.name}/{line.insert_id}",
        position="",
        occurrence=0,
    )


class _RowsDoFn(beam.DoFn):
    def __init__(self, place: Place, rows_of: Callable[[Any], Iterable[Row]]) -> None:
        self._place = place
        self._rows_of = rows_of

    def _lines(self, element: Any, too_large: list[Reject]) -> Iterator[Line]:
        """Give the rows of an element that can be sent, and those that cannot as rejects."""
        for row in self._rows_of(element):
            line = line_of(self._place.table, row)
            if line.size <= ROW_BYTES:
                yield line
            else:
                why = f"{line.size} bytes in a row, more than {ROW_BYTES}"
                too_large.append(refused_row(self._place, line, SinkReason.ROW_TOO_LARGE, why))


class _Insert(_RowsDoFn):
    """Holds rows up to the size of a request, or the end of the bundle."""

    def __init__(self, place: Place, rows_of: Callable[[Any], Iterable[Row]], *, may_refuse: bool) -> None:
        super().__init__(place, rows_of)
        self._may_refuse = may_refuse

    def setup(self) -> None:
        self._client = connect(self._place.project)

    def teardown(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]

    def start_bundle(self) -> None:
        self._batch: list[Line] = []
        self._bytes = 0
        self._written = 0

    def process(self, element: Any) -> Iterator[tuple[str, int] | TaggedOutput[Literal["rejects"], Rejects]]:
        rejects: list[Reject] = []
        for line in self._lines(element, rejects):
            if len(self._batch) >= REQUEST_ROWS or self._bytes + line.size > REQUEST_BYTES - 100 * REQUEST_ROWS:
                rejects += self._flush()
            self._batch.append(line)
            self._bytes += line.size
        if rejects:
            yield TaggedOutput(REJECTS, tuple(rejects))

    def finish_bundle(self) -> Iterator[Any]:
        at = GlobalWindow().max_timestamp()
        if rejects := self._flush():
            yield TaggedOutput(REJECTS, WindowedValue(tuple(rejects), at, (GlobalWindow(),)))
        yield WindowedValue((self._place.table.name, self._written), at, (GlobalWindow(),))

    def _flush(self) -> list[Reject]:
        batch, self._batch, self._bytes = self._batch, [], 0
        if not batch:
            return []
        rejects = insert_lines(self._client, self._place, batch, may_refuse=self._may_refuse)
        ROWS_WRITTEN.inc(len(batch) - len(rejects))
        self._written += len(batch) - len(rejects)
        return rejects


class _Lines(_RowsDoFn):
    """Gives (shard, row in JSON), for few load jobs."""

    def process(self, element: Any) -> Iterator[tuple[int, bytes] | TaggedOutput[Literal["rejects"], Rejects]]:
        rejects: list[Reject] = []
        for line in self._lines(element, rejects):
            yield int(line.insert_id[:8], 16) % SHARDS, line.text.encode()
        if rejects:
            yield TaggedOutput(REJECTS, tuple(rejects))
