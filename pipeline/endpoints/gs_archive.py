"""The archive in Cloud Storage."""

from collections.abc import Iterator

import apache_beam as beam

from pipeline.endpoints.gs_files import Folder
from transforms.core.archiving import ArchiveFile


class StoreObjects(beam.PTransform):
    """Write files of the archive below a folder of Cloud Storage.

    A file is named by its content, and an upload is atomic: there is no temporary name, and a repeat changes nothing.

    Args:
        folder: gs://BUCKET/FOLDER/
        is_live: whether the run is.
    """

    def __init__(self, folder: str, *, is_live: bool) -> None:
        super().__init__()
        self._store = _Store(folder, is_live=is_live)

    def expand(self, files: beam.PCollection[ArchiveFile]) -> beam.PCollection[str]:
        """Write each file, and give its path below the folder."""
        return files | beam.ParDo(self._store).with_output_types(str)


class _Store(beam.DoFn):
    def __init__(self, folder: str, *, is_live: bool) -> None:
        self._path = folder
        self._is_live = is_live

    def setup(self) -> None:
        self._folder = Folder(self._path, is_live=self._is_live)

    def teardown(self) -> None:
        self._folder.close()

    def process(self, file: ArchiveFile) -> Iterator[str]:
        self._folder.put(file.path, file.content, "application/vnd.apache.parquet")
        yield file.path
