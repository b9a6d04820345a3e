"""A job that runs while this process looks on: its end, its failure, and the signals that are to stop it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apache_beam as beam

from pipeline.endpoints.draining import DRAIN

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Job:
    """A pipeline that was started and has perhaps not ended."""

    def __init__(self, pipeline: beam.Pipeline, stops: "Stops") -> None:
        with _ignored_by_children():
            self._result = pipeline.run()
        stops.heed()
        self._error: BaseException | None = None
        self._is_cancelled = False
        self._thread = threading.Thread(target=self._await, daemon=True)
        self._thread.start()

    def _await(self) -> None:
        try:
            self._result.wait_until_finish()
        except BaseException as error:  # noqa: BLE001 - it is raised where the job is waited for
            self._error = error

    def wait(self, seconds: float) -> bool:
        """Wait a while for the end of the job; tells whether it has ended.

        Raises:
            Exception: what made the job fail.
        """
        self._thread.join(seconds)
        if self._thread.is_alive():
            return False
        if self._error and not self._is_cancelled:
            raise self._error
        return True

    @property
    def result(self) -> Any:
        """Give what Beam knows of the job."""
        return self._result

    def cancel(self) -> None:
        """End the job at once; what it holds in memory is lost to it, and comes again."""
        self._is_cancelled = True
        self._result.cancel()
        self._thread.join()


class Stops:
    """How often the process was asked to stop: SIGINT and SIGTERM drain, instead of interrupting."""

    def __init__(self) -> None:
        self.count = 0
        self._before = {number: signal.getsignal(number) for number in STOPPING}

    def heed(self) -> None:
        """Take signals from now on; once the job is started, for Beam's runners set handlers of their own."""
        for number in STOPPING:
            signal.signal(number, self._take)

    def give_back(self) -> None:
        """Leave signals to those who had them before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, *_: Any) -> None:
        self.count += 1
        DRAIN.set()


@contextmanager
def heeding_signals() -> Iterator[Stops]:
    """Let signals drain what runs within. To be entered on the main thread."""
    stops = Stops()
    try:
        yield stops
    finally:
        stops.give_back()


@contextmanager
def _ignored_by_children() -> Iterator[None]:
    """Keep Ctrl-C, which a terminal sends to all of a command's processes, from those that are started within."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
