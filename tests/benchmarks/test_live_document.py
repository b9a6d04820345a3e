"""The section on live runs says what was found, and whether it holds."""

import gzip
import json
from datetime import UTC, datetime

from benchmarks.live_delays import Delays
from benchmarks.live_document import Found, section
from benchmarks.live_figures import Backlog, Steady
from benchmarks.live_traffic import BATCH, batches, singles

FOUND = Found(
    "Linux, x86_64, 2 cores",
    Backlog(
        200_000, 200_000, 4100.4, 4100.4, {"Python": 210.0, "Prism": 40.0}, {"Read": 20.0, "Count": 30.0, "Mark": 0.01}
    ),
    Backlog(8_000, 4_000_000, 159.0, 79_500.0, {"Python": 9.0, "Prism": 0.5}, {"Read": 1.0, "Count": 4.0}),
    Steady(
        500,
        5,
        Delays([float(number) for number in range(1, 101)], [1.0, 3.0], [6.0, 8.0], [9.0, 9.5], missing=2),
        {"Python": [300_000_000 + 1_000_000 * minute for minute in range(6)], "Prism": [90_000_000] * 6},
    ),
)
ROWS = [
    "| one event a message | 200,000 | 200,000 | 4,100 | 4,100 | at least 4,000 messages/s: holds |",
    "| 500 events a message, gzip | 8,000 | 4,000,000 | 159 | 79,500 | at least 80,000 events/s: **does not hold** |",
    "| Python | 210.0 | 9.0 |",
    "| in all | 250.0 | 9.5 |",
    "| Count | 30.0 | 4.0 |",
    "| others | 0.0 | 0.0 |",
    "| published, to an early row in Bigtable | 50.0 | 99.0 | at most 15: **does not hold** |",
    "| window closed by the watermark, to its rows in BigQuery | 1.0 | 3.0 | at most 2: **does not hold** |",
    "| window ended by the clock, to its rows in BigQuery | 6.0 | 8.0 |  |",
    "| the same when nothing is published any more | 9.0 | 9.5 | at most 10: holds |",
    "| after 0 min | 300 | 90 |",
    "| after 5 min | 305 | 90 |",
]


def test_rows():
    text = section(FOUND)
    assert text.startswith("## Live\n\nWritten by `make bench-live`")
    assert [row for row in ROWS if row not in text.splitlines()] == []
    assert "**2 rows never came.**" in text


def test_what_is_published_happens_now_and_each_page_view_once():
    single = [json.loads(data) for data in singles(1_100)]
    packed = [gzip.decompress(data).splitlines() for data in batches(1_100)]
    assert [len(lines) for lines in packed] == [BATCH, BATCH, 100]
    assert [json.loads(line)["id"] for lines in packed for line in lines] == [event["id"] for event in single]
    ages = [(datetime.now(UTC) - datetime.fromisoformat(event["time"])).total_seconds() for event in single]
    assert all(0 <= age < 60 for age in ages)
