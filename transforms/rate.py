"""A rate for what is grouped in live runs: often enough to be seen soon, seldom enough to be cheap."""

import apache_beam as beam
from apache_beam.transforms.trigger import AccumulationMode, AfterProcessingTime, Repeatedly
from apache_beam.transforms.window import GlobalWindows, TimestampCombiner

from transforms.panes import Panes


def rate(panes: Panes) -> beam.PTransform:
    """Let a key through every ``panes.interval`` seconds of processing; at the end of the input for a single pane.

    Nothing is dropped for lateness: the window is the global one. What waits holds the watermark at its earliest time.
    """
    if panes.interval is None:
        return beam.WindowInto(GlobalWindows())
    return beam.WindowInto(
        GlobalWindows(),
        trigger=Repeatedly(AfterProcessingTime(panes.interval)),
        accumulation_mode=AccumulationMode.DISCARDING,
        timestamp_combiner=TimestampCombiner.OUTPUT_AT_EARLIEST,
    )
