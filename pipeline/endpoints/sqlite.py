"""The local store as a home of results: batched joins from a Beam pipeline."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from pipeline.endpoints import sqlite_joins as joins
from pipeline.endpoints.sqlite_schema import connect
from transforms.core.records import LedgerRow, PageViews, Rejects

BATCH_ROWS = 2_000
Join = Callable[[sqlite3.Connection, Sequence[Any]], None]


class StoreRows(beam.PTransform):
    """Join rows into the local store, a transaction a batch, and note what was written.

    Input under any windowing; a retried batch is joined again and changes nothing.

    Args:
        path: the store.
        run: the run's id.
        home: what is written: the name under which the receipt stands.
        join: writes a batch of elements within a transaction.
        weigh: what an element counts in the receipt.
    """

    def __init__(self, path: str, run: str, home: str, join: Join, weigh: Callable[[Any], int]) -> None:
        super().__init__()
        self._write = _Write(path, join, weigh)
        self._receipt = _Receipt(path, run, home)

    def expand(self, rows: beam.PCollection[Any]) -> beam.PCollection[int]:
        """Write the batches; for bounded input write the receipt of all of them."""
        written = (
            rows
            | "Global" >> beam.WindowInto(beam.window.GlobalWindows())
            | "Join" >> beam.ParDo(self._write).with_output_types(int)
        )
        if not rows.is_bounded:
            return written
        return (
            written | "Sum" >> beam.CombineGlobally(sum) | "Receipt" >> beam.ParDo(self._receipt).with_output_types(int)
        )


def store_page_views(path: str, run: str) -> StoreRows:
    """Join rows of page_views; the receipt counts views."""
    return StoreRows(path, run, "page_views", joins.join_page_views, _views)


def store_dead_letters(path: str, run: str) -> StoreRows:
    """Join batches of rejects into dead_letters; the receipt counts rejects."""
    return StoreRows(path, run, "dead_letters", _join_rejects, len)


def store_ledger(path: str, run: str) -> StoreRows:
    """Join rows of the ledger; the receipt counts rows."""
    return StoreRows(path, run, "ledger", joins.join_ledger, _one)


def _views(row: PageViews) -> int:
    return row.views


def _one(_: LedgerRow) -> int:
    return 1


def _join_rejects(connection: sqlite3.Connection, batches: Sequence[Rejects]) -> None:
    joins.join_dead_letters(connection, (reject for batch in batches for reject in batch))


class _StoreDoFn(beam.DoFn):
    """Opens the store once a worker."""

    def __init__(self, path: str) -> None:
        self._path = path

    def setup(self) -> None:
        self._connection = connect(self._path)

    def teardown(self) -> None:
        self._connection.close()


class _Write(_StoreDoFn):
    def __init__(self, path: str, join: Join, weigh: Callable[[Any], int]) -> None:
        super().__init__(path)
        self._join = join
        self._weigh = weigh

    def start_bundle(self) -> None:
        self._batch: list[Any] = []
        self._written = 0

    def process(self, row: Any) -> Iterable[int]:
        self._batch.append(row)
        if len(self._batch) >= BATCH_ROWS:
            self._flush()
        return ()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._flush()
        yield WindowedValue(self._written, beam.window.GlobalWindow().max_timestamp(), (GlobalWindow(),))

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            joins.in_transaction(self._connection, lambda connection: self._join(connection, batch))
            self._written += sum(map(self._weigh, batch))


class _Receipt(_StoreDoFn):
    def __init__(self, path: str, run: str, home: str) -> None:
        super().__init__(path)
        self._key = run, home

    def process(self, written: int) -> Iterator[int]:
        joins.in_transaction(self._connection, lambda c: joins.write_receipt(c, *self._key, written))
        yield written
