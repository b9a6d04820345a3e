"""The local store as a home of results: batched joins from a Beam pipeline."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.windowed_value import WindowedValue

from pipeline.endpoints import sqlite_joins as joins
from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.sqlite_access import Store, connect, in_transaction
from transforms.core.records import LedgerRow, PageViews, Rejects
from transforms.metrics import ROWS_WRITTEN
from transforms.outputs import Refused
from transforms.windows import in_global_window

BATCH_BYTES = 2 << 20
"""What a transaction holds, about: some thousand rows, or a few large ones."""
REJECT_BATCHES = 4
"""How many times as much it is of rejects: their ids lie all over an index, and the more there are, the more share a
page of it."""
ROW_BYTES = 1 << 10


class Home(NamedTuple):
    """A kind of results: its name, which the receipt bears, and what to do with its elements.

    ``join`` writes a batch within a transaction, ``weigh`` says what an element counts in the receipt, ``size`` about
    how many bytes it is; a transaction takes ``batches`` times BATCH_BYTES of them.
    """

    name: str
    join: Callable[[Store, Sequence[Any]], None]
    weigh: Callable[[Any], int]
    size: Callable[[Any], int]
    batches: int = 1


class StoreRows(beam.PTransform):
    """Join rows into the local store, a transaction a batch, and note what was written.

    Input under any windowing; a retried batch is joined again and changes nothing.

    Args:
        path: the store.
        attempt: names the receipt; each attempt at a run has its own, since two of the same run may work at once.
        home: what is written, and how.
    """

    def __init__(self, path: str, attempt: str, home: Home) -> None:
        super().__init__()
        self._write = _Write(path, home)
        self._receipt = _Receipt(path, attempt)

    def expand(self, rows: beam.PCollection[Any]) -> beam.PCollection[tuple[str, int]]:
        """Write the batches; for bounded input write the receipt of all of them."""
        written = in_global_window(rows) | "Join" >> beam.ParDo(self._write).with_output_types(tuple[str, int])
        if not rows.is_bounded:
            return written
        return (
            written
            | "All" >> beam.GroupByKey()
            | "Receipt" >> beam.ParDo(self._receipt).with_output_types(tuple[str, int])
        )


class StoreDeadLetters(beam.PTransform):
    """Join the rejects of all steps into dead_letters; each is noted by its id, since one may be handed over twice.

    Args:
        path: the store.
        attempt: names what is noted; nothing is noted if empty, as in live runs, whose notes would only grow.
    """

    def __init__(self, path: str, attempt: str) -> None:
        super().__init__()
        self._path = path
        self._attempt = attempt

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, refused: Refused) -> beam.PCollection[tuple[str, int]]:
        """Write the rejects of each step by themselves."""
        stored = [
            refused.unopened | "Unopened" >> self._store("unopened"),
            refused.unparsed | "Unparsed" >> self._store("unparsed"),
            refused.invalid | "Invalid" >> self._store("invalid"),
        ]
        return stored | "Stored" >> beam.Flatten()

    def _store(self, kind: str) -> StoreRows:
        join = partial(_join_rejects, attempt=self._attempt)
        home = Home(f"dead_letters, {kind}", join, len, _size_of_rejects, REJECT_BATCHES)
        return StoreRows(self._path, self._attempt, home)


def store_page_views(path: str, attempt: str) -> StoreRows:
    """Join rows of page_views; the receipt counts views."""
    return StoreRows(path, attempt, Home("page_views", joins.join_page_views, _views, _size_of_row))


def store_ledger(path: str, attempt: str) -> StoreRows:
    """Join rows of the ledger; the receipt counts rows."""
    return StoreRows(path, attempt, Home("ledger", joins.join_ledger, _one, _size_of_entry))


def _views(row: PageViews) -> int:
    return row.views


def _one(_: LedgerRow) -> int:
    return 1


def _size_of_row(row: PageViews) -> int:
    return ROW_BYTES + len(row.view_set) + len(row.bot_set) + len(row.visitor_set)


def _size_of_rejects(rejects: Rejects) -> int:
    return sum(ROW_BYTES + len(reject.payload) for reject in rejects)


def _size_of_entry(_: LedgerRow) -> int:
    return ROW_BYTES


def _join_rejects(store: Store, batches: Sequence[Rejects], attempt: str) -> None:
    joins.join_dead_letters(store, [reject for batch in batches for reject in batch], attempt)


class _StoreDoFn(beam.DoFn):
    """Opens the store once a worker."""

    def __init__(self, path: str) -> None:
        self._path = path

    def setup(self) -> None:
        self._store = connect(self._path)

    def teardown(self) -> None:
        self._store.close()


class _Write(_StoreDoFn):
    def __init__(self, path: str, home: Home) -> None:
        super().__init__(path)
        self._home = home

    def start_bundle(self) -> None:
        self._batch: list[Any] = []
        self._bytes = 0
        self._written = 0

    def process(self, element: Any) -> Iterable[int]:
        self._batch.append(element)
        self._bytes += self._home.size(element)
        if self._bytes >= BATCH_BYTES * self._home.batches:
            self._flush()
        return ()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        self._flush()
        written = self._home.name, self._written
        yield WindowedValue(written, beam.window.GlobalWindow().max_timestamp(), (GlobalWindow(),))

    def _flush(self) -> None:
        batch, self._batch, self._bytes = self._batch, [], 0
        if batch:
            in_transaction(self._store, lambda store: self._home.join(store, batch))
            ROWS_WRITTEN.inc(len(batch))
            self._written += sum(map(self._home.weigh, batch))
            DRAIN.wrote()


class _Receipt(_StoreDoFn):
    def __init__(self, path: str, attempt: str) -> None:
        super().__init__(path)
        self._attempt = attempt

    def process(self, bundles: tuple[str, Iterable[int]]) -> Iterator[tuple[str, int]]:
        written = bundles[0], sum(bundles[1])
        in_transaction(self._store, lambda store: joins.write_receipt(store, self._attempt, *written))
        yield written
