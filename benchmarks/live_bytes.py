"""What live counting moves and holds, in bytes: ``python -m benchmarks.live_bytes`` (two minutes).

A minute of page views on a stage of the flow's own functions, no runner: batches from WORKERS workers become partials
every PANE seconds, partials are united per shard and window, and rows that changed are given out. Part of the events
come late: after the end of their window.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from transforms.core.gains import by_window, gain
from transforms.core.page_views import ViewCollector, ViewRules
from transforms.core.records import Event
from transforms.core.sets import pack
from transforms.core.times import MINUTE
from transforms.core.unions import union

EVENTS, URLS, USERS = 1_000_000, 2_000, 200_000
WORKERS, PANE, MINUTES = 8, 10, 3
LATE_PARTS = (0.0, 0.01, 0.1)
LATE_BY = (1, 59)
"""Minutes, spread evenly, within the allowed lateness of an hour."""


class Bytes(NamedTuple):
    """Per event of a minute: bytes moved between steps, bytes held of its window, and rows given out."""

    shuffled: float
    held: float
    rows: float


def events(minute: int, second: int, dice: random.Random, late: float) -> Iterator[Event]:
    """Give the events of a pane's worth of one worker."""
    for number in range(EVENTS * PANE // 60 // WORKERS):
        behind = dice.randint(*LATE_BY) * MINUTE if dice.random() < late else 0
        url = f"https://shop.example/p/{min(int(dice.paretovariate(0.9)), URLS)}"
        data = {"url": url, "session_id": f"s-{dice.randrange(USERS)}"}
        time = (minute * 60 + second) * 1_000_000 - behind
        name = f"{dice.getrandbits(64):x}-{number}"
        yield Event(name, "//shop", "web.page_view.v1", time, data, dice.getrandbits(63))


def measure(late: float) -> Bytes:
    """Play some minutes, and measure the last."""
    rules = ViewRules()
    dice = random.Random(7)  # noqa: S311 - input that can be repeated
    collectors = [ViewCollector(rules) for _ in range(WORKERS)]
    states: dict[tuple[int, int], bytes] = {}
    moved = rows = 0
    base = 30_000_000  # some minute since 1970
    for minute in range(base, base + MINUTES):
        moved = rows = 0
        for second in range(0, 60, PANE):
            partials: dict[int, list[bytes]] = defaultdict(list)
            for collector in collectors:
                collector.add(list(events(minute, second, dice, late)))
                for slot, partial in collector.buffer.flush():
                    partials[slot].append(partial)
                    moved += len(partial)
            for slot, parts in partials.items():
                for window, sets in by_window(union(parts)):
                    partial = pack(sets)
                    moved += len(partial)
                    old = states.get((slot, window))
                    after = union([*([old] if old else []), partial])
                    change = gain(union([old]) if old else None, after, "early")
                    states[slot, window] = pack(after)
                    rows += len(change.changed)
    last = (base + MINUTES - 1) * MINUTE
    held = sum(len(state) for (_, window), state in states.items() if window == last)
    return Bytes(moved / EVENTS, held / EVENTS / (1 - late), rows / EVENTS)


def main() -> int:
    """Print a row for each part of late events; gives the exit status."""
    print("| late | bytes moved per event | bytes held per event and open window | rows per event |")  # noqa: T201
    print("|---|--:|--:|--:|")  # noqa: T201
    for late in LATE_PARTS:
        found = measure(late)
        cells = f"{found.shuffled:.1f} | {found.held:.1f} | {found.rows:.4f}"
        print(f"| {late:.0%} | {cells} |", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
