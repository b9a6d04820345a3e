"""Load jobs of BigQuery: rows of any date, a file a job, and no job twice."""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import count
from typing import IO, cast

import apache_beam as beam
from google.api_core import exceptions as api
from google.cloud import bigquery
from xxhash import xxh3_128_intdigest

from pipeline.endpoints.bigquery_client import connect, once
from pipeline.endpoints.cloud_errors import Home, MendableError, PassingError

FILE_BYTES = 256 << 20
"""What a job loads at most, in bytes of JSON."""
UPLOAD_SECONDS = 300.0
JOB_SECONDS = 3600.0
_PASSING = {"backendError", "internalError", "rateLimitExceeded", "quotaExceeded", "jobRateLimitExceeded"}
_DIGEST = 1 << 128


class LoadDoFn(beam.DoFn):
    """Loads the rows of a shard, (shard, rows in JSON), and gives the table's name and how many they were.

    Args:
        project: in whose name jobs run.
        path: the table, with project and dataset.
        home: for waiting and messages.
    """

    def __init__(self, project: str, path: str, home: Home) -> None:
        self._project = project
        self._path = path
        self._home = home

    def setup(self) -> None:
        """Open a client, and find where the dataset lies: jobs are asked for by their place."""
        self._client = connect(self._project)
        dataset = self._path.rpartition(".")[0]
        location = self._home.write(lambda: self._client.get_dataset(dataset, **once()).location)
        self._loader = Loader(self._client, self._home, self._path, location)

    def teardown(self) -> None:
        """Close the client."""
        self._client.close()  # type: ignore[no-untyped-call]

    def process(self, shard: tuple[int, Iterable[bytes]]) -> Iterator[tuple[str, int]]:
        """Load the rows in files of a bounded size."""
        rows = iter(shard[1])
        name = self._path.rpartition(".")[2]
        while True:
            with tempfile.TemporaryFile() as file:
                written, digest = fill(file, rows)
                if not written:
                    return
                self._loader.load(file, f"millrace_{name}_{digest}")
            yield name, written


def fill(file: IO[bytes], rows: Iterator[bytes]) -> tuple[int, str]:
    """Write rows to a file up to its size; gives how many, and a digest that their order does not change."""
    total = written = size = 0
    for row in rows:
        file.write(row + b"\n")
        written, size = written + 1, size + len(row) + 1
        total = (total + xxh3_128_intdigest(row)) % _DIGEST
        if size >= FILE_BYTES:
            break
    return written, f"{total:032x}"


class Loader:
    """Appends files of rows to a table.

    Args:
        client: of BigQuery.
        home: for waiting and messages.
        path: the table.
        location: where its dataset lies.
    """

    def __init__(self, client: bigquery.Client, home: Home, path: str, location: str | None) -> None:
        self._client = client
        self._home = home
        self._path = path
        self._location = location

    def load(self, file: IO[bytes], name: str) -> None:
        """Append a file; a job of the name that has run, or runs, is not made a second time.

        Raises:
            StoreError: BigQuery is away for too long, or refuses the file.
        """
        numbers = count(1)
        number = next(numbers)

        def send() -> None:
            nonlocal number
            job = self._job(file, f"{name}_{number}")
            try:
                job.result(**once(JOB_SECONDS))
            except api.GoogleAPICallError:
                if not job.error_result:
                    raise
                number = next(numbers)
                raise _failed(job) from None

        self._home.write(send)

    def _job(self, file: IO[bytes], job_id: str) -> bigquery.LoadJob:
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
            write_disposition=bigquery.WriteDisposition.WRITE_APPEND,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        )
        try:
            return self._client.load_table_from_file(
                file,
                self._path,
                rewind=True,
                num_retries=0,
                timeout=UPLOAD_SECONDS,
                job_id=job_id,
                location=self._location,
                job_config=config,
            )
        except api.Conflict:  # made before the answer was lost, or by an earlier attempt at this bundle
            return cast("bigquery.LoadJob", self._client.get_job(job_id, location=self._location, **once()))


def _failed(job: bigquery.LoadJob) -> Exception:
    messages = [str(one.get("message")) for one in [job.error_result, *(job.errors or ())]]
    told = f"load job {job.job_id}: {'; '.join(list(dict.fromkeys(messages))[:3])}"
    return PassingError(told) if job.error_result.get("reason") in _PASSING else MendableError(told)
