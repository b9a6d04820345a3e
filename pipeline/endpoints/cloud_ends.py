"""All ends of the flow in Google Cloud, from the places that the options name."""

from typing import NamedTuple

import apache_beam as beam

from pipeline.endpoints.archive import NoArchive
from pipeline.endpoints.bigquery_dead_letters import StoreRejectsInBigQuery
from pipeline.endpoints.bigquery_reviews import ReadReviews
from pipeline.endpoints.bigtable import StoreInBigtable
from pipeline.endpoints.cloud_homes import BigQueryHomes, OfEachStep, Several, StoreAlerts
from pipeline.endpoints.gs_archive import StoreObjects
from pipeline.endpoints.topics import PublishTo, alert_messages, dead_letter_messages
from transforms.follow_alerts import FollowAlerts
from transforms.keep_archive import KeepArchive
from transforms.panes import Panes


class CloudEnds(NamedTuple):
    """Where results go; a place that is empty takes nothing. ``began`` is when the run did, in microseconds."""

    dataset: str
    bigtable: str
    directory: str
    panes: Panes
    began: int
    alerts_topic: str = ""
    dead_letter_topic: str = ""

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
        """Follow alerts, store their rows, and tell of their changes."""
        changes: dict[str, beam.PTransform] = {}
        if self.alerts_topic:
            changes["Topic"] = PublishTo(self.alerts_topic, alert_messages, is_live=self.is_live)
        rows = {"BigQuery": self._tables.fraud_alerts()}
        known = ReadReviews(self.dataset, is_live=self.is_live)
        return StoreAlerts(FollowAlerts(self.panes), rows, changes, known)

    def reviews(self) -> beam.PTransform:
        """Store reviews."""
        return self._tables.reviews()

    def dead_letters(self) -> beam.PTransform:
        """Store the rejects of all steps, and send them on."""
        homes = {"BigQuery": self._rejects}
        if self.dead_letter_topic:
            homes["Topic"] = PublishTo(self.dead_letter_topic, dead_letter_messages, is_live=self.is_live)
        return OfEachStep(Several(homes))

    def ledger(self) -> beam.PTransform:
        """Store the account."""
        return self._tables.ledger()

    def archive(self) -> beam.PTransform:
        """Keep the archive, where there is a directory."""
        if not self.directory:
            return NoArchive()
        return KeepArchive(StoreObjects(self.directory, is_live=self.is_live), self.panes)
