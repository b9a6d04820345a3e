"""CountPageViews: distinct page views, bots' views and visitors per URL and fixed window of event time."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import TimestampedValue
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.timestamp import Timestamp

from transforms.core.gains import Gain
from transforms.core.page_views import ViewCollector, ViewRules, page_views, view_counts
from transforms.core.records import EventBatch, LedgerCount, PageViews
from transforms.flushing import CollectingDoFn, collecting
from transforms.metrics import LATE_VIEWS, PANES
from transforms.panes import FINAL, LATE, Panes
from transforms.parking import Parking
from transforms.unite_sets import UniteSets


class CountedPageViews(NamedTuple):
    """The outputs: rows that changed, and what the ledger gained (distinct views and duplicates)."""

    rows: beam.PCollection[PageViews]
    counts: beam.PCollection[LedgerCount]


class CountPageViews(beam.PTransform):
    """Count distinct page views per URL and window; events of other contracts are passed over.

    Input: batches of admitted events under any windowing; the windows counted in are the event's own time, floored to
    ``rules.width``. Output rows carry the last microsecond of their window as timestamp and stand in the global
    window. Rows are functions of the set of events: a retry or a redelivery changes none, and in live runs a pane
    holds only rows that changed.

    Args:
        rules: window width, URL form, shards and the seed of the hashes.
        panes: when results come.
        parking: where packed sets wait for their union; for a single pane only.
    """

    def __init__(
        self,
        rules: ViewRules = ViewRules(),  # noqa: B008 - immutable
        panes: Panes = FINAL,
        parking: Parking = Parking(),  # noqa: B008 - immutable
    ) -> None:
        super().__init__()
        self._rules = rules
        self._panes = panes
        self._parking = parking

    @no_annotations  # a NamedTuple of collections; each is typed by the DoFn
    def expand(self, batches: beam.PCollection[EventBatch]) -> CountedPageViews:
        """Collect sets per worker, unite them per shard of URLs, and count."""
        outputs = (
            batches
            | "Sets" >> collecting(_Collect(self._rules), self._parking)
            | UniteSets(self._rules.width, self._panes, self._parking)
            | "Count" >> beam.ParDo(_Count(self._rules.width)).with_outputs(_Count.COUNTS, main="rows")
        )
        return CountedPageViews(outputs.rows, outputs[_Count.COUNTS])


class _Collect(CollectingDoFn):
    def __init__(self, rules: ViewRules) -> None:
        self._rules = rules

    def make_collector(self) -> ViewCollector:
        return ViewCollector(self._rules)

    def collect(self, batch: EventBatch) -> None:
        self.collector.add(batch.events)


class _Count(beam.DoFn):
    COUNTS = "counts"

    def __init__(self, width: int) -> None:
        self._width = width

    def process(self, change: Gain) -> Iterator[PageViews | TaggedOutput[Literal["counts"], LedgerCount]]:
        PANES[change.timing].inc()
        if change.timing == LATE:
            LATE_VIEWS.inc(int(change.seen.sum()))
        for row in page_views(change.sets, change.changed, self._width, change.timing):
            yield TimestampedValue(row, Timestamp(micros=row.window_end - 1))
        for count in view_counts(change.sets, change.counted, change.seen):
            yield TaggedOutput(self.COUNTS, count)
