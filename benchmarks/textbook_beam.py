"""The same counts as a textbook's Beam pipeline makes them: ``python -m benchmarks.textbook_beam FILE [--distinct]``.

An element an event, ``json.loads``, a dict, fixed windows of a minute, and a count per URL; views only. Without
``--distinct`` an event that is sent twice is two views, as most examples have it.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import FixedWindows, TimestampedValue


def timestamped(event: dict[str, Any]) -> TimestampedValue:
    """Give an event its own time."""
    return TimestampedValue(event, datetime.fromisoformat(event["time"]).timestamp())


def view(event: dict[str, Any]) -> tuple[str, tuple[str, str]]:
    """Give the URL of an event, and its identity."""
    return event["data"]["url"], (event["source"], event["id"])


class Row(beam.DoFn):
    """Writes a count as a line of JSON: URL, minute since 1970, views."""

    def process(self, counted: tuple[str, int], window: Any = beam.DoFn.WindowParam) -> list[str]:
        """Write one count."""
        url, views = counted
        return [json.dumps([url, int(window.start) // 60, views])]


def main(path: str, *, distinct: bool) -> None:
    """Print the table as JSON lines, in no order."""
    output = f"{path}.counted"
    with beam.Pipeline(runner="FnApiRunner") as root:
        views = (
            root
            | beam.io.ReadFromText(path)
            | beam.Map(json.loads)
            | beam.Map(timestamped)
            | beam.WindowInto(FixedWindows(60))
            | beam.Map(view)
        )
        if distinct:
            views = views | beam.Distinct()
        views | beam.Keys() | beam.combiners.Count.PerElement() | beam.ParDo(Row()) | beam.io.WriteToText(output)
    for part in Path(path).parent.glob(f"{Path(output).name}-*"):
        sys.stdout.write(part.read_text(encoding="utf-8"))
        part.unlink()


if __name__ == "__main__":
    main(sys.argv[1], distinct="--distinct" in sys.argv[2:])
