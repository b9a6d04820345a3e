"""The whole pipeline on one machine: servers, what is provisioned in them, a live run, and traffic."""

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.local_cloud.commands import Command
from pipeline.local_cloud.screen import Screen
from pipeline.local_cloud.servers import whole_cloud
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
        stack.enter_context(whole_cloud(room.absolute(), BUCKET))
        stack.enter_context(_heeding(stops))
        source = ("--input_topic", TOPIC, "--input_subscription", SUBSCRIPTION)
        Command(room, "pipeline.provision", *HOMES, *source).finish()
        run = stack.enter_context(Command(room, "pipeline", *HOMES, "--input_subscription", SUBSCRIPTION))
        framing = ("--events_per_message", str(events_per_message)) if events_per_message else ()
        traffic = stack.enter_context(
            Command(room, "pipeline.simulate", "--topic", TOPIC, "--rate", str(rate), "--events", str(MANY), *framing)
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


@contextmanager
def _heeding(stops: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the show in order."""
    before = {number: signal.signal(number, lambda *_: stops.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
