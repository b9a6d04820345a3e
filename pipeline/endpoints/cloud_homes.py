"""The homes of results in Google Cloud, as the flow takes them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from pipeline.endpoints.bigquery import Place, StoreInBigQuery
from pipeline.endpoints.bigquery_rows import alert_rows, ledger_rows, page_view_rows, review_rows
from pipeline.endpoints.bigquery_tables import FRAUD_ALERTS, LEDGER, PAGE_VIEWS, REVIEWS
from transforms.core.fraud.reviews import Review
from transforms.follow_alerts import FollowAlerts, Followed
from transforms.outputs import Refused
from transforms.windows import Nothing, in_global_window


class Several(beam.PTransform):
    """Hands the same elements to several homes.

    Args:
        homes: transforms by their labels.
    """

    def __init__(self, homes: Mapping[str, beam.PTransform]) -> None:
        super().__init__()
        self._homes = dict(homes)

    @no_annotations  # elements of any kind
    def expand(self, elements: Any) -> beam.PCollection[tuple[str, int]]:
        """Apply each; gives nothing, with the watermark of all."""
        return _watermark({label: elements | label >> home for label, home in self._homes.items()})


class StoreAlerts(beam.PTransform):
    """Follows alerts, and hands rows and changes to their homes.

    Args:
        follow: settles them.
        rows: homes of AlertRow, by their labels.
        changes: homes of Change, by their labels.
        known: reads the reviews that earlier runs took; None where there are none.
    """

    def __init__(
        self,
        follow: FollowAlerts,
        rows: Mapping[str, beam.PTransform],
        changes: Mapping[str, beam.PTransform],
        known: beam.PTransform | None = None,
    ) -> None:
        super().__init__()
        self._follow = follow
        self._known = known
        self._rows = dict(rows)
        self._changes = dict(changes)

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, followed: Followed) -> beam.PCollection[tuple[str, int]]:
        """Settle and store; gives nothing, with the watermark of all."""
        alerts = followed._replace(reviews=self._all_reviews(followed.reviews)) | "Follow" >> self._follow
        stored = {label: alerts.rows | label >> home for label, home in self._rows.items()}
        told = {label: alerts.changes | label >> home for label, home in self._changes.items()}
        return _watermark({"Alerts": alerts.rows} | stored | told)

    def _all_reviews(self, reviews: beam.PCollection[Review]) -> beam.PCollection[Review]:
        if self._known is None:
            return reviews
        known = reviews.pipeline | "Known reviews" >> self._known
        return (in_global_window(reviews), known) | "All reviews" >> beam.Flatten()


class OfEachStep(beam.PTransform):
    """Stores the rejects of all steps, each step's by themselves.

    Args:
        store: a transform of PCollection[Rejects].
    """

    def __init__(self, store: beam.PTransform) -> None:
        super().__init__()
        self._store = store

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, refused: Refused) -> beam.PCollection[tuple[str, int]]:
        """Store those of each step; gives nothing, with the watermark of all."""
        labelled = zip(("Unopened", "Unparsed", "Invalid"), refused, strict=True)
        return _watermark({label: rejects | label >> self._store for label, rejects in labelled})


def _watermark(written: Mapping[str, beam.PCollection[Any]]) -> beam.PCollection[tuple[str, int]]:
    nothing = [
        in_global_window(one) | f"{label} written" >> beam.ParDo(Nothing()).with_output_types(tuple[str, int])
        for label, one in written.items()
    ]
    return nothing | "Written" >> beam.Flatten()


class BigQueryHomes(NamedTuple):
    """What the tables of a dataset have in common; ``refused`` takes the rejects of rows (PCollection[Rejects])."""

    dataset: str
    is_live: bool
    refused: beam.PTransform

    def page_views(self) -> beam.PTransform:
        """Store PageViews; early panes are left out."""
        return StoreInBigQuery(Place(self.dataset, PAGE_VIEWS, self.is_live), page_view_rows, self.refused)

    def fraud_alerts(self) -> beam.PTransform:
        """Store AlertRow."""
        return StoreInBigQuery(Place(self.dataset, FRAUD_ALERTS, self.is_live), alert_rows, self.refused)

    def reviews(self) -> beam.PTransform:
        """Store Review."""
        return StoreInBigQuery(Place(self.dataset, REVIEWS, self.is_live), review_rows, self.refused)

    def ledger(self) -> beam.PTransform:
        """Store LedgerRow."""
        return StoreInBigQuery(Place(self.dataset, LEDGER, self.is_live), ledger_rows, self.refused)
