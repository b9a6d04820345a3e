"""When results come: once, at the end of bounded input, or again and again while input goes on."""

from typing import NamedTuple

from transforms.core.times import DAY


class Panes(NamedTuple):
    """When results come.

    ``interval`` is the time in seconds of processing between two panes of a window, None for a single final pane
    (bounded input; FnApiRunner cannot run processing-time triggers). ``expiry`` says, in microseconds, how long after
    its window's end a state is kept; what arrives still later makes a partial result, harmless where writes are joins.
    """

    interval: int | None = None
    expiry: int = DAY


FINAL = Panes()
LIVE = Panes(interval=10)
EARLY, ON_TIME, LATE, FINAL_PANE = "early", "on_time", "late", "final"
