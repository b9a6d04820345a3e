"""The monthly bill as a formula: ``python -m benchmarks.cost`` prints the table of docs/cost.md.

Measured figures are those of docs/benchmarks.md and of ``python -m benchmarks.live_bytes``; prices are list prices.
"""

import math
import sys
from collections.abc import Mapping
from typing import NamedTuple

PRICES: Mapping[str, float] = {
    "vcpu_hour": 0.069,
    "memory_gb_hour": 0.003557,
    "streaming_gb": 0.018,
    "pubsub_tib": 40.0,
    "retained_gib_month": 0.27,
    "insert_200_mb": 0.01,
    "bigtable_node_hour": 0.65,
    "storage_gb_month": 0.02,
    "million_calls": 0.40,
    "function_100_ms": 0.125 * 0.1 * 2.5e-6 + 0.2 * 0.1 * 1e-5,
}
"""US dollars, us-central1; docs/cost.md says where each is from. The function has 128 MB and 200 MHz."""
HOURS, MINUTES = 730, 43_800
EVENT_BYTES, GZIP = 400, 5
MESSAGE_BYTES, LEAST_BYTES = 60, 1000
"""Of a message beside its data; and what a request costs at least."""
USED = 0.6
"""Part of the cores that autoscaling keeps busy."""
MEMORY_GB = 4
"""Of a core, on n2-standard-2."""
MOVED, HELD = 48.5, 21.2
"""Bytes per event moved between steps, and held per event of a window (benchmarks.live_bytes)."""
ROWS = {0.0: 0.0049, 0.01: 0.0082, 0.1: 0.0164}
"""Rows per event by part of late events (benchmarks.live_bytes): 2,000 URLs, a pane every 10 s."""
PANES, SHARDS, LATE_WINDOWS = 6, 32, 59
RETAINED_DAYS, ARCHIVE_MONTHS, ROW_BYTES = 7, 1, 1024


class Load(NamedTuple):
    """What comes in: events a minute, how many a message, whether messages are gzip, how many events are late.

    ``cpu`` is µs an event: docs/benchmarks.md, bundles of 100 messages of one event, or batches.
    """

    events: float
    batch: int
    gzip: bool
    late: float
    cpu: float

    @property
    def total(self) -> float:
        """Give the events of a month."""
        return self.events * MINUTES

    @property
    def published(self) -> float:
        """Give the bytes of a month as Pub/Sub bills them, one way: a request a message."""
        return self.total / self.batch * max(LEAST_BYTES, self._message)

    @property
    def stored(self) -> float:
        """Give the bytes of a month's messages."""
        return self.total / self.batch * self._message

    @property
    def _message(self) -> float:
        return self.batch * EVENT_BYTES / (GZIP if self.gzip else 1) + MESSAGE_BYTES


def state_read(load: Load) -> float:
    """Give the bytes of state that panes read in a month at most: whole windows each time, without workers' caches."""
    current = HELD * sum(range(PANES)) / PANES
    late_a_pane = load.events * load.late / PANES
    hit = 1 - math.exp(-late_a_pane / (LATE_WINDOWS * SHARDS))
    late = hit * LATE_WINDOWS * HELD * load.events * PANES
    return (current * load.events + late) * MINUTES


def bill(load: Load) -> dict[str, float]:
    """Give US dollars a month by service."""
    cores = max(1.0, load.events / 60 * load.cpu / 1e6 / USED)
    core_month = (PRICES["vcpu_hour"] + MEMORY_GB * PRICES["memory_gb_hour"]) * HOURS
    shuffled = load.stored + load.total * MOVED
    return {
        "Dataflow, workers": cores * core_month,
        "Dataflow, Streaming Engine": shuffled / 1e9 * PRICES["streaming_gb"],
        "state read, at most": state_read(load) / 1e9 * PRICES["streaming_gb"],
        "Pub/Sub": 2 * load.published / 2**40 * PRICES["pubsub_tib"],
        "kept messages, 7 days": load.stored / 2**30 * RETAINED_DAYS / 30 * PRICES["retained_gib_month"],
        "BigQuery, inserts": load.total * ROWS[load.late] * ROW_BYTES / 200e6 * PRICES["insert_200_mb"],
        "Bigtable, 1 node": HOURS * PRICES["bigtable_node_hour"],
        "archive, 1 month": load.total * EVENT_BYTES / GZIP / 1e9 * ARCHIVE_MONTHS * PRICES["storage_gb_month"],
    }


def functions(load: Load) -> dict[str, float]:
    """Give the bill of one function call per event: calls, their least time of 100 ms, and their messages."""
    return {
        "calls": load.total / 1e6 * PRICES["million_calls"],
        "their time": load.total * PRICES["function_100_ms"],
        "Pub/Sub": 2 * load.total * LEAST_BYTES / 2**40 * PRICES["pubsub_tib"],
    }


SINGLE = Load(1e6, 1, gzip=False, late=0.0, cpu=64.12)
LOADS = {
    "one event a message": SINGLE,
    "100 a message": SINGLE._replace(batch=100, cpu=9.16),
    "100, gzip": SINGLE._replace(batch=100, gzip=True, cpu=9.16),
    "100, gzip, 1 % late": SINGLE._replace(batch=100, gzip=True, cpu=9.16, late=0.01),
    "100, gzip, 10 % late": SINGLE._replace(batch=100, gzip=True, cpu=9.16, late=0.1),
}


def table() -> str:
    """Write the bills side by side."""
    bills = {name: bill(load) for name, load in LOADS.items()}
    lines = [f"| US dollars a month | {' | '.join(bills)} |", "|---|" + "--:|" * len(bills)]
    lines += [
        f"| {service} | {' | '.join(f'{one[service]:,.0f}' for one in bills.values())} |" for service in bill(SINGLE)
    ]
    lines.append(f"| **in all** | {' | '.join(f'{sum(one.values()):,.0f}' for one in bills.values())} |")
    return "\n".join(lines)


def functions_table() -> str:
    """Write the bill of one function call per event."""
    costs = functions(SINGLE)
    rows = [f"| {name} | {cost:,.0f} |" for name, cost in costs.items()]
    return "\n".join(["| US dollars a month |  |", "|---|--:|", *rows, f"| **in all** | {sum(costs.values()):,.0f} |"])


def main() -> int:
    """Print both tables; gives the exit status."""
    print(f"{table()}\n\n{functions_table()}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
