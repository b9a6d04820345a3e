"""The whole pipeline on one machine: servers, what is provisioned in them, a live run, and traffic."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Self

from pipeline.errors import MillraceError
from pipeline.local_cloud.bigquery import BigQuery
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.local_cloud.pubsub import PubSub
from pipeline.local_cloud.screen import Screen
from pipeline.local_cloud.storage import CloudStorage
from pipeline.report.printing import print_text

PROJECT = "local-dev"
BUCKET = "millrace"
TOPIC = f"projects/{PROJECT}/topics/events"
SUBSCRIPTION = f"projects/{PROJECT}/subscriptions/events"
BIGTABLE = f"projects/{PROJECT}/instances/serving/tables/page_views"
HOMES = (
    *("--output_dataset", f"{PROJECT}:millrace", "--output_bigtable", BIGTABLE),
    *("--output_directory", f"gs://{BUCKET}/events/"),
    *("--alerts_topic", f"projects/{PROJECT}/topics/alerts"),
    *("--dead_letter_topic", f"projects/{PROJECT}/topics/dead-letters"),
)
LOOK_SECONDS = 2.0
STOP_SECONDS = 180.0
MANY = 10**9
"""Events of a simulation that is stopped when enough was seen."""


def play(rate: int, events_per_message: int | None, seconds: int | None, folder: str) -> int:
    """Start everything, show how it goes, and end it in order; gives the exit status of the run.

    Args:
        rate: simulated events a second.
        events_per_message: of the simulator.
        seconds: how long; until a signal if None.
        folder: for logs and data; a temporary one if empty.

    Raises:
        MillraceError: a tool is missing, or a server or the run does not start; says why.
    """
    stops = threading.Event()
    with ExitStack() as stack:
        room = Path(folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="millrace-live-")))
        room.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_servers(room.absolute()))
        stack.enter_context(_heeding(stops))
        _module(room, "provision", *HOMES, "--input_topic", TOPIC, "--input_subscription", SUBSCRIPTION).finish()
        run = stack.enter_context(_module(room, "", *HOMES, "--input_subscription", SUBSCRIPTION))
        framing = ("--events_per_message", str(events_per_message)) if events_per_message else ()
        traffic = stack.enter_context(
            _module(room, "simulate", "--topic", TOPIC, "--rate", str(rate), "--events", str(MANY), *framing)
        )
        screen = stack.enter_context(Screen(BIGTABLE, rate))
        end = time.monotonic() + seconds if seconds else float("inf")
        while not stops.wait(LOOK_SECONDS) and time.monotonic() < end:
            for child in (run, traffic):
                child.check()
            screen.show(run.last_line())
        print_text("Stopping the traffic, and draining: half a minute.", sys.stderr)
        traffic.stop()
        stops.clear()
        status = run.drain(stops)
        print_text(run.told(), sys.stdout)
    return status


class _Child:
    """A command of ours in a process of its own, with its log in a file. Ctrl-C of the terminal does not reach it."""

    def __init__(self, room: Path, name: str, arguments: tuple[str, ...]) -> None:
        self._path = room / f"{name or 'pipeline'}.log"
        self._name = f"pipeline.{name}" if name else "pipeline"
        self._log: IO[bytes] = self._path.open("wb")
        command = [sys.executable, "-m", self._name, *arguments]
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            command, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._log.close()

    def check(self) -> None:
        """Raise where it has ended."""
        if self._process.poll() is not None:
            raise MillraceError(f"python -m {self._name} ended:\n{self.told()}")

    def finish(self) -> None:
        """Wait for its end; it has to end well."""
        with self:
            if self._process.wait():
                raise MillraceError(f"python -m {self._name} failed:\n{self.told()}")

    def stop(self) -> None:
        """Interrupt it, and wait for its end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(STOP_SECONDS)

    def drain(self, urgent: threading.Event) -> int:
        """Interrupt it, and wait until it is drained, or interrupt it again where that is urgent."""
        self._process.send_signal(signal.SIGINT)
        end = time.monotonic() + STOP_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if urgent.wait(0.2):
                urgent.clear()
                self._process.send_signal(signal.SIGINT)
        return self._process.wait(1)

    def last_line(self) -> str:
        """Give the last line of its log."""
        return (self.told(2_000).splitlines() or [""])[-1]

    def told(self, size: int = 4_000) -> str:
        """Give the end of its log."""
        return self._path.read_text(errors="replace")[-size:].strip()


def _module(room: Path, name: str, *arguments: str) -> _Child:
    return _Child(room, name, arguments)


@contextmanager
def _servers(room: Path) -> Iterator[None]:
    """Start all servers at once, wait until all answer, and let every process that is started find them."""
    servers = [PubSub(room), Bigtable(room), BigQuery(room), CloudStorage(room, bucket=BUCKET)]
    print_text("Starting the emulators of Pub/Sub, Bigtable, BigQuery and Cloud Storage.", sys.stderr)
    try:
        for server in servers:
            server.launch()
        for server in servers:
            os.environ[server.variable] = server.wait()
        yield
    finally:
        for server in servers:
            server.stop()
            os.environ.pop(server.variable, None)


@contextmanager
def _heeding(stops: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the show in order."""
    before = {number: signal.signal(number, lambda *_: stops.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
