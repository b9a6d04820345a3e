"""Marks: up to when all that was published is written, so that a start without state knows how far to go back."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.coders import FastPrimitivesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    ReadModifyWriteRuntimeState,
    ReadModifyWriteStateSpec,
    RuntimeTimer,
    TimerSpec,
    on_timer,
)
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.timestamp import Timestamp

from pipeline.endpoints.draining import DRAIN
from transforms.core.times import SECOND
from transforms.windows import Nothing, in_global_window

STEP_SECONDS = 30
SETTLED_SECONDS = 20
"""A watermark is believed after this time: where a service drains a job it jumps to the end of time, and all ends."""
AHEAD_SECONDS = 120
_KEY = "mark"

Written = Sequence[Any]
"""What the homes of results give when they have written; some give nothing."""


class NoMark(beam.PTransform):
    """Stands in place of KeepMark in bounded runs, which begin at the beginning."""

    @no_annotations  # a tuple of collections
    def expand(self, written: Written) -> beam.PCollection[tuple[str, int]]:
        """Do nothing, with one of the inputs: portable runners know no step without parts."""
        return _collections(written)[0] | _OnlyItsWatermark()


class KeepMark(beam.PTransform):
    """Save, about twice a minute, the time before which everything is written.

    Its watermark is that of all homes together: what was published before it is written, or, in state, in a window that
    ends later.

    Args:
        save: saves a time in microseconds; a mark never goes back.
    """

    def __init__(self, save: Callable[[int], None]) -> None:
        super().__init__()
        self._watch = _Watch(save)

    @no_annotations  # a tuple of collections
    def expand(self, written: Written) -> beam.PCollection[str]:
        """Let all homes' watermarks meet, and follow them with a timer."""
        homes = _collections(written)
        watched = [home | f"Home {number}" >> _OnlyItsWatermark() for number, home in enumerate(homes)]
        begin = homes[0].pipeline | beam.Impulse() | "Begin" >> beam.ParDo(_Begin()).with_output_types(tuple[str, int])
        return (
            [begin, *watched]
            | "All homes" >> beam.Flatten()
            | "Watch" >> beam.ParDo(self._watch).with_output_types(str)
        )


def _collections(written: Written) -> list[beam.PCollection[Any]]:
    return [one for one in written if isinstance(one, beam.PCollection)]


class _Begin(beam.DoFn):
    """Gives the one element that the timer begins with; with beam.Create a step's name holds a line number of Beam."""

    def process(self, _: bytes) -> Iterable[tuple[str, int]]:
        yield _KEY, 0


class _OnlyItsWatermark(beam.PTransform):
    def expand(self, home: beam.PCollection[Any]) -> beam.PCollection[tuple[str, int]]:
        return in_global_window(home) | "Nothing" >> beam.ParDo(Nothing()).with_output_types(tuple[str, int])


class _Watch(beam.DoFn):
    """Follows the watermark with a timer that sets itself again, until it is further than any clock."""

    PENDING = ReadModifyWriteStateSpec("pending", FastPrimitivesCoder())
    TICK = TimerSpec("tick", TimeDomain.WATERMARK)

    def __init__(self, save: Callable[[int], None]) -> None:
        self._save = save

    def process(self, _: tuple[str, int], tick: RuntimeTimer = beam.DoFn.TimerParam(TICK)) -> Iterable[str]:  # noqa: B008
        tick.set(Timestamp(seconds=_now()))
        return ()

    @on_timer(TICK)
    def at_tick(
        self,
        at: Timestamp = beam.DoFn.TimestampParam,
        tick: RuntimeTimer = beam.DoFn.TimerParam(TICK),  # noqa: B008
        pending: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(PENDING),  # noqa: B008
    ) -> Iterable[str]:
        """Save the last time that has settled."""
        if DRAIN.is_set():
            return ()
        now = _now()
        held = pending.read()
        if held and now - held[1] >= SETTLED_SECONDS:
            self._save(held[0])
        if not held or now - held[1] >= SETTLED_SECONDS:
            pending.write((at.micros, now))
        if at.micros < (now + AHEAD_SECONDS) * SECOND:
            tick.set(at + STEP_SECONDS)
        return ()


def _now() -> int:
    return int(time.time())
