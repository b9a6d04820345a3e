"""Dead letters in BigQuery, with large payloads, and rows that BigQuery refuses, as files beside the archive."""

import json
from collections.abc import Iterator
from functools import partial

import apache_beam as beam

from pipeline.endpoints.bigquery import Place, StoreInBigQuery
from pipeline.endpoints.bigquery_rows import INLINE_BYTES, DeadLetter, dead_letter_rows
from pipeline.endpoints.bigquery_tables import DEAD_LETTERS
from pipeline.endpoints.gs_files import Folder
from transforms.core.identity import dead_letter_id
from transforms.core.records import Rejects

FOLDER = "dead_letters/"
"""The place of payloads within the output directory."""


class StoreRejectsInBigQuery(beam.PTransform):
    """Append rejects to the table of dead letters.

    With a directory, a payload above 1 MiB lies there as a file, and so does the row that BigQuery refuses. Without
    one, such a payload stands in the row as far as it fits, and a refused row is waited for: no dead letter of a dead
    letter is ever made.

    Args:
        dataset: PROJECT.DATASET
        directory: gs://BUCKET/FOLDER/, or empty.
        began: when the run began, in microseconds: the timestamp of what has no publish time.
        is_live: whether the run is.
    """

    def __init__(self, dataset: str, directory: str, began: int, *, is_live: bool) -> None:
        super().__init__()
        self._place = Place(dataset, DEAD_LETTERS, is_live)
        self._began = began
        self._letters = _Letters(directory, is_live=is_live)
        self._refused = _KeepRefused(directory, is_live=is_live) if directory else None

    def expand(self, rejects: beam.PCollection[Rejects]) -> beam.PCollection[tuple[str, int]]:
        """Write large payloads, then the rows."""
        store = StoreInBigQuery(self._place, partial(dead_letter_rows, began=self._began), self._refused)
        return rejects | "Letters" >> beam.ParDo(self._letters).with_output_types(DeadLetter) | "Rows" >> store


class _FolderDoFn(beam.DoFn):
    def __init__(self, directory: str, *, is_live: bool) -> None:
        self._directory = directory
        self._is_live = is_live

    def setup(self) -> None:
        self._folder = Folder(self._directory, is_live=self._is_live) if self._directory else None

    def teardown(self) -> None:
        if self._folder:
            self._folder.close()


class _Letters(_FolderDoFn):
    def process(self, rejects: Rejects) -> Iterator[DeadLetter]:
        for reject in rejects:
            uri = ""
            if self._folder and len(reject.payload) > INLINE_BYTES:
                uri = self._folder.put(FOLDER + dead_letter_id(reject), reject.payload, "application/octet-stream")
            yield DeadLetter(reject, uri)


class _KeepRefused(beam.PTransform):
    def __init__(self, directory: str, *, is_live: bool) -> None:
        super().__init__()
        self._keep = _Keep(directory, is_live=is_live)

    def expand(self, rejects: beam.PCollection[Rejects]) -> beam.PCollection[str]:
        return rejects | beam.ParDo(self._keep).with_output_types(str)


class _Keep(_FolderDoFn):
    def process(self, rejects: Rejects) -> Iterator[str]:
        for reject in rejects:
            assert self._folder  # noqa: S101 - the transform is made with a directory only
            kept = {"error_message": reject.error_message, "row": json.loads(reject.payload)}
            name = f"{FOLDER}refused/{dead_letter_id(reject)}.json"
            yield self._folder.put(name, json.dumps(kept).encode(), "application/json")
