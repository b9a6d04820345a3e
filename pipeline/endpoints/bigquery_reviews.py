"""Reviews that are in BigQuery already: verdicts keep alerts quiet for weeks, longer than a subscription goes back."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import apache_beam as beam
from google.cloud import bigquery

from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.bigquery_tables import REVIEWS
from pipeline.endpoints.cloud_errors import Home
from transforms.core.fraud.reviews import QUIET, Review
from transforms.core.times import SECOND

_ONCE: dict[str, Any] = {"wait_timeout": 60.0, "retry": None, "job_retry": None}
_COLUMNS = ", ".join(Review._fields)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReadReviews(beam.PTransform):
    """Read the reviews that may still keep an alert quiet, once, when the run begins.

    Args:
        dataset: PROJECT.DATASET
        is_live: whether the run is; it then waits for ever for a home that is away.
    """

    def __init__(self, dataset: str, *, is_live: bool) -> None:
        super().__init__()
        self._dataset = dataset
        self._read = _Read(is_live=is_live)

    def expand(self, root: beam.pvalue.PBegin) -> beam.PCollection[Review]:
        """Ask for them on a worker."""
        return (
            root
            | "Dataset" >> beam.Create([self._dataset], reshuffle=False)
            | "Read" >> beam.ParDo(self._read).with_output_types(Review)
        )


class _Read(beam.DoFn):
    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live

    def process(self, dataset: str) -> Iterator[Review]:
        table = f"{dataset}.{REVIEWS.view_name}"
        # An alert is looked at for as long as it can be kept quiet, and a verdict keeps quiet as long.
        since = _EPOCH + timedelta(microseconds=time.time_ns() // 1000 - 2 * QUIET)
        config = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("since", "TIMESTAMP", since)])
        query = f"SELECT {_COLUMNS} FROM `{table}` WHERE decided_at >= @since"  # noqa: S608 - names of our own
        with closing(connect(dataset.rpartition(".")[0])) as client:
            home = Home(f"BigQuery {table}", self._is_live)
            rows = home.write(lambda: list(client.query_and_wait(query, job_config=config, **_ONCE)))
        for row in rows:
            decided_at = (row["decided_at"] - _EPOCH) // timedelta(seconds=1) * SECOND
            yield Review(**dict(row) | {"decided_at": decided_at})
