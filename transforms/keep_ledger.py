"""KeepLedger: the account of every event, received = counted + duplicate + rejected."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam
from apache_beam.coders import FastPrimitivesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagRuntimeState, BagStateSpec, RuntimeTimer, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindows
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.timestamp import Timestamp

from transforms.core.contracts import PAGE_VIEW
from transforms.core.gains import Gain
from transforms.core.ledger import LedgerCollector, Received, added_up, ledger_counts, ledger_row
from transforms.core.records import EventBatch, LedgerCount, LedgerRow, Rejects
from transforms.core.times import DAY, MINUTE
from transforms.flushing import CollectingDoFn, collecting
from transforms.metrics import LEDGER
from transforms.outputs import Refused
from transforms.panes import FINAL, Panes
from transforms.parking import Parking
from transforms.rate import rate
from transforms.unite_sets import UniteSets

REMEMBERED = 32 * DAY
"""How long a live run remembers a row: no message comes later, since Pub/Sub keeps none for more than 31 days. A row is
some dozen bytes, far less than the sets behind it, which are forgotten after a day."""


class Entries(NamedTuple):
    """What the ledger is kept of, each taken where it happens."""

    received: beam.PCollection[Received]
    batches: beam.PCollection[EventBatch]
    view_counts: beam.PCollection[LedgerCount]
    refused: Refused


class KeepLedger(beam.PTransform):
    """Keep the account per event type and minute.

    Input: Entries, under any windowing. Output: LedgerRow; in live runs a row comes again when it grew, and the
    column-wise greatest of all is right. Redelivery and retries change nothing, since all is counted as sets.

    Args:
        run: the run's id, part of each row's key.
        seed: keys the hashes of identities.
        panes: when results come.
        parking: where packed sets wait for their union; for a single pane only.
    """

    def __init__(self, run: str, seed: int = 0, panes: Panes = FINAL, parking: Parking = Parking()) -> None:  # noqa: B008 - immutable
        super().__init__()
        self._run = run
        self._seed = seed
        self._panes = panes
        self._parking = parking

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, entries: Entries) -> beam.PCollection[LedgerRow]:
        """Collect what happened, unite it as sets, and add up per type and minute."""
        # Batches are collected before anything is flattened: a Flatten of large elements makes runners store them.
        partials = (
            entries.received | "Received" >> self._collecting(_CollectReceived),
            entries.batches | "Admitted" >> self._collecting(_CollectAdmitted),
            entries.refused.unopened | "Unopened" >> self._collecting(_CollectRejected),
            entries.refused.unparsed | "Unparsed" >> self._collecting(_CollectRejected),
            entries.refused.invalid | "Invalid" >> self._collecting(_CollectRejected),
        )
        happened = (
            partials
            | "What happened" >> beam.Flatten()
            | UniteSets(MINUTE, self._panes, self._parking)
            | "Count" >> beam.ParDo(_Count()).with_output_types(LedgerCount)
        )
        view_counts = entries.view_counts | "Views" >> beam.WindowInto(GlobalWindows())
        return (
            (happened, view_counts)
            | "All counts" >> beam.Flatten()
            | "By type and minute" >> beam.ParDo(_Key()).with_output_types(tuple[str, LedgerCount])
            | "Rate" >> rate(self._panes)
            | "Group" >> beam.GroupByKey()
            | "Rows" >> beam.ParDo(self._rows()).with_output_types(LedgerRow)
        )

    def _collecting(self, collect: "type[_Collect]") -> beam.PTransform:
        return collecting(collect(self._seed), self._parking)

    def _rows(self) -> beam.DoFn:
        is_live = self._panes.interval is not None
        return _RowOverTime(self._run) if is_live else _Row(self._run)


class _Collect(CollectingDoFn):
    def __init__(self, seed: int) -> None:
        self._seed = seed

    def make_collector(self) -> LedgerCollector:
        return LedgerCollector(counted_elsewhere=(PAGE_VIEW,), seed=self._seed)


class _CollectReceived(_Collect):
    def collect(self, received: Received) -> None:
        self.collector.add_received(received)


class _CollectAdmitted(_Collect):
    def collect(self, batch: EventBatch) -> None:
        self.collector.add_batch(batch)


class _CollectRejected(_Collect):
    def collect(self, rejects: Rejects) -> None:
        self.collector.add_rejects(rejects)


class _Count(beam.DoFn):
    def process(self, change: Gain) -> Iterator[LedgerCount]:
        yield from ledger_counts(change.sets, change.counted, change.seen)


class _Key(beam.DoFn):
    def process(self, count: LedgerCount) -> Iterator[tuple[str, LedgerCount]]:
        if count.gain:
            if counter := LEDGER.get(count.column):
                counter.inc(count.gain)
            yield f"{count.event_type}|{'' if count.minute is None else count.minute}", count


class _Row(beam.DoFn):
    def __init__(self, run: str) -> None:
        self._run = run

    def process(self, grouped: tuple[str, Iterable[LedgerCount]]) -> Iterator[LedgerRow]:
        yield ledger_row(self._run, _type_and_minute(grouped[0]), grouped[1])


class _RowOverTime(beam.DoFn):
    """Remembers what was counted of one type and minute, and gives the row with each gain.

    Rows without a minute, a few, are never forgotten.
    """

    COUNTED = BagStateSpec("counted", FastPrimitivesCoder())
    EXPIRY = TimerSpec("expiry", TimeDomain.WATERMARK)

    def __init__(self, run: str) -> None:
        self._run = run

    def process(
        self,
        grouped: tuple[str, Iterable[LedgerCount]],
        counted: BagRuntimeState = beam.DoFn.StateParam(COUNTED),  # noqa: B008 - Beam's way to declare parameters
        expiry: RuntimeTimer = beam.DoFn.TimerParam(EXPIRY),  # noqa: B008
    ) -> Iterator[LedgerRow]:
        kind, minute = _type_and_minute(grouped[0])
        gains = added_up([*(LedgerCount(kind, minute, *gain) for gain in counted.read()), *grouped[1]])
        counted.clear()
        for gain in gains:
            counted.add((gain.column, gain.reason, gain.gain))
        if minute is not None:
            expiry.set(Timestamp(micros=minute + REMEMBERED))
        yield ledger_row(self._run, (kind, minute), gains)

    @on_timer(EXPIRY)
    def at_expiry(self, counted: BagRuntimeState = beam.DoFn.StateParam(COUNTED)) -> None:  # noqa: B008
        """Forget the row."""
        counted.clear()


def _type_and_minute(key: str) -> tuple[str, int | None]:
    kind, _, minute = key.rpartition("|")
    return kind, int(minute) if minute else None
