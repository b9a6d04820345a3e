"""GatherEvidence: the facts that fraud rules judge, per slot of entities, as capped sets."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import apache_beam as beam

from transforms.core.fraud.evidence import pack, unite, unpack
from transforms.core.fraud.gathering import Gatherer
from transforms.core.fraud.rules import FraudRules
from transforms.core.records import EventBatch
from transforms.flushing import CollectingDoFn, collecting
from transforms.parking import Fetcher, Parking

SLOTS = 64
"""Parts of the entities: one part's evidence is held at once where it is judged."""


class GatherEvidence(beam.PTransform):
    """Gather the facts of payments, logins and account changes; events of other contracts are passed over.

    Input: batches of admitted events under any windowing. Output: (slot, packed evidence), a pair a slot. What is kept
    is a function of the set of events and bounded per entity and minute (``core.fraud.evidence``).

    Args:
        rules: what is asked for; of a set without rules nothing is gathered.
        seed: keys the hashes.
        parking: where packed evidence waits for its union.
    """

    def __init__(self, rules: FraudRules, seed: int = 0, parking: Parking = Parking()) -> None:  # noqa: B008 - immutable
        super().__init__()
        self._rules = rules
        self._seed = seed
        self._parking = parking

    def expand(self, batches: beam.PCollection[EventBatch]) -> beam.PCollection[tuple[int, bytes]]:
        """Collect facts per worker and unite them per slot."""
        return (
            batches
            | "Facts" >> collecting(_Gather(self._rules, self._seed), self._parking)
            | "Group by slot" >> beam.GroupByKey()
            | "Unite" >> beam.ParDo(_Unite(self._parking)).with_output_types(tuple[int, bytes])
        )


class _Held(NamedTuple):
    buffer: Gatherer


class _Gather(CollectingDoFn):
    def __init__(self, rules: FraudRules, seed: int) -> None:
        self._rules = rules
        self._seed = seed

    def make_collector(self) -> _Held:
        return _Held(Gatherer(self._rules, self._seed, SLOTS))

    def collect(self, batch: EventBatch) -> None:
        self.collector.buffer.add(batch.events)


class _Unite(beam.DoFn):
    def __init__(self, parking: Parking) -> None:
        self._parking = parking

    def setup(self) -> None:
        self._fetcher = Fetcher(self._parking)

    def teardown(self) -> None:
        self._fetcher.close()

    def process(self, grouped: tuple[int, Iterable[bytes]]) -> Iterator[tuple[int, bytes]]:
        slot, parts = grouped
        yield slot, pack(unite(unpack(self._fetcher.fetch_whole(part)) for part in parts))
