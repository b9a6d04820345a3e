"""What the fraud rules cost per payment and per login, step by step, in one process and without Beam.

``python -m benchmarks.fraud [EVENTS]`` prints a line a kind: gather, unite, judge and store, µs CPU each, columns
parted by tabs. The events are the simulator's, of ordinary customers over a day.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import ROOT
from options.fraud_rules import default_fraud_rules
from pipeline.endpoints.sqlite_access import connect, in_transaction
from pipeline.endpoints.sqlite_fraud import Judging, join_evidence
from pipeline.endpoints.sqlite_schema import prepare
from transforms.contracts import bundled_contracts
from transforms.core.contracts import Contracts
from transforms.core.fraud.evidence import pack, unite, unpack
from transforms.core.fraud.flagging import Flagger
from transforms.core.fraud.gathering import Gatherer
from transforms.core.opening import Opener
from transforms.core.parsing import Parser
from transforms.core.records import Event, Form, Message
from transforms.core.splitting import Bounds
from transforms.core.validation import TimePolicy, Validator
from transforms.flag_fraud import Flagged
from transforms.flushing import FLUSH_AT
from transforms.gather_evidence import SLOTS

KINDS = {"payments": "payment", "logins": "login"}
BATCH = 1000
MICROSECONDS = 1e6


def events_of(kind: str, number: int, folder: Path) -> list[Event]:
    """Simulate events of one kind and admit them."""
    path = folder / f"{kind}.jsonl"
    words = ["--events", str(number), "--duration", "1d", "--mix", f"{kind}=1", "--malformed", "0", "--quiet"]
    subprocess.run([sys.executable, "-m", "pipeline.simulate", *words, "--output", str(path)], cwd=ROOT, check=True)  # noqa: S603
    opener, parser = Opener(Bounds()), Parser()
    validator = Validator(Contracts(bundled_contracts()), TimePolicy())
    opened = opener.open(Message(path.read_bytes(), message_id="f", offset=0, form=Form.JSON_LINES))
    return [event for raws in opened.batches for event in validator.admit(parser.parse(raws)[0])[0].events]


def costs(events: list[Event], folder: Path) -> list[float]:
    """Take events through the steps; gives µs of CPU per event of gather, unite, judge and store."""
    rules = default_fraud_rules()
    gatherer, flagger = Gatherer(rules, 1, SLOTS), Flagger(rules)
    partials: dict[int, list[bytes]] = {}

    def flush() -> None:
        for slot, part in gatherer.flush():
            partials.setdefault(slot, []).append(part)

    def gather() -> None:
        for start in range(0, len(events), BATCH):
            gatherer.add(events[start : start + BATCH])
            if len(gatherer) >= FLUSH_AT:
                flush()
        flush()

    united: dict[int, bytes] = {}
    flagged: list[Flagged] = []
    path, _ = prepare(str(folder / "out"), {})
    store = connect(path)
    steps: list[Callable[[], object]] = [
        gather,
        lambda: united.update({slot: pack(unite(map(unpack, parts))) for slot, parts in partials.items()}),
        lambda: flagged.extend(Flagged(slot, part, flagger.flag(unpack(part))) for slot, part in united.items()),
        lambda: in_transaction(store, lambda store: join_evidence(store, flagged, Judging(rules))),
    ]
    found = [_cpu(step) / len(events) * MICROSECONDS for step in steps]
    store.close()
    return found


def _cpu(step: Callable[[], object]) -> float:
    begun = time.process_time()
    step()
    return time.process_time() - begun


def main(number: int) -> None:
    """Print a line per kind, the sum last."""
    for name, kind in KINDS.items():
        with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
            found = costs(events_of(kind, number, Path(folder)), Path(folder))
        print("\t".join([name, *(f"{micros:.1f}" for micros in (*found, sum(found)))]))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
