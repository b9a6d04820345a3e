"""TakeReviews: the verdicts of reviewers, which come in like any event."""

from collections.abc import Iterator

import apache_beam as beam

from transforms.core.fraud.reviews import Review, reviews_in
from transforms.core.records import EventBatch


class TakeReviews(beam.PTransform):
    """Take the reviews out of batches of admitted events.

    Output: Review, as often as it came; its key is the review_id.
    """

    def expand(self, batches: beam.PCollection[EventBatch]) -> beam.PCollection[Review]:
        """Look at each event's contract."""
        return batches | beam.ParDo(_Take()).with_output_types(Review)


class _Take(beam.DoFn):
    def process(self, batch: EventBatch) -> Iterator[Review]:
        yield from reviews_in(batch.events)
