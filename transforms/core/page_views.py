"""Page views as sets: what an event adds to which cell, and what a cell's sets say."""

from collections.abc import Iterable, Iterator
from operator import getitem, or_
from typing import NamedTuple
from zlib import crc32

import numpy as np

from transforms.core.bots import is_bot
from transforms.core.contracts import PAGE_VIEW
from transforms.core.identity import event_identities, visitor_identities
from transforms.core.ledger import COUNTED, DUPLICATE
from transforms.core.records import Event, LedgerCount, PageViews
from transforms.core.set_buffer import BOT, SetBuffer
from transforms.core.sets import Column, Ints, Sets
from transforms.core.times import MINUTE, window_start
from transforms.core.urls import canonical_url

CACHED = 16_384
"""URLs and user agents remembered, so that hostile ones do not fill the memory; forgetting costs only time."""


class ViewRules(NamedTuple):
    """What shapes the counts: window width in microseconds, whether queries are kept, slots, and the seed of hashes."""

    width: int = MINUTE
    keep_query: bool = False
    shards: int = 32
    seed: int = 0


class ViewCollector:
    """Adds page views to a SetBuffer; a slot is a shard of URLs."""

    def __init__(self, rules: ViewRules) -> None:
        self.buffer = SetBuffer(_CellsByUrl(self, rules))
        self._rules = rules
        self._bot_flags = _BotFlags()

    def add(self, batch: Iterable[Event]) -> None:
        """Add the page views of a batch; the hot loop of the program."""
        events = [event for event in batch if event.type == PAGE_VIEW]
        if not events:
            return
        count, width, seed = len(events), self._rules.width, self._rules.seed
        data = [event.data for event in events]
        urls = map(self.buffer.cells.__getitem__, [fields["url"] for fields in data])
        cells = map(getitem, urls, [event.time // width for event in events])
        bots = map(self._bot_flags.__getitem__, [fields.get("user_agent") for fields in data])
        self.buffer.add(
            np.fromiter(map(or_, cells, bots), np.uint64, count),
            np.fromiter(event_identities(events, seed), np.uint64, count),
            np.fromiter([event.occurrence for event in events], np.uint64, count),
            np.fromiter(visitor_identities(data, seed), np.uint64, count),
        )


class _CellsByUrl(dict[str, "_CellsByWindow"]):
    """Cells by the URL as given and the number of the window, made as they are asked for.

    Two forms of one URL have cells of their own, of one name: the union brings them together.
    """

    def __init__(self, collector: ViewCollector, rules: ViewRules) -> None:
        super().__init__()
        self._collector = collector
        self._rules = rules

    def __missing__(self, url: str) -> "_CellsByWindow":
        if len(self) >= CACHED:
            self.clear()
        name = canonical_url(url, keep_query=self._rules.keep_query)
        slot = crc32(name.encode()) % self._rules.shards
        cells = self[url] = _CellsByWindow(self._collector.buffer, name, slot, self._rules.width)
        return cells


class _CellsByWindow(dict[int, int]):
    def __init__(self, buffer: SetBuffer, name: str, slot: int, width: int) -> None:
        super().__init__()
        self._new_cell = buffer.new_cell
        self._name, self._slot, self._width = name, slot, width

    def __missing__(self, index: int) -> int:
        cell = self[index] = self._new_cell(self._name, index * self._width, self._slot)
        return cell


class _BotFlags(dict[str | None, int]):
    def __missing__(self, agent: str | None) -> int:
        if len(self) >= CACHED:
            self.clear()
        flag = self[agent] = BOT if agent and is_bot(agent) else 0
        return flag


def page_views(sets: Sets, cells: Iterable[int], width: int, timing: str) -> Iterator[PageViews]:
    """Turn cells into rows: counts, and the packed sets behind them. Only the given cells are looked at."""
    columns = [_packed(column, len(sets)) for column in (sets.identities, sets.bots, sets.visitors)]
    names, name_of, starts = sets.names, sets.name_of.tolist(), sets.windows.tolist()
    for cell in cells:
        view_set, bot_set, visitor_set = (values[ends[cell] : ends[cell + 1]] for values, ends in columns)
        yield PageViews(
            url=names[name_of[cell]],
            window_start=starts[cell],
            window_end=starts[cell] + width,
            views=len(view_set) // 8,
            bot_views=len(bot_set) // 8,
            visitors=len(visitor_set) // 8,
            view_set=view_set,
            bot_set=bot_set,
            visitor_set=visitor_set,
            timing=timing,
        )


def _packed(column: Column, cells: int) -> tuple[bytes, list[int]]:
    """Pack the sets of all cells, and say at which byte each begins, and where the last one ends."""
    starts = np.searchsorted(column.cells, np.arange(cells + 1))
    return column.values.astype("<u8", copy=False).tobytes(), (8 * starts).tolist()


def view_counts(sets: Sets, counted: Ints, seen: Ints) -> Iterator[LedgerCount]:
    """Say what cells gained in the ledger: distinct identities, and sightings beyond the first of each.

    Args:
        sets: the cells.
        counted: gain in distinct identities, per cell.
        seen: gain in distinct sightings, per cell.
    """
    minutes = [window_start(window, MINUTE) for window in sets.windows.tolist()]
    gains: dict[int, list[int]] = {}
    for minute, new, sightings in zip(minutes, counted.tolist(), seen.tolist(), strict=True):
        gain = gains.setdefault(minute, [0, 0])
        gain[0] += new
        gain[1] += sightings - new
    for minute, (new, repeated) in gains.items():
        yield LedgerCount(PAGE_VIEW, minute, COUNTED, "", new)
        yield LedgerCount(PAGE_VIEW, minute, DUPLICATE, "", repeated)
