"""What each step costs per event, in this process and without Beam: ``python -m benchmarks.steps [EVENTS]``.

Prints CPU time per event and the ratio to the plain loop, both taken in this run: machines differ and are shared.
Masking is a part of opening; its share is taken apart as well.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Protocol

from benchmarks.page_view_lines import page_view_lines
from benchmarks.plain_loop import count
from pipeline.endpoints.sqlite_joins import join_dead_letters, join_page_views
from pipeline.endpoints.sqlite_schema import SCHEMA
from transforms.contracts import bundled_contracts
from transforms.core.archiving import Archiver
from transforms.core.contracts import PAGE_VIEW, Contracts
from transforms.core.gains import Gain, gain
from transforms.core.ledger import LedgerCollector, Received
from transforms.core.opening import Opener
from transforms.core.page_views import ViewCollector, ViewRules, page_views
from transforms.core.parsing import Parser
from transforms.core.raw_masking import RawMasker
from transforms.core.records import EventBatch, Form, Message, PageViews, Reject
from transforms.core.splitting import Bounds
from transforms.core.times import MINUTE
from transforms.core.unions import union_in_parts
from transforms.core.validation import TimePolicy, Validator

BLOCK_LINES = 330  # as many as pipeline.endpoints.file_bytes reads at once, which imports Beam
FLUSH_AT = 50_000  # as transforms.flushing, which does, too
SEED = 5


class Watch(Protocol):
    """Something that does work, and takes its measure under a name."""

    def take(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do the work."""


class Stopwatch:
    """Adds up CPU time per name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def take(self, name: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do the work on the clock of ``name``."""
        begun = time.process_time()
        result = work(*arguments)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun
        return result


def blocks(lines: Sequence[bytes], form: Form = Form.JSON_LINES) -> list[Message]:
    """Join lines to Messages as files are read."""
    messages, offset = [], 0
    for start in range(0, len(lines), BLOCK_LINES):
        data = b"".join(lines[start : start + BLOCK_LINES])
        messages.append(Message(data, message_id="file", offset=offset, form=form, block="0 file"))
        offset += len(data)
    return messages


class Steps:
    """All steps of the flow, each under a watch."""

    def __init__(self, watch: Watch) -> None:
        self._take = watch.take
        self._opener, self._parser, self._masker = Opener(Bounds(), SEED), Parser(), RawMasker()
        self._validator = Validator(Contracts(bundled_contracts()), TimePolicy())
        self._views = ViewCollector(ViewRules(seed=SEED))
        self._ledger = LedgerCollector((PAGE_VIEW,), SEED)
        self._archiver = Archiver()
        self._partials: dict[int, list[bytes]] = {}
        self._rejects: list[Reject] = []

    def run(self, messages: Iterable[Message]) -> None:
        """Take all messages through the steps."""
        for message in messages:
            self._admit(message)
            if len(self._views.buffer) >= FLUSH_AT:
                self._flush()
        self._flush()
        self._take("archive", list, self._archiver.finish())
        with closing(sqlite3.connect(":memory:")) as store:
            store.executescript(SCHEMA)
            for partials in self._partials.values():
                for change in self._take("unite", unite, partials):
                    self._take("store", join_page_views, store, self._take("rows", rows_of, change))
            if self._rejects:
                self._take("dead letters", join_dead_letters, store, self._rejects, "attempt")

    def _admit(self, message: Message) -> None:
        opened = self._take("open", self._opener.open, message)
        self._take("ledger", self._ledger.add_received, Received(None, opened.received))
        self._refuse(opened.rejects)
        for batch in opened.batches:
            self._take("(of it masking)", self._masker.mask_all, batch.origin, batch.raws)
            parsed, unparsed = self._take("parse", self._parser.parse, batch)
            self._refuse(unparsed)
            admitted, invalid = self._take("validate", self._validator.admit, parsed)
            self._refuse(invalid)
            self._take("count", self._views.add, admitted.events)
            self._take("ledger", self._ledger.add_batch, admitted)
            self._take("archive", self._archive, admitted)

    def _refuse(self, rejects: Sequence[Reject]) -> None:
        if rejects:
            self._take("ledger", self._ledger.add_rejects, rejects)
            self._rejects += rejects

    def _archive(self, batch: EventBatch) -> None:
        for _ in self._archiver.add_batch(batch):
            pass

    def _flush(self) -> None:
        for slot, partial in self._take("flush", flush, self._views):
            self._partials.setdefault(slot, []).append(partial)
        self._take("flush", flush, self._ledger)


def flush(collector: ViewCollector | LedgerCollector) -> list[tuple[int, bytes]]:
    """Flush a collector's buffer."""
    return list(collector.buffer.flush())


def unite(partials: Iterable[bytes]) -> list[Gain]:
    """Unite partials, as they are united once."""
    return [gain(None, sets, "final") for sets in union_in_parts(partials)]


def rows_of(change: Gain) -> list[PageViews]:
    """Turn what cells gained into rows."""
    return list(page_views(change.sets, change.changed.tolist(), MINUTE, change.timing))


def main(events: int) -> None:
    """Print the table."""
    lines = list(page_view_lines(events))
    watch = Stopwatch()
    watch.take("plain loop", count, lines)
    Steps(watch).run(blocks(lines))
    floor = watch.seconds.pop("plain loop")
    counted = {name: seconds for name, seconds in watch.seconds.items() if not name.startswith("(")}
    total = sum(counted.values())
    rows = [("plain loop", floor), *watch.seconds.items(), ("all steps", total)]
    for name, seconds in [*rows, ("without archive", total - counted["archive"])]:
        print(f"{name:<16} {seconds / events * 1e6:6.2f} us CPU per event   {seconds / floor:5.2f} x the loop")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
