"""The live flow measured, from the Pub/Sub emulator to all homes: ``python -m benchmarks.live [--minutes N]``.

First two backlogs, of messages with one event and with 500, as fast as they are read; then steady traffic, for delays
and memory. The emulators run beside it on the same machine and take their share. What is found goes into the document
of the benchmarks.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path

from benchmarks.live_delays import Watch, delays
from benchmarks.live_document import Found, section
from benchmarks.live_figures import MINUTE_SECONDS, Backlog, Steady, backlog, memory
from benchmarks.live_room import Room, room
from benchmarks.live_traffic import batches, singles, steady
from benchmarks.run import DOCUMENT, machine, tell
from benchmarks.sections import with_section

MORE = 20
"""How many times more events the second backlog has."""


def read_backlog(place: Room, name: str, messages: Iterable[bytes], events: int) -> Backlog:
    """Publish messages, and let a run read them all."""
    homes = place.provision(name)
    published = place.publish(homes, messages)
    tell(f"{published:,} messages with {events:,} events are published; a run begins")
    with place.running(homes) as run:
        run.wait_for(published)
        told = run.drain()
        tell(told)
        return backlog(published, events, run.notes(), run.readings, run.stages())


def run_steadily(place: Room, rate: int, minutes: int) -> Steady:
    """Let a run go for some minutes under traffic of so many messages a second."""
    homes = place.provision("steady")
    tell(f"{rate:,} messages a second for {minutes} minutes")
    with place.running(homes) as run:
        place.publish(homes, singles(1))
        run.wait_for(1)
        watch, begun = Watch(homes), time.time()
        marks = steady(homes.topic, rate, minutes * MINUTE_SECONDS)
        watch.end(marks)
        notes = run.notes()
        tell(run.drain())
        return Steady(rate, minutes, delays(marks, watch, notes), memory(run.readings, begun, minutes))


def measure(arguments: Namespace, folder: Path) -> Found:
    """Run everything."""
    with room(folder) as place:
        single = read_backlog(place, "singles", singles(arguments.events), arguments.events)
        many = arguments.events * MORE
        batched = read_backlog(place, "batches", batches(many), many)
        going = run_steadily(place, arguments.rate, arguments.minutes)
    return Found(machine(), single, batched, going)


def main(given: list[str]) -> int:
    """Measure, print and write; gives the exit status."""
    parser = ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument(
        "--events", type=int, default=200_000, help="of the first backlog; the second has 20 times as many"
    )
    parser.add_argument("--rate", type=int, default=500, help="messages a second of the steady traffic")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--folder", type=Path, help="keep logs there")
    arguments = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        found = measure(arguments, (arguments.folder or Path(folder)).absolute())
    text = section(found)
    whole = arguments.document.read_text(encoding="utf-8")
    arguments.document.write_text(with_section(whole, text), encoding="utf-8")
    print(text)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
