"""What a live run tells: a line from time to time, and its account at the end."""

import sys
import time

from options.settings import Settings
from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.pubsub_pull import source_of
from pipeline.endpoints.stalls import STALLS
from pipeline.report.printing import print_text
from pipeline.report.progress import CLEAR_LINE, rewrites
from transforms.core.times import format_time

TERMINAL_SECONDS = 1.0
PLAIN_SECONDS = 10.0


class LiveReport:
    """Writes how a live run goes to standard error: one line that is rewritten on a terminal, plain lines elsewhere."""

    def __init__(self, settings: Settings) -> None:
        self._source = source_of(settings.input_subscription, settings.max_unwritten)
        self._is_quiet = settings.quiet
        self._terminal = rewrites(sys.stderr)
        self._interval = TERMINAL_SECONDS if self._terminal else PLAIN_SECONDS
        self._told_at, self._told_messages = time.monotonic(), self._source.pulled_messages

    def look(self) -> None:
        """Write the line when it is due."""
        now = time.monotonic()
        if self._is_quiet or now - self._told_at < self._interval:
            return
        rate = (self._source.pulled_messages - self._told_messages) / (now - self._told_at)
        self._told_at, self._told_messages = now, self._source.pulled_messages
        text = self._text(rate)
        if self._terminal:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()
        else:
            print_text(text, sys.stderr)

    def finish(self) -> None:
        """Leave a clear line."""
        if self._terminal and not self._is_quiet:
            sys.stderr.write(CLEAR_LINE)

    def _text(self, rate: float) -> str:
        watermark = self._source.watermark
        at = "nothing yet" if watermark is None else f"read up to {format_time(watermark)}"
        parts = [f"{self._source.pulled_messages:,} messages, {rate:,.0f}/s", at]
        parts += [f"waiting for {stall.home} ({stall.why})" for stall in STALLS.current()]
        if DRAIN.is_set():
            parts.append("draining, which takes half a minute; Ctrl-C again stops at once")
        return "; ".join(parts)
