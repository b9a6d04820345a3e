"""What a terminal shows of a live pipeline on one machine: how far it is, and the top pages."""

import shutil
import sys
import time
from contextlib import suppress
from typing import Self

from google.api_core.exceptions import GoogleAPICallError

from pipeline.endpoints.bigtable_reading import ServedPageViews
from pipeline.report.progress import rewrites
from transforms.core.times import MINUTE, format_time

TOP = 10
SHOWN_MINUTES = 5
_CLEAR = "\x1b[2J\x1b[H"


class Screen:
    """Shows the last minutes; on a terminal in place, elsewhere as lines.

    Args:
        table: the Bigtable table.
        rate: simulated events a second.
    """

    def __init__(self, table: str, rate: int) -> None:
        self._served = ServedPageViews(table)
        self._rate = rate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._served.close()

    def show(self, line: str) -> None:
        """Show the last line of the run, and what is served."""
        now = time.time_ns() // 1000
        begin = now - now % MINUTE - (SHOWN_MINUTES - 1) * MINUTE
        windows, pages = [], []
        with suppress(GoogleAPICallError):  # of a server that is just starting
            windows = self._served.windows(begin, now + MINUTE)
            pages = self._served.top(begin, now + MINUTE, TOP)
        by_minute: dict[int, int] = {}
        for row in windows:
            by_minute[row.window_start] = by_minute.get(row.window_start, 0) + row.views
        width = shutil.get_terminal_size().columns
        text = "\n".join(part[: width - 1] for part in self._lines(line, by_minute, pages))
        if rewrites(sys.stdout):
            sys.stdout.write(_CLEAR + text + "\n\nCtrl-C drains and stops all.\n")
        else:
            sys.stdout.write(text + "\n\n")
        sys.stdout.flush()

    def _lines(self, line: str, by_minute: dict[int, int], pages: list[tuple[str, int]]) -> list[str]:
        head = [f"Millrace live: {self._rate:,} simulated events a second, all on this machine", line]
        if not by_minute:
            return [*head, "", "No page view is served yet; the first come within half a minute."]
        minutes = [f"  {format_time(at)[11:16]}  {by_minute[at]:>9,}" for at in sorted(by_minute)]
        top = [f"  {views:>9,}  {url}" for url, views in pages]
        return [*head, "", "Views a minute", *minutes, "", f"Top pages of {SHOWN_MINUTES} minutes", *top]
