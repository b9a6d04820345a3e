"""All ends of the flow in Google Cloud, from the places that the options name."""

from collections.abc import Iterator
from typing import NamedTuple

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from pipeline.endpoints.archive import NoArchive
from pipeline.endpoints.bigquery import Place, StoreInBigQuery
from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.bigquery_rows import Row
from pipeline.endpoints.bigquery_tables import FRAUD_ALERTS
from pipeline.endpoints.bigtable import StoreInBigtable
from pipeline.endpoints.cloud_homes import BigQueryHomes, OfEachStep, Several
from pipeline.endpoints.gs_archive import StoreObjects
from transforms.core.fraud.settling import AlertRow
from transforms.follow_alerts import FollowAlerts, Followed
from transforms.keep_archive import KeepArchive
from transforms.panes import Panes


class CloudEnds(NamedTuple):
    """Where results go; a place that is empty takes nothing. ``began`` is when the run did, in microseconds."""

    dataset: str
    bigtable: str
    directory: str
    panes: Panes
    began: int

    @property
    def is_live(self) -> bool:
        """Tell whether the run is."""
        return self.panes.interval is not None

    @property
    def _rejects(self) -> beam.PTransform:
        return StoreRejectsInBigQuery(self.dataset, self.directory, self.began, is_live=self.is_live)

    @property
    def _tables(self) -> BigQueryHomes:
        return BigQueryHomes(self.dataset, self.is_live, self._rejects)

    def page_views(self) -> beam.PTransform:
        """Store page views, for analytics and for serving."""
        homes = {"BigQuery": self._tables.page_views()}
        if self.bigtable:
            homes["Bigtable"] = StoreInBigtable(self.bigtable, is_live=self.is_live)
        return Several(homes)

    def fraud_alerts(self) -> beam.PTransform:
        """Follow alerts, and store their rows."""
        rows = StoreInBigQuery(Place(self.dataset, FRAUD_ALERTS, self.is_live), _alert_rows, self._rejects)
        return _StoreAlerts(self.panes, rows)

    def reviews(self) -> beam.PTransform:
        """Store reviews."""
        return self._tables.reviews()

    def dead_letters(self) -> beam.PTransform:
        """Store the rejects of all steps."""
        return OfEachStep(self._rejects)

    def ledger(self) -> beam.PTransform:
        """Store the account."""
        return self._tables.ledger()

    def archive(self) -> beam.PTransform:
        """Keep the archive, where there is a directory."""
        if not self.directory:
            return NoArchive()
        return KeepArchive(StoreObjects(self.directory, is_live=self.is_live), self.panes)


def _alert_rows(row: AlertRow) -> Iterator[Row]:
    yield row._asdict()


class _StoreAlerts(beam.PTransform):
    def __init__(self, panes: Panes, rows: beam.PTransform) -> None:
        super().__init__()
        self._follow = FollowAlerts(panes)
        self._rows = rows

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, followed: Followed) -> beam.PCollection[tuple[str, int]]:
        alerts = followed | "Follow" >> self._follow
        return alerts.rows | "Rows" >> self._rows
