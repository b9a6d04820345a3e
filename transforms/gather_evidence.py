"""GatherEvidence: the facts that fraud rules judge, per slot of entities, as capped sets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.transforms.userstate import BagRuntimeState, BagStateSpec

from transforms.core.fraud.evidence import gained, of_entities, pack, recent, unite, unpack
from transforms.core.fraud.gathering import Gatherer
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.fraud.rules import FraudRules
from transforms.core.records import EventBatch
from transforms.core.times import DAY
from transforms.flushing import CollectingDoFn, collecting
from transforms.panes import FINAL, Panes
from transforms.parking import FetchingDoFn, Parking
from transforms.pii_key import read_pii_key
from transforms.rate import rate

SLOTS = 64
"""Parts of the entities where all evidence comes at once: one part's is held where it is judged."""
LIVE_SLOTS = 1024
"""Parts of the entities in live runs: a new fact reads and writes the state of its part."""
LIVE_INTERVAL = 1
"""Seconds of processing between two looks at a part: the deciding event is to lead to an alert within five."""
SOME = -1
"""The slot of evidence that is no whole slot, but that of some entities."""
KEPT = 32 * DAY
"""How long live runs remember: what rules look back, and a day and more for events that are late."""
COMPACT_AT = 32
"""Pieces of a state before they are united into one."""


class GatherEvidence(beam.PTransform):
    """Gather the facts of payments, logins and account changes; events of other contracts are passed over.

    Input: batches of admitted events under any windowing. Output: (slot, packed evidence); for a single pane one pair a
    slot, in live runs (SOME, ...) whenever facts came, with all that is remembered of the entities that they are about.
    What is kept is a function of the set of events and bounded per entity and minute (``core.fraud.evidence``).

    Args:
        rules: what is asked for; of a set without rules nothing is gathered.
        seed: keys the hashes.
        panes: when results come; of live ones only that they are.
        parking: where packed evidence waits for its union; for a single pane only.
        pii_key_file: the key that identifiers are hashed with, read on the worker; without one they stand as they are.
    """

    def __init__(
        self,
        rules: FraudRules,
        seed: int = 0,
        panes: Panes = FINAL,
        parking: Parking = Parking(),  # noqa: B008 - immutable
        pii_key_file: str = "",
    ) -> None:
        super().__init__()
        self._is_live = panes.interval is not None
        self._gather = _Gather(rules, seed, LIVE_SLOTS if self._is_live else SLOTS, pii_key_file)
        self._parking = parking

    def expand(self, batches: beam.PCollection[EventBatch]) -> beam.PCollection[tuple[int, bytes]]:
        """Collect facts per worker and unite them per slot."""
        facts = batches | "Facts" >> collecting(self._gather, self._parking)
        if self._is_live:
            facts |= "Rate" >> rate(Panes(LIVE_INTERVAL))
        unite_slot = _UniteOverTime() if self._is_live else _UniteOnce(self._parking)
        return (
            facts
            | "Group by slot" >> beam.GroupByKey()
            | "Unite" >> beam.ParDo(unite_slot).with_output_types(tuple[int, bytes])
        )


class _Held(NamedTuple):
    buffer: Gatherer


class _Gather(CollectingDoFn):
    def __init__(self, rules: FraudRules, seed: int, slots: int, pii_key_file: str) -> None:
        self._rules = rules
        self._seed = seed
        self._slots = slots
        self._pii_key_file = pii_key_file

    def make_collector(self) -> _Held:
        pseudonyms = Pseudonyms(read_pii_key(self._pii_key_file))
        return _Held(Gatherer(self._rules, self._seed, self._slots, pseudonyms))

    def collect(self, batch: EventBatch) -> None:
        self.collector.buffer.add(batch.events)


class _UniteOnce(FetchingDoFn):
    def process(self, grouped: tuple[int, Iterable[bytes]]) -> Iterator[tuple[int, bytes]]:
        slot, parts = grouped
        first, *others = (self.fetcher.fetch_whole(part) for part in parts)
        yield slot, pack(unite(map(unpack, (first, *others)))) if others else first


class _UniteOverTime(beam.DoFn):
    """Remembers the evidence of a slot, and gives that of the entities that something new is known about.

    What is older than KEPT, by the newest fact of the slot, is forgotten: bounded, and no clock is asked.
    """

    REMEMBERED = BagStateSpec("remembered", BytesCoder())

    def process(
        self,
        grouped: tuple[int, Iterable[bytes]],
        remembered: BagRuntimeState = beam.DoFn.StateParam(REMEMBERED),  # noqa: B008 - Beam's way to declare parameters
    ) -> Iterator[tuple[int, bytes]]:
        _, parts = grouped
        new = unite(map(unpack, parts))
        old = list(remembered.read())
        before = unite(map(unpack, old))
        after = recent(unite([before, new]), KEPT)
        gainers = gained(before, after)
        if not gainers:
            return
        if len(old) < COMPACT_AT:
            remembered.add(pack(new))
        else:
            remembered.clear()
            remembered.add(pack(after))
        yield SOME, pack(of_entities(after, gainers))
