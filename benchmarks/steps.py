"""What each step costs per event, in this process and without Beam: ``python -m benchmarks.steps [EVENTS]``.

Prints CPU time per event and the ratio to the plain loop, both taken in this run: machines differ and are shared.
Masking
is a part of opening; its share is taken apart as well.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.page_view_lines import page_view_lines
from benchmarks.plain_loop import count
from transforms.contracts import bundled_contracts
from transforms.core.contracts import PAGE_VIEW, Contracts
from transforms.core.ledger import LedgerCollector, Received
from transforms.core.opening import Opener
from transforms.core.page_views import ViewCollector, ViewRules
from transforms.core.parsing import Parser
from transforms.core.raw_masking import RawMasker
from transforms.core.records import Form, Message
from transforms.core.splitting import Bounds
from transforms.core.unions import union_in_parts
from transforms.core.validation import TimePolicy, Validator

BLOCK_LINES = 330
FLUSH_AT = 100_000  # as transforms.flushing, which imports Beam
SEED = 5


class Stopwatch:
    """Adds up CPU time per name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do the work on the clock of ``name``."""
        begun = time.process_time()
        result = work(*arguments)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun
        return result


def blocks(lines: list[bytes]) -> list[Message]:
    """Join lines to Messages as files are read."""
    messages, offset = [], 0
    for start in range(0, len(lines), BLOCK_LINES):
        data = b"".join(lines[start : start + BLOCK_LINES])
        messages.append(Message(data, message_id="file", offset=offset, form=Form.JSON_LINES))
        offset += len(data)
    return messages


def run_steps(messages: list[Message], watch: Stopwatch) -> None:
    """Take all messages through the steps."""
    opener, parser, masker = Opener(Bounds(), SEED), Parser(), RawMasker()
    validator = Validator(Contracts(bundled_contracts()), TimePolicy())
    views, ledger = ViewCollector(ViewRules(seed=SEED)), LedgerCollector((PAGE_VIEW,), SEED)
    partials: list[tuple[int, bytes]] = []
    for message in messages:
        opened = watch.time("open", opener.open, message)
        watch.time("ledger", ledger.add_received, Received(None, opened.received))
        for batch in opened.batches:
            parsed, _ = watch.time("parse", parser.parse, batch)
            watch.time("(of it masking)", masker.mask_all, batch.origin, batch.raws)
            admitted, _ = watch.time("validate", validator.admit, parsed)
            watch.time("count", views.add, admitted.events)
            watch.time("ledger", ledger.add_batch, admitted)
        if len(views.buffer) >= FLUSH_AT:
            partials += watch.time("flush", flush, views)
            watch.time("flush", flush, ledger)
    partials += watch.time("flush", flush, views)
    slots = {slot: [part for other, part in partials if other == slot] for slot, _ in partials}
    for parts in slots.values():
        watch.time("unite", unite, parts)


def flush(collector: ViewCollector | LedgerCollector) -> list[tuple[int, bytes]]:
    """Flush a collector's buffer."""
    return list(collector.buffer.flush())


def unite(partials: list[bytes]) -> None:
    """Unite partials."""
    for _ in union_in_parts(partials):
        pass


def main(events: int) -> None:
    """Print the table."""
    lines = list(page_view_lines(events))
    watch = Stopwatch()
    watch.time("plain loop", count, lines)
    run_steps(blocks(lines), watch)
    floor = watch.seconds.pop("plain loop")
    total = sum(seconds for name, seconds in watch.seconds.items() if not name.startswith("("))
    rows = [("plain loop", floor), *watch.seconds.items(), ("all steps", total)]
    for name, seconds in rows:
        print(f"{name:<16} {seconds / events * 1e6:6.2f} us CPU per event   {seconds / floor:5.2f} x the loop")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
