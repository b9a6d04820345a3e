"""What workers counted, read back at the end of a run on this machine."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from apache_beam.metrics import MetricsFilter

from transforms.metrics import NAMESPACE


def read_metrics(result: Any) -> Mapping[str, int]:
    """Add up the counters of a finished job over its steps; of distributions the greatest value, as ``NAME_max``."""
    found = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))
    counts: Counter[str] = Counter()
    for one in found["counters"]:
        counts[one.key.metric.name] += one.result
    for one in found["distributions"]:
        name = f"{one.key.metric.name}_max"
        counts[name] = max(counts[name], one.result.max)
    return dict(sorted((name, count) for name, count in counts.items() if count))
