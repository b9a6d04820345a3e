"""What workers counted, as text: by the names that dashboards have."""

from collections.abc import Mapping

from pipeline.report.text import wrapped


def metrics_section(metrics: Mapping[str, int], width: int) -> list[str]:
    """Write the metrics of a run, no line wider than ``width``; no lines where nothing was counted."""
    text = " ".join(f"{name}={count}" for name, count in metrics.items())
    return ["Metrics", *wrapped(text, width, "  ")] if text else []
