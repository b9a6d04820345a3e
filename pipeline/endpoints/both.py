"""Two ends as one: input from two places."""

from typing import Any

import apache_beam as beam


class Both(beam.PTransform):
    """Read from two places at once; elements of both are of one type."""

    def __init__(self, first: beam.PTransform, second: beam.PTransform) -> None:
        super().__init__()
        self._first = first
        self._second = second

    def expand(self, root: beam.pvalue.PBegin) -> beam.PCollection[Any]:
        """Read both, and put them together."""
        return (root | "First" >> self._first, root | "Second" >> self._second) | "Together" >> beam.Flatten()
