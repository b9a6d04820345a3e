"""The real command over a topic of the Pub/Sub emulator: publishing, running, stopping, reading what was written."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from google.api_core.exceptions import DeadlineExceeded
from google.cloud.pubsub_v1 import PublisherClient, types
from google.pubsub_v1.types import PubsubMessage

from pipeline.endpoints.pubsub_client import subscriber
from pipeline.simulator.history import history
from pipeline.simulator.messages import messages
from pipeline.simulator.plan import Plan
from tests.program import LENIENT, ROOT, Tables, added_up, dead_letters, ledger, read_tables, run_here, select
from transforms.core.archive_rows import read_rows
from transforms.core.times import HOUR

PROJECT = "projects/local-dev"
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.3

Published = tuple[bytes, dict[str, str]]


class Topic:
    """A topic with a subscription for the run and another by which the test learns what was published."""

    def __init__(self, name: str) -> None:
        self.topic = f"{PROJECT}/topics/{name}"
        self.subscription = f"{PROJECT}/subscriptions/{name}"
        self._witness = f"{PROJECT}/subscriptions/{name}-witness"
        batches = types.BatchSettings(max_messages=500, max_bytes=4 << 20, max_latency=0.02)
        self._publisher = PublisherClient(batches)
        self._publisher.create_topic(name=self.topic)
        for subscription in (self.subscription, self._witness):
            request = {"name": subscription, "topic": self.topic, "retain_acked_messages": True}
            subscriber().create_subscription(request | {"ack_deadline_seconds": 60})
        self._seen: dict[str, Any] = {}

    def publish(self, published: Iterable[Published]) -> None:
        """Publish messages, and wait until all are there."""
        for future in [self._publisher.publish(self.topic, data, **attributes) for data, attributes in published]:
            future.result()

    def seen(self) -> list[Any]:
        """Give all messages that were published, with their ids and times, as the service delivers them."""
        with suppress(DeadlineExceeded):
            request = {"subscription": self._witness, "max_messages": 1000}
            while received := subscriber().pull(request, timeout=2, retry=None).received_messages:
                self._seen |= {one.message.message_id: one.message for one in received}
                ids = [one.ack_id for one in received]
                subscriber().acknowledge({"subscription": self._witness, "ack_ids": ids})
        return list(self._seen.values())


class LiveRun:
    """A live run in a process of its own."""

    def __init__(self, output: Path, *arguments: str) -> None:
        self.output = output
        self._log = output.with_name(f"{output.name}.log").open("ab")
        command = [sys.executable, "-m", "pipeline", *LENIENT[1:], "--output", str(output), *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=self._log, stderr=self._log, start_new_session=True)

    def wait_for(self, is_there: Callable[[], bool]) -> None:
        """Wait until something is there."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_there():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(LOOK_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop, and wait for its end; gives the exit status."""
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; gives the exit status."""
        status = self._process.wait(PATIENCE_SECONDS)
        self._log.close()
        return status

    def kill(self) -> None:
        """End it as a crash does, with all its processes."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def log(self) -> str:
        """Give what it wrote to the terminal."""
        return self.output.with_name(f"{self.output.name}.log").read_text()


def mixed(events: int, seed: int = 1) -> list[Published]:
    """Make messages of all framings, with duplicates and faults, of the hour up to now."""
    plan = Plan(
        events=events,
        seed=seed,
        start=time.time_ns() // 1000 - HOUR // 2,
        duration=HOUR // 3,
        mix={"page_view": 80, "request": 8, "login": 6, "payment": 5, "change": 1},
        bots=0.08,
        duplicates=0.03,
        late=0.005,
        in_future=0.001,
        malformed=0.01,
        bulky_every=10**9,
        redelivered=0.02,
        envelope=True,
        events_per_message=None,
        attacks=0,
        hard_negatives=0,
    )
    return [(message.data, dict(message.attributes)) for message in messages(history(plan), plan) if not message.line]


def as_lines(seen: Iterable[PubsubMessage]) -> bytes:
    """Write messages as push envelopes, a line each."""
    lines = []
    for message in seen:
        inner = {
            "data": b64encode(message.data).decode(),
            "attributes": dict(message.attributes),
            "messageId": message.message_id,
            "publishTime": message.publish_time.rfc3339(),
        }
        lines.append(json.dumps({"message": inner}) + "\n")
    return "".join(lines).encode()


def bounded(topic: Topic, folder: Path) -> Path:
    """Run over the same messages as a file: what a live run has to come to."""
    file = folder / "published.jsonl"
    file.write_bytes(as_lines(topic.seen()))
    assert run_here(folder / "bounded", "--input", file) == 0
    return folder / "bounded"


def results(output: Path) -> Tables:
    """Read all tables that are functions of the set of events, and the rows of the archive."""
    tables = read_tables(output)
    del tables["ledger"]
    alerts = select(
        output,
        "SELECT alert_id, severity, score, window_start, window_end, reasons, event_ids, evidence_seen"
        " FROM fraud_alerts WHERE status = 'open'",
    )
    return tables | {"fraud_alerts": alerts, "archive": archived(output)}


def archived(output: Path) -> list[Any]:
    """Read the rows of the archive, each once."""
    return as_rows(io.BytesIO(path.read_bytes()) for path in (output / "archive").rglob("*.parquet"))


def as_rows(files: Iterable[Any]) -> list[Any]:
    """Read the rows of files of an archive, each once."""
    rows = {}
    for file in files:
        for row in (row for batch in read_rows(file, 1000) for row in batch):
            rows[row.message_id, row.position, row.data, tuple(sorted(row.attributes.items()))] = row
    return [rows[key] for key in sorted(rows)]


def account(output: Path) -> list[Any]:
    """Read the ledger, added up over all types and minutes."""
    return added_up(ledger(output))


def views(output: Path) -> int:
    """Count the views that are stored; none where the store is not there yet."""
    if not (output / "millrace.db").is_file():
        return 0
    return int(select(output, "SELECT coalesce(sum(views), 0) FROM page_views")[0][0])


def refused(output: Path) -> int:
    """Count the dead letters."""
    return len(dead_letters(output))
