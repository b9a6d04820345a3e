"""Progress while a local run works: one line that is rewritten on a terminal, plain lines elsewhere."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TextIO

from pipeline.progress import PROGRESS, Progress

TERMINAL_SECONDS = 0.2
PLAIN_SECONDS = 5.0


class Pace(NamedTuple):
    """Seconds between two lines: on a terminal, where a line is written over, and elsewhere."""

    terminal: float
    plain: float


CLEAR_LINE = "\r\x1b[K"


def rewrites(stream: TextIO | None) -> bool:
    """Tell a terminal on which a line can be written over."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


class ProgressReport:
    """Prints how much is done (of the input, if ``tell`` says no other), from its own thread, while a ``with`` runs."""

    def __init__(
        self,
        stream: TextIO | None,
        *,
        quiet: bool,
        progress: Progress = PROGRESS,
        tell: Callable[[Progress, float], str] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._stream = stream
        self._tell = tell or progress_text
        self._progress = progress
        self._terminal = rewrites(stream)
        self._pace = pace or Pace(TERMINAL_SECONDS, PLAIN_SECONDS)
        self._ended = threading.Event()
        self._thread = None if quiet or stream is None else threading.Thread(target=self._report, daemon=True)

    def __enter__(self) -> None:
        """Begin to report."""
        self._begun = time.monotonic()
        if self._thread:
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End, and clear the line on a terminal."""
        self._ended.set()
        if self._thread:
            self._thread.join()
            if self._terminal:
                self._write(CLEAR_LINE)

    def _report(self) -> None:
        while not self._ended.wait(self._pace.terminal if self._terminal else self._pace.plain):
            text = self._tell(self._progress, time.monotonic() - self._begun)
            self._write(f"\r{text}\x1b[K" if self._terminal else f"{text}\n")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody looks any more: the reader is gone, or the stream is closed
            if self._stream:
                self._stream.write(text)
                self._stream.flush()


def progress_text(progress: Progress, seconds: float) -> str:
    """Say how much is read."""
    read, total = progress.read / 1e6, progress.total / 1e6
    if progress.read >= progress.total:
        return f"read all {total:,.1f} MB, adding up, {seconds:.0f} s"
    return f"read {read:,.1f} of {total:,.1f} MB ({read / total:.0%}), {seconds:.0f} s"
