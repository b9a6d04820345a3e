"""KeepArchive: every raw event, masked, as files of an archive."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.windowed_value import WindowedValue

from transforms.core.archiving import ArchiveFile, Archiver
from transforms.core.records import EventBatch, Rejects
from transforms.windows import in_global_window


class Archivable(NamedTuple):
    """All that was received, each event once: admitted, or refused by the first, second or third step."""

    batches: beam.PCollection[EventBatch]
    unopened: beam.PCollection[Rejects]
    unparsed: beam.PCollection[Rejects]
    invalid: beam.PCollection[Rejects]


class KeepArchive(beam.PTransform):
    """Keep every raw event, masked, in files of an archive (``core.archiving``).

    Input: Archivable, under any windowing. A file holds what one bundle saw of one block of input and one hour, and is
    named by its content. What is read back with ReadFiles is taken in as it was the first time.

    Args:
        store: what becomes of the files: a transform of PCollection[ArchiveFile]. It is applied to each of the four
            collections by itself, since a Flatten of large elements makes runners store them.
    """

    def __init__(self, store: beam.PTransform) -> None:
        super().__init__()
        self._store = store

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
        return _Kept(dofn, self._store)


class _Kept(beam.PTransform):
    def __init__(self, dofn: "_Archive", store: beam.PTransform) -> None:
        super().__init__()
        self._dofn = dofn
        self._store = store

    def expand(self, elements: beam.PCollection[Any]) -> beam.PCollection[str]:
        return (
            in_global_window(elements)
            | "Make files" >> beam.ParDo(self._dofn).with_output_types(ArchiveFile)
            | "Store" >> self._store
        )


class _Archive(beam.DoFn):
    """Holds what is not yet a whole file over elements, up to the end of the bundle."""

    def add(self, element: Any) -> Iterator[ArchiveFile]:
        raise NotImplementedError

    def setup(self) -> None:
        self._archiver = Archiver()

    def start_bundle(self) -> None:
        self._archiver.reset()

    def process(self, element: Any) -> Iterator[ArchiveFile]:
        yield from self.add(element)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for file in self._archiver.finish():
            yield WindowedValue(file, GlobalWindow().max_timestamp(), (GlobalWindow(),))


class _ArchiveBatches(_Archive):
    def add(self, batch: EventBatch) -> Iterator[ArchiveFile]:
        return self._archiver.add_batch(batch)


class _ArchiveRejects(_Archive):
    def add(self, rejects: Rejects) -> Iterator[ArchiveFile]:
        return self._archiver.add_rejects(rejects)
