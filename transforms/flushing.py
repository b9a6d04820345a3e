"""What the steps that collect sets share: a buffer that outlives elements and is flushed as partials."""

from collections.abc import Iterator
from typing import Any, Protocol

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow, TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from transforms.parking import Park, Parking
from transforms.windows import in_global_window

FLUSH_AT = 50_000
"""Sightings held before a flush: 1.6 MB; larger buffers cost memory and make no measurable difference to speed."""


class Buffer(Protocol):
    """What is held until it is flushed as packed partials, one per slot."""

    def reset(self) -> None:
        """Forget everything."""

    def __len__(self) -> int:
        """Count what is held."""

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """Give what is held, and start afresh."""


class Collector(Protocol):
    """Anything that adds to a buffer."""

    @property
    def buffer(self) -> Buffer:
        """What it adds to."""


class CollectingDoFn(beam.DoFn):
    """Collects elements into a buffer, over elements and up to the end of the bundle.

    Expects the global window. Subclasses say what an element adds. A partial's timestamp is the earliest of the
    elements in it, so that the watermark waits for what is still buffered behind it.
    """

    collector: Any

    def make_collector(self) -> Collector:
        """Build the collector, once a worker."""
        raise NotImplementedError

    def collect(self, element: Any) -> None:
        """Add one element to the collector's buffer."""
        raise NotImplementedError

    def setup(self) -> None:
        """Build what does not pickle."""
        self.collector = self.make_collector()

    def start_bundle(self) -> None:
        """Forget what a failed bundle may have left."""
        self.collector.buffer.reset()
        self._oldest = MAX_TIMESTAMP

    def process(
        self,
        element: Any,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
    ) -> Iterator[TimestampedValue]:
        """Collect an element; flush when the buffer is large."""
        self._oldest = min(self._oldest, timestamp)
        self.collect(element)
        if len(self.collector.buffer) >= FLUSH_AT:
            for slot_partial in self.collector.buffer.flush():
                yield TimestampedValue(slot_partial, self._oldest)
            self._oldest = MAX_TIMESTAMP

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Flush the rest."""
        for slot_partial in self.collector.buffer.flush():
            yield WindowedValue(slot_partial, self._oldest, (GlobalWindow(),))


def collecting(dofn: CollectingDoFn, parking: Parking = Parking()) -> beam.PTransform:  # noqa: B008 - immutable
    """Collect under any windowing: results count in windows of their own. ``parking`` says where partials wait."""
    return _InGlobalWindow(dofn, parking)


class _InGlobalWindow(beam.PTransform):
    def __init__(self, dofn: CollectingDoFn, parking: Parking) -> None:
        super().__init__()
        self._dofn = dofn
        self._parking = parking

    def expand(self, elements: beam.PCollection) -> beam.PCollection[tuple[int, bytes]]:
        collect = beam.ParDo(self._dofn).with_output_types(tuple[int, bytes])
        partials = in_global_window(elements) | "Collect" >> collect
        if not self._parking.folder:
            return partials
        return partials | "Park" >> beam.ParDo(Park(self._parking)).with_output_types(tuple[int, bytes])
