"""What runs note in a dataset of BigQuery beside their results."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from google.cloud import bigquery

from pipeline.endpoints.bigquery_client import connect
from pipeline.endpoints.bigquery_tables import LEDGER, SETTINGS
from pipeline.endpoints.cloud_errors import Home
from pipeline.endpoints.notebooks import mark_name, refuse_differing
from transforms.core.identity import stable_id
from transforms.core.ledger import Account, account
from transforms.core.records import LedgerRow
from transforms.core.times import format_time, parse_time

QUERY_SECONDS = 60.0
_OPTIONS = "options"


@dataclass(frozen=True)
class BigQueryNotebook:
    """The notebook of a dataset, PROJECT.DATASET.

    Its rows are changed by statements alone: rows that were streamed in could not be for a while.
    """

    dataset: str

    def open(self, options: Mapping[str, str]) -> int:
        """Note the options, or compare them with those held; gives the seed, which is the dataset's own.

        A job that is updated in place keeps sets of hashes, so the seed must be the same in every run. It is a hash of
        the dataset's name: not secret, but what a producer who knew it could do is to hide page views of their own.
        """
        held = self._value(_OPTIONS)
        if held is None:
            self._put(_OPTIONS, json.dumps(dict(options), sort_keys=True))
        else:
            refuse_differing(json.loads(held), options, self.dataset, "--output_dataset my-shop:millrace2")
        return int(stable_id("seed", self.dataset)[:15], 16)

    def mark(self, subscription: str) -> int | None:
        """Give the mark of a subscription."""
        value = self._value(mark_name(subscription))
        return None if value is None else parse_time(value)

    def save_mark(self, subscription: str, mark: int) -> None:
        """Save the mark of a subscription."""
        self._put(mark_name(subscription), format_time(mark))

    def account(self, run: str) -> Account:
        """Give the account of a run."""
        query = f"SELECT * FROM `{self.dataset}.{LEDGER.view_name}` WHERE run = @run"  # noqa: S608 - as above
        return account(
            LedgerRow(
                run,
                row["event_type"],
                None,
                row["received"],
                row["counted"],
                row["duplicate"],
                {one["reason"]: one["events"] for one in row["rejected"]},
                row["masked"],
            )
            for row in self._select(query, run=run)
        )

    @property
    def _settings(self) -> str:
        return f"{self.dataset}.{SETTINGS.name}"

    def _value(self, name: str) -> str | None:
        query = f"SELECT name, value FROM `{self._settings}` WHERE name = @name"  # noqa: S608 - our names
        return max((value for _, value in self._select(query, name=name)), default=None)

    def _put(self, name: str, value: str) -> None:
        """Keep the greater value under a name."""
        self._select(
            f"MERGE `{self._settings}` AS held USING (SELECT @name AS name, @value AS value) AS new"  # noqa: S608
            " ON held.name = new.name"
            " WHEN MATCHED AND new.value > held.value THEN"
            " UPDATE SET value = new.value, updated_at = CURRENT_TIMESTAMP()"
            " WHEN NOT MATCHED THEN"
            " INSERT (name, value, updated_at) VALUES (new.name, new.value, CURRENT_TIMESTAMP())",
            name=name,
            value=value,
        )

    def _select(self, query: str, **parameters: str) -> Sequence[Any]:
        given = [bigquery.ScalarQueryParameter(name, "STRING", value) for name, value in parameters.items()]
        config = bigquery.QueryJobConfig(query_parameters=given)
        with closing(connect(self.dataset.rpartition(".")[0])) as client:
            return Home(f"BigQuery {self.dataset}", is_live=False).write(
                lambda: list(client.query_and_wait(query, job_config=config, wait_timeout=QUERY_SECONDS))
            )
