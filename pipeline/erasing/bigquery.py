"""Erasing from BigQuery: rows of dead letters, alerts and reviews that mention a person anywhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.cloud import bigquery

from pipeline.endpoints.bigquery_tables import DEAD_LETTERS, FRAUD_ALERTS, REVIEWS, Column, Table
from pipeline.erasing.findings import Erased
from transforms.core.mentions import Mentions

TABLES = (DEAD_LETTERS, FRAUD_ALERTS, REVIEWS)
"""The others hold counts only."""
_ONCE: dict[str, Any] = {"wait_timeout": 600.0, "retry": None, "job_retry": None}
"""Whoever runs the command sees what went wrong, and runs it again."""


def erase_rows(
    client: bigquery.Client, dataset: str, mentions: Mentions, payloads: Sequence[str], *, dry_run: bool
) -> Iterator[Erased]:
    """Delete the rows that mention a person.

    Args:
        client: of the dataset's project.
        dataset: PROJECT.DATASET
        mentions: of the person.
        payloads: paths of files that mention the person: rows that name one go, too.
        dry_run: whether to count them only.
    """
    parameters = [
        bigquery.ScalarQueryParameter("pattern", "STRING", f"(?m){mentions.pattern}"),
        bigquery.ArrayQueryParameter("payloads", "STRING", list(payloads)),
    ]
    config = bigquery.QueryJobConfig(query_parameters=parameters)

    def ask(statement: str) -> bigquery.table.RowIterator:
        return client.query_and_wait(statement, job_config=config, **_ONCE)

    for table in TABLES:
        place, where = f"`{dataset}.{table.name}`", condition(table)
        (count,) = next(iter(ask(f"SELECT COUNT(*) FROM {place} WHERE {where}")))  # noqa: S608 - names of our own
        if count:
            if not dry_run:
                ask(f"DELETE FROM {place} WHERE {where}")  # noqa: S608 - as above
            yield Erased(f"BigQuery {dataset}.{table.name}", count)


def condition(table: Table) -> str:
    """Write what is true of a row that mentions a person in any text."""
    tests = [_mentioned(column) for column in table.columns if column.type in ("STRING", "RECORD")]
    if table is DEAD_LETTERS:
        tests.append("payload_uri IN UNNEST(@payloads)")
    return " OR ".join(tests)


def _mentioned(column: Column, within: str = "") -> str:
    if not column.fields:
        return f"REGEXP_CONTAINS({within}{column.name}, @pattern)"
    inner = " OR ".join(_mentioned(field, "one.") for field in column.fields)
    return f"EXISTS (SELECT 1 FROM UNNEST({column.name}) AS one WHERE {inner})"  # noqa: S608 - as above
