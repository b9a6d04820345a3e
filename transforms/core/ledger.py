"""The account of every event: received = counted + duplicate + rejected, each counted where it happens.

All but the page views' own counts are sets under names: a name says column, type, reason and minute. Sets, since a
message delivered again, a bundle tried again or a file read twice must change nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from transforms.core.identity import event_identities
from transforms.core.records import EventBatch, LedgerCount, LedgerRow, Reject
from transforms.core.set_buffer import SetBuffer
from transforms.core.sets import NO_WINDOW, Ints, Sets
from transforms.core.times import MINUTE, window_start

PARTS = 16
"""Slots of the ledger: a set is split by identity, so that no single value grows with the whole input."""

RECEIVED, EVENTS, REJECTED, MASKED = "received", "events", "rejected", "masked"
_RECEIVED_NAME = (RECEIVED, "", "", "")
COUNTED, DUPLICATE = "counted", "duplicate"
_BAR = "|"
_NO_CELL = np.uint64((1 << 64) - 1)


class Received(NamedTuple):
    """Places opened, of one Message; ``publish_time`` says when their sets may be forgotten."""

    publish_time: int | None
    occurrences: Sequence[int]


class LedgerCollector:
    """Adds what happened to a SetBuffer.

    A cell's window says when its set may be forgotten: the minute of the event where identities meet across messages,
    else the minute of publishing, since only the same message can bring the same occurrence again.

    Args:
        counted_elsewhere: contracts whose counted and duplicate come from the result that they feed (page views).
        seed: keys the hashes of identities.
    """

    def __init__(self, counted_elsewhere: Collection[str] = (), seed: int = 0) -> None:
        self.buffer = SetBuffer()
        self._elsewhere = frozenset(counted_elsewhere)
        self._seed = seed

    def add_received(self, received: Received) -> None:
        """Add places that were opened, or found impossible to open."""
        places = np.asarray(received.occurrences, dtype=np.uint64)
        parts = places % np.uint64(PARTS)
        window = _minute(received.publish_time)
        cells = self.buffer.cells.get(window)
        if cells is None:
            cells = self.buffer.cells[window] = np.full(PARTS, _NO_CELL)
        if (cells[parts] == _NO_CELL).any():
            for part in set(parts.tolist()):
                cells[part] = self._cell(_RECEIVED_NAME, window, part)
        nothing = np.zeros_like(places)
        self.buffer.add(cells[parts], places, nothing, nothing)

    def add_batch(self, batch: EventBatch) -> None:
        """Add admitted events: those that nobody else counts, and all that were masked."""
        published = _minute(batch.origin.publish_time)
        rows = []
        ours = [event for event in batch.events if event.type not in self._elsewhere]
        for event, identity in zip(ours, event_identities(ours, self._seed), strict=True):
            minute = _minute(event.time)
            cell = self._cell((EVENTS, event.type, "", str(minute)), minute, identity % PARTS)
            rows.append((cell, identity, event.occurrence))
        for event in batch.events:
            if event.masked:
                name = (MASKED, event.type, "", str(_minute(event.time)))
                rows.append(self._place(name, published, event.occurrence))
        self._add(rows)

    def add_rejects(self, rejects: Iterable[Reject]) -> None:
        """Add refused events, and all of them that were masked."""
        rows = []
        for reject in rejects:
            published = _minute(reject.publish_time)
            minute = "" if reject.minute is None else str(reject.minute)
            name = (REJECTED, reject.contract, reject.reason, minute)
            rows.append(self._place(name, published, reject.occurrence))
            if reject.masked:
                name = (MASKED, reject.contract, "", minute)
                rows.append(self._place(name, published, reject.occurrence))
        self._add(rows)

    def _place(self, name: tuple[str, str, str, str], window: int, occurrence: int) -> tuple[int, int, int]:
        return self._cell(name, window, occurrence % PARTS), occurrence, 0

    def _add(self, rows: list[tuple[int, int, int]]) -> None:
        """Add (cell, identity, occurrence) rows."""
        if rows:
            cells, identities, occurrences = np.ascontiguousarray(np.array(rows, dtype=np.uint64).T)
            self.buffer.add(cells, identities, occurrences, np.zeros_like(cells))

    def _cell(self, name: tuple[str, str, str, str], window: int, part: int) -> int:
        key = (name, window, part)
        cell: int | None = self.buffer.cells.get(key)
        if cell is None:
            cell = self.buffer.cells[key] = self.buffer.new_cell(_BAR.join(name), window, part)
        return cell


def _minute(time: int | None) -> int:
    return NO_WINDOW if time is None else window_start(time, MINUTE)


def ledger_counts(sets: Sets, distinct: Ints, seen: Ints) -> Iterator[LedgerCount]:
    """Say what the cells of a LedgerCollector gained; arguments as in ``page_views.view_counts``."""
    for cell, (new, sightings) in enumerate(zip(distinct.tolist(), seen.tolist(), strict=True)):
        column, kind, reason, text = sets.names[sets.name_of[cell]].split(_BAR)
        minute = int(text) if text else None
        if column == EVENTS:
            yield LedgerCount(kind, minute, COUNTED, "", new)
            yield LedgerCount(kind, minute, DUPLICATE, "", sightings - new)
        else:
            yield LedgerCount(kind, minute, column, reason, new)


def added_up(counts: Iterable[LedgerCount]) -> list[LedgerCount]:
    """Add up gains of one type and minute per column and reason."""
    sums: dict[LedgerCount, int] = {}
    for count in counts:
        column = count._replace(gain=0)
        sums[column] = sums.get(column, 0) + count.gain
    return [column._replace(gain=gain) for column, gain in sums.items()]


def ledger_row(run: str, key: tuple[str, int | None], counts: Iterable[LedgerCount]) -> LedgerRow:
    """Add up the gains of one type and minute."""
    sums = {RECEIVED: 0, COUNTED: 0, DUPLICATE: 0, MASKED: 0}
    rejected: dict[str, int] = {}
    for count in counts:
        if count.column == REJECTED:
            rejected[count.reason] = rejected.get(count.reason, 0) + count.gain
        else:
            sums[count.column] += count.gain
    return LedgerRow(
        run, *key, sums[RECEIVED], sums[COUNTED], sums[DUPLICATE], dict(sorted(rejected.items())), sums[MASKED]
    )


class Account(NamedTuple):
    """A run's account in all."""

    received: int
    counted: int
    duplicate: int
    rejected: Mapping[str, int]
    masked: int

    @property
    def refused(self) -> int:
        """Sum the rejects over their reasons."""
        return sum(self.rejected.values())

    @property
    def adds_up(self) -> bool:
        """Tell whether every event received is counted, a duplicate, or rejected."""
        return self.received == self.counted + self.duplicate + self.refused


def account(rows: Iterable[LedgerRow]) -> Account:
    """Sum the rows of a run."""
    received = counted = duplicate = masked = 0
    rejected: dict[str, int] = {}
    for row in rows:
        received += row.received
        counted += row.counted
        duplicate += row.duplicate
        masked += row.masked
        for reason, number in row.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + number
    return Account(received, counted, duplicate, rejected, masked)
