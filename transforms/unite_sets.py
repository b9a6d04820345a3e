"""UniteSets: the union of packed sets from all workers, per slot, once or as it grows."""

import time
from collections.abc import Iterable, Iterator

import apache_beam as beam
from apache_beam.coders import BytesCoder, VarIntCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagRuntimeState,
    BagStateSpec,
    ReadModifyWriteRuntimeState,
    ReadModifyWriteStateSpec,
    RuntimeTimer,
    TimerSpec,
    on_timer,
)
from apache_beam.utils.timestamp import Timestamp

from transforms.core.gains import Gain, by_window, compact, every_cell, gain
from transforms.core.sets import NO_WINDOW, pack
from transforms.core.unions import union, union_in_parts
from transforms.metrics import AFTER_EXPIRY
from transforms.panes import EARLY, FINAL, FINAL_PANE, LATE, ON_TIME, Panes
from transforms.parking import FetchingDoFn, Parking
from transforms.rate import rate

COMPACT_AT = 32
"""Partials in a state before they are united into one."""


class UniteSets(beam.PTransform):
    """Unite the partials of each slot and say what the sets gained.

    Input: (slot, partial) pairs in the global window (``core.sets``). Output: Gain; for a single pane one or a few a
    slot, each of other cells, so that no more than UNITED_AT_ONCE sightings or one cell are held; one a slot, window
    and pane otherwise. A retry or a redelivery gains nothing.

    The plain GroupByKey keeps each value as small as one flush: a hot URL makes many values, never one large one.

    Args:
        width: the windows' width in microseconds.
        panes: when results come.
        parking: where the partials wait, if ``flushing.collecting`` parked them; for a single pane only.
    """

    def __init__(self, width: int, panes: Panes = FINAL, parking: Parking = Parking()) -> None:  # noqa: B008 - immutable
        super().__init__()
        if parking.folder and panes.interval is not None:
            raise ValueError("sets are parked for a single pane only: in a run without an end files would only grow")
        self._width = width
        self._panes = panes
        self._parking = parking

    def expand(self, partials: beam.PCollection[tuple[int, bytes]]) -> beam.PCollection[Gain]:
        """Group by slot; in live runs keep what was seen per slot and window in state."""
        if self._panes.interval is None:
            return (
                partials
                | "Group by slot" >> beam.GroupByKey()
                | "Unite" >> beam.ParDo(_UniteOnce(self._parking)).with_output_types(Gain)
            )
        return (
            partials
            | "Rate" >> rate(self._panes)
            | "Group by slot" >> beam.GroupByKey()
            | "Key by window" >> beam.ParDo(_KeyByWindow()).with_output_types(tuple[tuple[int, int], bytes])
            | "Unite" >> beam.ParDo(_UniteOverTime(self._width, self._panes.expiry)).with_output_types(Gain)
        )


class _UniteOnce(FetchingDoFn):
    def process(self, grouped: tuple[int, Iterable[bytes]]) -> Iterator[Gain]:
        for sets in union_in_parts(map(self.fetcher.fetch, grouped[1])):
            yield gain(None, sets, FINAL_PANE)


class _KeyByWindow(beam.DoFn):
    def process(self, grouped: tuple[int, Iterable[bytes]]) -> Iterator[tuple[tuple[int, int], bytes]]:
        slot, partials = grouped
        for window, sets in by_window(union(partials)):
            yield (slot, window), pack(sets)


class _UniteOverTime(beam.DoFn):
    """Keeps the sets of one slot and window, and emits what changed with each pane.

    Event-time timers mark the window's end and forget the state; the rate of panes is the trigger's before it.
    """

    SEEN = BagStateSpec("seen", BytesCoder())
    ENDED = ReadModifyWriteStateSpec("ended", VarIntCoder())
    END = TimerSpec("end", TimeDomain.WATERMARK)
    EXPIRY = TimerSpec("expiry", TimeDomain.WATERMARK)

    def __init__(self, width: int, expiry: int) -> None:
        self._width = width
        self._expiry = expiry

    def process(
        self,
        keyed: tuple[tuple[int, int], bytes],
        seen: BagRuntimeState = beam.DoFn.StateParam(SEEN),  # noqa: B008 - Beam's way to declare parameters
        ended: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(ENDED),  # noqa: B008
        end: RuntimeTimer = beam.DoFn.TimerParam(END),  # noqa: B008
        expiry: RuntimeTimer = beam.DoFn.TimerParam(EXPIRY),  # noqa: B008
    ) -> Iterator[Gain]:
        (_, window), partial = keyed
        old = list(seen.read())
        after = union([*old, partial])
        change = gain(union(old) if old else None, after, LATE if ended.read() else EARLY)
        if not change.is_nothing:
            if not old and self._is_expired(window):
                AFTER_EXPIRY.inc()
            _remember(seen, old, partial)
            yield change
        if window != NO_WINDOW:
            end.set(_timestamp(window + self._width))
            expiry.set(_timestamp(window + self._width + self._expiry))

    def _is_expired(self, window: int) -> bool:
        """Tell whether a window's state should be gone by now; by the clock, since a watermark cannot be asked."""
        return window != NO_WINDOW and time.time_ns() // 1000 > window + self._width + self._expiry

    @on_timer(END)
    def at_end(
        self,
        seen: BagRuntimeState = beam.DoFn.StateParam(SEEN),  # noqa: B008
        ended: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(ENDED),  # noqa: B008
    ) -> Iterator[Gain]:
        """Emit the on-time pane: every cell, gaining nothing, for homes that take no early ones."""
        if not ended.read() and (partials := list(seen.read())):
            ended.write(1)
            yield every_cell(union(partials))._replace(timing=ON_TIME)

    @on_timer(EXPIRY)
    def at_expiry(
        self,
        seen: BagRuntimeState = beam.DoFn.StateParam(SEEN),  # noqa: B008
        ended: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(ENDED),  # noqa: B008
    ) -> None:
        """Forget the window."""
        seen.clear()
        ended.clear()


def _remember(seen: BagRuntimeState, old: list[bytes], partial: bytes) -> None:
    """Add a partial to the state; many small ones are made a few large ones, none above the limit of one flush."""
    if not old or len(old) % COMPACT_AT:
        seen.add(partial)
        return
    seen.clear()
    for compacted in compact([*old, partial]):
        seen.add(compacted)


def _timestamp(micros: int) -> Timestamp:
    return Timestamp(micros=micros)
