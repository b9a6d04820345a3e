"""What small bundles cost: ``python -m benchmarks.bundles [EVENTS]``.

Messages of one event each go through the steps as workers take them: a bundle's collectors are flushed at its end, as
``transforms.flushing`` does, and all partials are united at last. Beam's own cost per element and bundle is not in it:
it differs from runner to runner. Prints, per bundle size, CPU time per event, and partials and their bytes per event.
"""

import sys
import time
from typing import NamedTuple

from benchmarks.page_view_lines import page_view_lines
from benchmarks.steps import FLUSH_AT, SEED, unite
from transforms.contracts import bundled_contracts
from transforms.core.contracts import PAGE_VIEW, Contracts
from transforms.core.ledger import LedgerCollector, Received
from transforms.core.opening import Opener
from transforms.core.page_views import ViewCollector, ViewRules
from transforms.core.parsing import Parser
from transforms.core.records import Message
from transforms.core.splitting import Bounds
from transforms.core.validation import TimePolicy, Validator

SIZES = (1, 10, 100, 1_000)


class Bundled(NamedTuple):
    """What one size of bundles costs, per event."""

    messages: int
    micros: float
    partials: float
    wire_bytes: float


class Worker:
    """The steps up to the partials, with the collectors that a worker keeps."""

    def __init__(self) -> None:
        self._opener, self._parser = Opener(Bounds(), SEED), Parser()
        self._validator = Validator(Contracts(bundled_contracts()), TimePolicy())
        self._views = ViewCollector(ViewRules(seed=SEED))
        self._received = LedgerCollector((PAGE_VIEW,), SEED)
        self._admitted = LedgerCollector((PAGE_VIEW,), SEED)
        self._collectors = {"views": self._views, "received": self._received, "admitted": self._admitted}
        self.partials: dict[tuple[str, int], list[bytes]] = {}

    def take(self, message: Message) -> None:
        """Take one message through the steps."""
        opened = self._opener.open(message)
        self._received.add_received(Received(message.publish_time, opened.received))
        for batch in opened.batches:
            admitted, _ = self._validator.admit(self._parser.parse(batch)[0])
            self._views.add(admitted.events)
            self._admitted.add_batch(admitted)
        self.flush(FLUSH_AT)

    def flush(self, held: int = 1) -> None:
        """Flush the collectors that hold as much."""
        for name, collector in self._collectors.items():
            if len(collector.buffer) >= held:
                for slot, partial in collector.buffer.flush():
                    self.partials.setdefault((name, slot), []).append(partial)


def cost_of(messages: list[Message], size: int) -> Bundled:
    """Take all messages through the steps in bundles of a size."""
    worker, begun = Worker(), time.process_time()
    for start in range(0, len(messages), size):
        for message in messages[start : start + size]:
            worker.take(message)
        worker.flush()
    for partials in worker.partials.values():
        unite(partials)
    seconds = time.process_time() - begun
    made = [partial for partials in worker.partials.values() for partial in partials]
    events = len(messages)
    return Bundled(size, seconds / events * 1e6, len(made) / events, sum(map(len, made)) / events)


def main(events: int) -> None:
    """Print a line per size, its columns parted by tabs."""
    lines = page_view_lines(events)
    messages = [Message(line, message_id=str(number)) for number, line in enumerate(lines)]
    for size in SIZES:
        messages_in_bundle, micros, partials, wire_bytes = cost_of(messages, size)
        print(f"{messages_in_bundle}\t{micros:.2f}\t{partials:.3f}\t{wire_bytes:.0f}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
