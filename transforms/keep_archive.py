"""KeepArchive: every raw event, masked, as files of an archive."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow, TimestampedValue
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from transforms.core.archiving import ArchiveFile, Archiver, merge
from transforms.core.records import EventBatch, Rejects
from transforms.panes import FINAL, Panes
from transforms.rate import rate
from transforms.windows import in_global_window

LIVE_INTERVAL = 20
"""Seconds of processing that a file of a live run covers."""


class Archivable(NamedTuple):
    """All that was received, each event once: admitted, or refused by the first, second or third step."""

    batches: beam.PCollection[EventBatch]
    unopened: beam.PCollection[Rejects]
    unparsed: beam.PCollection[Rejects]
    invalid: beam.PCollection[Rejects]


class KeepArchive(beam.PTransform):
    """Keep every raw event, masked, in files of an archive (``core.archiving``).

    Input: Archivable, under any windowing. A file holds what one bundle saw of one block of input and one hour; in live
    runs, whose bundles are small, what was seen of an hour within LIVE_INTERVAL. It is named by its content. What is
    read back with ReadFiles is taken in as it was the first time.

    Args:
        store: what becomes of the files: a transform of PCollection[ArchiveFile]. It is applied to each of the four
            collections by itself, since a Flatten of large elements makes runners store them.
        panes: of live ones only that they are.
    """

    def __init__(self, store: beam.PTransform, panes: Panes = FINAL) -> None:
        super().__init__()
        self._store = store
        self._is_live = panes.interval is not None

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, entries: Archivable) -> beam.PCollection[str]:
        """Make files of each collection, and store them."""
        stored = [
            entries.batches | "Admitted" >> self._kept(_ArchiveBatches()),
            entries.unopened | "Unopened" >> self._kept(_ArchiveRejects()),
            entries.unparsed | "Unparsed" >> self._kept(_ArchiveRejects()),
            entries.invalid | "Invalid" >> self._kept(_ArchiveRejects()),
        ]
        return stored | "Files" >> beam.Flatten()

    def _kept(self, dofn: "_Archive") -> beam.PTransform:
        return _Kept(dofn, self._store, is_live=self._is_live)


class _Kept(beam.PTransform):
    def __init__(self, dofn: "_Archive", store: beam.PTransform, *, is_live: bool) -> None:
        super().__init__()
        self._dofn = dofn
        self._store = store
        self._is_live = is_live

    def expand(self, elements: beam.PCollection[Any]) -> beam.PCollection[str]:
        files = in_global_window(elements) | "Make files" >> beam.ParDo(self._dofn).with_output_types(ArchiveFile)
        if self._is_live:
            files = (
                files
                | "By hour" >> beam.ParDo(_ByHour()).with_output_types(tuple[str, bytes])
                | "Rate" >> rate(Panes(LIVE_INTERVAL))
                | "Group" >> beam.GroupByKey()
                | "Merge" >> beam.ParDo(_Merge()).with_output_types(ArchiveFile)
            )
        return files | "Store" >> self._store


class _Archive(beam.DoFn):
    """Holds what is not yet a whole file over elements, up to the end of the bundle.

    A file's timestamp is the earliest of the elements, so that the watermark waits for what is still held behind it.
    """

    def add(self, element: Any) -> Iterator[ArchiveFile]:
        raise NotImplementedError

    def setup(self) -> None:
        self._archiver = Archiver()

    def start_bundle(self) -> None:
        self._archiver.reset()
        self._oldest = MAX_TIMESTAMP

    def process(self, element: Any, timestamp: Timestamp = beam.DoFn.TimestampParam) -> Iterator[TimestampedValue]:
        self._oldest = min(self._oldest, timestamp)
        for file in self.add(element):
            yield TimestampedValue(file, self._oldest)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for file in self._archiver.finish():
            yield WindowedValue(file, self._oldest, (GlobalWindow(),))


class _ByHour(beam.DoFn):
    def process(self, file: ArchiveFile) -> Iterator[tuple[str, bytes]]:
        yield file.folder, file.content


class _Merge(beam.DoFn):
    def process(self, grouped: tuple[str, Iterable[bytes]]) -> Iterator[ArchiveFile]:
        yield from merge(*grouped)


class _ArchiveBatches(_Archive):
    def add(self, batch: EventBatch) -> Iterator[ArchiveFile]:
        return self._archiver.add_batch(batch)


class _ArchiveRejects(_Archive):
    def add(self, rejects: Rejects) -> Iterator[ArchiveFile]:
        return self._archiver.add_rejects(rejects)
