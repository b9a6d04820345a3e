"""Fraud in the local store: evidence is united with what is held, and the alerts follow from it and the reviews."""

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.typehints.decorators import no_annotations

from pipeline.endpoints.sqlite import Home, StoreRows
from pipeline.endpoints.sqlite_access import Store
from pipeline.endpoints.sqlite_alerts import Key, encoded, settle
from pipeline.endpoints.sqlite_reviews import join_reviews
from transforms.core.fraud.evidence import NOTHING, Evidence, by_slot, gained, of_entities, pack, unite, unpack
from transforms.core.fraud.flagging import Flagger, Found
from transforms.core.fraud.pseudonyms import Pseudonyms
from transforms.core.fraud.reviews import Review
from transforms.core.fraud.rules import FraudRules
from transforms.core.times import format_time, parse_time
from transforms.flag_fraud import Flagged
from transforms.follow_alerts import Followed
from transforms.gather_evidence import SLOTS, SOME
from transforms.pii_key import read_pii_key

_CODEC = "zstd"
_SIZE_BYTES = 8
_REVIEW_BYTES = 1 << 10
_FORGOTTEN = "fraud_forgotten_before"
_NEVER = -(1 << 62)


class Judging(NamedTuple):
    """What evidence is judged by, as in FlagFraud."""

    rules: FraudRules
    fraud_from: int | None = None
    pii_key_file: str = ""


class StoreFraudAlerts(beam.PTransform):
    """Join evidence into the store and keep the alerts that follow from all of it; the receipt counts slots.

    Reviews reach the store by themselves, and alerts follow from them there.

    Args:
        path: the store.
        attempt: as of StoreRows.
        judging: what evidence is judged by.
    """

    def __init__(self, path: str, attempt: str, judging: Judging) -> None:
        super().__init__()
        join = partial(join_evidence, judging=judging)
        self._store = StoreRows(path, attempt, Home("fraud_alerts", join, _one, _size_of_evidence))

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, followed: Followed) -> beam.PCollection[tuple[str, int]]:
        """Write what was flagged."""
        return followed.flagged | "Evidence" >> self._store


def store_reviews(path: str, attempt: str) -> beam.PTransform:
    """Join reviews into the store, and let alerts follow from them; the receipt counts reviews."""
    return StoreRows(path, attempt, Home("reviews", join_reviews, _one, _size_of_review))


def _one(_: object) -> int:
    return 1


def _size_of_evidence(flagged: Flagged) -> int:
    return len(flagged.evidence)


def _size_of_review(_: Review) -> int:
    return _REVIEW_BYTES


def join_evidence(store: Store, batch: Sequence[Flagged], judging: Judging) -> None:
    """Unite the evidence of slots with what is held, and let alerts follow from it."""
    flagger = Flagger(judging.rules, judging.fraud_from, Pseudonyms(read_pii_key(judging.pii_key_file)))
    for flagged in batch:
        if flagged.slot == SOME or held_evidence(store, flagged.slot):
            for slot, evidence in by_slot(unpack(flagged.evidence), SLOTS):
                _join_slot(store, slot, evidence, flagger)
        else:
            keep_evidence(store, flagged.slot, flagged.evidence)
            settle(store, _replace_found(store, flagged.slot, (), flagged.found))


def _join_slot(store: Store, slot: int, evidence: Evidence, flagger: Flagger) -> None:
    """Unite the evidence of a slot with what is held, and judge those again that something new is known about."""
    held = unpack(packed) if (packed := held_evidence(store, slot)) else NOTHING
    united = unite([held, evidence])
    if judged := gained(held, united):
        keep_evidence(store, slot, pack(united))
        settle(store, _replace_found(store, slot, judged, flagger.flag(of_entities(united, judged))))


def held_evidence(store: Store, slot: int) -> bytes:
    """Give the evidence of a slot, packed."""
    row = store.execute("SELECT evidence FROM fraud_evidence WHERE slot = ?", (slot,)).fetchone()
    return _expanded(row[0]) if row else b""


def keep_evidence(store: Store, slot: int, evidence: bytes) -> None:
    """Keep packed evidence as that of a slot."""
    store.execute("INSERT OR REPLACE INTO fraud_evidence VALUES (?, ?)", (slot, _compressed(evidence)))


def _compressed(data: bytes) -> bytes:
    """Compress evidence, to about a third; its size, which the codec needs to know, goes before it."""
    packed: bytes = pa.compress(data, codec=_CODEC, asbytes=True)
    return len(data).to_bytes(_SIZE_BYTES) + packed


def _expanded(data: bytes) -> bytes:
    size = int.from_bytes(data[:_SIZE_BYTES])
    expanded: bytes = pa.decompress(data[_SIZE_BYTES:], decompressed_size=size, codec=_CODEC, asbytes=True)
    return expanded


def forgotten_before(store: Store) -> int:
    """Give the time before which alerts that ended are forgotten, in microseconds."""
    row = store.execute("SELECT value FROM settings WHERE name = ?", (_FORGOTTEN,)).fetchone()
    return parse_time(row[0]) if row else _NEVER


def forgotten_is(store: Store, time: int) -> None:
    """Note that time."""
    store.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_FORGOTTEN, format_time(time)))


def _replace_found(store: Store, slot: int, judged: Collection[int], found: Iterable[Found]) -> set[Key]:
    """Note what was found of some entities in place of what was before; gives the keys of both."""
    sources = {str(source) for source in judged}
    query = "SELECT source, alert_id, rule_id, entity_type, entity FROM fraud_found WHERE slot = ?"
    before = [row for row in store.execute(query, (slot,)).fetchall() if row[0] in sources]
    gone = "DELETE FROM fraud_found WHERE slot = ? AND source = ? AND alert_id = ?"
    store.executemany(gone, [(slot, source, alert_id) for source, alert_id, *_ in before])
    now, forgotten = [], forgotten_before(store)
    for alert, outcome, source in found:
        if alert.window_end < forgotten:
            continue
        key = alert.rule_id, alert.entity_type, alert.entity
        now.append((slot, str(source), alert.alert_id, outcome, *key, alert.evidence_seen, encoded(alert), ""))
    store.executemany("INSERT INTO fraud_found VALUES (?,?,?,?,?,?,?,?,?,?)", now)
    return {(row[2], row[3], row[4]) for row in before} | {(row[4], row[5], row[6]) for row in now}
