"""Bigtable as a home of page views, for serving: two small rows a result, of which the greatest is read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue
from google.cloud.bigtable.data import BigtableDataClient, RowMutationEntry, SetCell, Table
from google.cloud.bigtable.data.exceptions import MutationsExceptionGroup

from pipeline.endpoints.cloud_errors import (
    Home,
    MendableError,
    PassingError,
    is_mendable,
    is_passing,
    open_client,
    told,
)
from pipeline.errors import StoreError
from transforms.core.records import PageViews
from transforms.core.row_keys import Cell, cells_of
from transforms.metrics import ROWS_WRITTEN
from transforms.windows import in_global_window

FAMILY = "v"
QUALIFIER = b""
KEPT_HOURS = 24
REQUEST_ROWS = 1_000
REQUEST_SECONDS = 30.0
_SHOWN_KEY = 200


class TablePath(NamedTuple):
    """The parts of projects/P/instances/I/tables/T."""

    project: str
    instance: str
    table: str

    @classmethod
    def of(cls, path: str) -> "TablePath":
        """Take a path apart."""
        return cls(*path.split("/")[1::2])


class StoreInBigtable(beam.PTransform):
    """Write page views of all panes; the cell with most views of a row is the one that is read.

    Input under any windowing. A repeated row changes nothing, an older one stays behind the newer.

    Args:
        path: projects/P/instances/I/tables/T
        is_live: whether the run is; it then waits for ever for a home that is away.
    """

    def __init__(self, path: str, *, is_live: bool) -> None:
        super().__init__()
        self._write = _Write(path, is_live=is_live)

    def expand(self, rows: beam.PCollection[PageViews]) -> beam.PCollection[tuple[str, int]]:
        """Write rows in batches; gives how many cells were written, in parts."""
        return in_global_window(rows) | "Write" >> beam.ParDo(self._write).with_output_types(tuple[str, int])


def write_cells(table: Table, home: Home, cells: Sequence[Cell]) -> None:
    """Write a batch of cells; those that were not written for a reason that passes are sent again, and only those.

    Raises:
        StoreError: Bigtable is away for too long (runs with an end), or refuses a row; names its key and code.
    """
    pending = [_entry(cell) for cell in cells]

    def send() -> None:
        nonlocal pending
        try:
            table.bulk_mutate_rows(
                pending,
                operation_timeout=REQUEST_SECONDS,
                attempt_timeout=REQUEST_SECONDS,
                retryable_errors=(),  # who waits, and how long, is decided in one place
            )
        except MutationsExceptionGroup as group:
            failures = [(failure.entry, failure.__cause__) for failure in group.exceptions]
            pending = [entry for entry, _ in failures]
            for entry, error in failures:
                if is_mendable(error):
                    raise MendableError(_told(entry, error)) from None
                if not is_passing(error) and not isinstance(error, RuntimeError):  # of no answer for a row
                    raise StoreError(f"cannot write {home.name}: {_told(entry, error)}") from None
            raise PassingError(f"{len(failures)} rows were not written, among them {_told(*failures[0])}") from None

    home.write(send)


def _entry(cell: Cell) -> RowMutationEntry:
    return RowMutationEntry(cell.key, SetCell(FAMILY, QUALIFIER, cell.value, timestamp_micros=cell.timestamp))


def _told(entry: RowMutationEntry, error: BaseException | None) -> str:
    """Tell why a row was not written: its key, the code and the reason."""
    code = getattr(getattr(error, "grpc_status_code", None), "name", type(error).__name__)
    key = repr(entry.row_key)[2:-1]
    return f"{key if len(key) <= _SHOWN_KEY else key[:_SHOWN_KEY] + '…'}: {code}: {told(error) if error else ''}"


class _Write(beam.DoFn):
    """Holds the greatest cell of each row, up to the size of a request or the end of the bundle."""

    def __init__(self, path: str, *, is_live: bool) -> None:
        self._path = TablePath.of(path)
        self._home = Home(f"Bigtable {path}", is_live)

    def setup(self) -> None:
        project = self._path.project
        self._client = open_client("Bigtable", lambda: BigtableDataClient(project=project))
        self._table = self._client.get_table(self._path.instance, self._path.table)

    def teardown(self) -> None:
        self._client.close()

    def start_bundle(self) -> None:
        self._cells: dict[bytes, Cell] = {}
        self._written = 0

    def process(self, row: PageViews) -> Iterable[tuple[str, int]]:
        for cell in cells_of(row):
            held = self._cells.get(cell.key)
            if held is None or held.timestamp <= cell.timestamp:
                self._cells[cell.key] = cell
        if len(self._cells) >= REQUEST_ROWS:
            self._flush()
        return ()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._flush()
        at = GlobalWindow().max_timestamp()
        yield WindowedValue((self._path.table, self._written), at, (GlobalWindow(),))

    def _flush(self) -> None:
        cells, self._cells = list(self._cells.values()), {}
        if cells:
            write_cells(self._table, self._home, cells)
            ROWS_WRITTEN.inc(len(cells))
            self._written += len(cells)
