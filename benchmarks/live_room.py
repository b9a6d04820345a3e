"""A place for live runs to be measured in: the cloud on this machine, and for each run a topic and homes of its own."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.live_processes import Meter, Usage
from pipeline.endpoints.pubsub_publish import Publisher
from pipeline.local_cloud.commands import Command
from pipeline.local_cloud.server import Server
from pipeline.local_cloud.servers import whole_cloud

PROJECT = "local-dev"
BUCKET = "millrace"
LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 300.0


class Homes(NamedTuple):
    """Where a run reads and writes; all named alike."""

    name: str

    @property
    def topic(self) -> str:
        """Give the path of the topic."""
        return f"projects/{PROJECT}/topics/{self.name}"

    @property
    def subscription(self) -> str:
        """Give the path of the subscription."""
        return f"projects/{PROJECT}/subscriptions/{self.name}"

    @property
    def dataset(self) -> str:
        """Give the dataset."""
        return f"{PROJECT}.{self.name}"

    @property
    def table(self) -> str:
        """Give the path of the Bigtable table."""
        return f"projects/{PROJECT}/instances/serving/tables/{self.name}"

    @property
    def options(self) -> tuple[str, ...]:
        """Give the options that write everywhere."""
        return (
            *("--output_dataset", f"{PROJECT}:{self.name}", "--output_bigtable", self.table),
            *("--output_directory", f"gs://{BUCKET}/{self.name}/"),
            *("--alerts_topic", f"projects/{PROJECT}/topics/{self.name}-alerts"),
            *("--dead_letter_topic", f"projects/{PROJECT}/topics/{self.name}-dead-letters"),
        )


class Note(NamedTuple):
    """What a run had done at a time: messages pulled, and its watermark (microseconds; None at first)."""

    at: float
    messages: int
    watermark: int | None


class Reading(NamedTuple):
    """What the processes had cost at a time, by name."""

    at: float
    usage: Mapping[str, Usage]


class Run:
    """A live run that is under way, and what is seen of it.

    Args:
        command: its process.
        path: where it notes what it does.
        meter: reads its cost and that of the servers.
    """

    def __init__(self, command: Command, path: Path, meter: Meter) -> None:
        self._command = command
        self._path = path
        self._meter = meter
        self.readings: list[Reading] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, messages: int) -> None:
        """Wait until so many messages are pulled.

        Raises:
            MillraceError: the run ended.
            TimeoutError: for five minutes nothing more came.
        """
        before, since = -1, time.monotonic()
        while (now := self.notes()[-1].messages if self.notes() else 0) < messages:
            self._command.check()
            if now > before:
                before, since = now, time.monotonic()
            if time.monotonic() - since > PATIENCE_SECONDS:
                raise TimeoutError(f"{now} of {messages} messages were read, and no more:\n{self._command.told()}")
            time.sleep(LOOK_SECONDS)

    def drain(self) -> str:
        """End it in order, and give what it told.

        Raises:
            RuntimeError: it did not end well.
        """
        self._ended.set()
        self._thread.join()
        if status := self._command.drain(threading.Event()):
            raise RuntimeError(f"the run ended with status {status}:\n{self._command.told()}")
        return self._command.told()

    def notes(self) -> list[Note]:
        """Give what it has noted until now."""
        return [Note(**line) for line in self._lines() if "at" in line]

    def stages(self) -> dict[str, float]:
        """Give the CPU seconds of each stage; once it is drained."""
        return next(dict(line["stages"]) for line in self._lines() if "stages" in line)

    def _lines(self) -> Iterable[dict[str, Any]]:
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("\n"):
                    yield json.loads(line)

    def _read(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.readings.append(Reading(time.time(), self._meter.read()))


class Room:
    """Runs and publishes among the servers of this machine.

    Args:
        folder: for logs.
        servers: those that run.
    """

    def __init__(self, folder: Path, servers: Sequence[Server]) -> None:
        self._folder = folder
        self._servers = {server.name: server.pid for server in servers}

    def provision(self, name: str) -> Homes:
        """Make homes."""
        homes = Homes(name)
        source = ("--input_topic", homes.topic, "--input_subscription", homes.subscription)
        Command(self._folder, "pipeline.provision", *homes.options, *source).finish()
        return homes

    @contextmanager
    def running(self, homes: Homes) -> Iterator[Run]:
        """Run the command over a subscription, into all homes."""
        path = self._folder / f"{homes.name}.jsonl"
        path.unlink(missing_ok=True)
        probe = Command(self._folder, "benchmarks.live_probe", str(path), homes.subscription, *homes.options)
        with probe:
            meter = Meter({"Python": probe.pid, **self._servers}, ("Python", "Prism"))
            yield Run(probe, path, meter)

    @staticmethod
    def publish(homes: Homes, messages: Iterable[bytes]) -> int:
        """Publish messages as fast as they go; gives how many."""
        number = 0
        with Publisher(homes.topic) as publisher:
            for number, data in enumerate(messages, start=1):  # noqa: B007 - it is given back
                publisher.publish(data, {})
        return number


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    """Start all servers."""
    with whole_cloud(folder, BUCKET) as servers:
        yield Room(folder, servers)
