"""Files as input: finding them, telling their form, and reading them in splits."""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam

from pipeline.endpoints.archive import PARQUET_MAGIC, read_archive_file
from pipeline.endpoints.file_blocks import Stretch, read_stretch
from pipeline.endpoints.file_bytes import open_file, read_head
from transforms.core.forms import HEAD_BYTES, recognise
from transforms.core.identity import fingerprint
from transforms.core.records import Form, Message

SPLIT_BYTES = 64 << 20
FORMS = {"json": (Form.JSON_LINES, Form.JSON_VALUES), "access_log": (Form.ACCESS_LOG,)}


class InputFile(NamedTuple):
    """A file to read, as found: ``name`` is for people, ``path`` for opening, ``modified`` in seconds since 1970.

    ``ends`` is a hash of the first and last bytes of a local file, to tell it from another of its name, size and time.
    ``input_format`` is that of this file, where it is not the run's.
    """

    name: str
    path: str
    size: int
    modified: float
    ends: str = ""
    input_format: str = ""


class ReadFiles(beam.PTransform):
    """Read files as Messages; a plain file in splits, a gzip file or a long JSON array in one piece.

    Output elements are blocks of about 1 MB and carry no event time. Reading again gives the same lines at the same
    positions, however the files are split.

    Args:
        files: the files, each once.
        input_format: auto, json or access_log.
        max_line: bound, in bytes, on a line or value.
        split_bytes: size of a split of a plain file.
        archive: the archive that is written; what is read from there is marked as kept.
    """

    def __init__(
        self,
        files: Iterable[InputFile],
        input_format: str = "auto",
        max_line: int = 10 << 20,
        split_bytes: int = SPLIT_BYTES,
        archive: str = "",
    ) -> None:
        super().__init__()
        self._files = list(files)
        self._format = input_format
        self._max_line = max_line
        self._split_bytes = split_bytes
        self._archive = archive

    def expand(self, root: beam.pvalue.PBegin) -> beam.PCollection[Message]:
        """Plan the splits, spread them over workers, read them."""
        return (
            root
            | "Files" >> beam.Create(self._files).with_output_types(InputFile)
            | "Split" >> beam.ParDo(_Split(self._format, self._split_bytes)).with_output_types(tuple[Stretch, bool])
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_Read(self._max_line, self._archive)).with_output_types(Message)
        )


class _Split(beam.DoFn):
    def __init__(self, input_format: str, split_bytes: int) -> None:
        self._format = input_format
        self._split_bytes = split_bytes

    def process(self, file: InputFile) -> Iterator[tuple[Stretch, bool]]:
        with open_file(file.path) as opened:
            head, gzip = read_head(opened, HEAD_BYTES)
        if head.startswith(PARQUET_MAGIC):
            yield Stretch(file.path, 0, None, "", Form.ARCHIVED), False
            return
        form = form_of(head, file.input_format or self._format)
        whole = Stretch(file.path, 0, None, fingerprint(head), form, "gzip" if gzip else "")
        if gzip or form is Form.JSON_VALUES:
            yield whole, gzip
            return
        for start in range(0, file.size, self._split_bytes):
            end = start + self._split_bytes
            yield whole._replace(start=start, end=end if end < file.size else None), False


def form_of(head: bytes, input_format: str) -> Form:
    """Tell the form by content, within what the option allows."""
    form = recognise(head)
    allowed = FORMS.get(input_format)
    return form if allowed is None or form in allowed else allowed[0]


class _Read(beam.DoFn):
    def __init__(self, max_line: int, archive: str) -> None:
        self._max_line = max_line
        self._archive = archive

    def process(self, planned: tuple[Stretch, bool]) -> Iterator[Message]:
        stretch, gzip = planned
        with open_file(stretch.path) as opened:
            if stretch.form is Form.ARCHIVED:
                kept = is_below(stretch.path, self._archive)
                yield from read_archive_file(opened, stretch.path, kept=kept)
                return
            yield from read_stretch(opened, stretch, gzip=gzip, max_line=self._max_line)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a local path lies within a folder, whatever links lead there."""
    if not folder or "://" in path or "://" in folder:
        return False
    within = os.path.realpath(folder)
    return os.path.commonpath((within, os.path.realpath(path))) == within
