"""Forgetting old fraud: alerts whose episode ended long ago, and the evidence that no alert to come can ask for."""

import time
from collections.abc import Iterator

from pipeline.endpoints.sqlite_access import Store
from pipeline.endpoints.sqlite_fraud import forgotten_before, forgotten_is, held_evidence, keep_evidence
from transforms.core.fraud.evidence import pack, since, unpack
from transforms.core.times import DAY, SECOND, format_time, parse_time
from transforms.gather_evidence import KEPT

_FIRST = parse_time("0001-01-01T00:00:00Z")
_FOUND_BEFORE = "json_extract(alert, '$.window_end') < ?"


def forget(store: Store, retention: int) -> int:
    """Remove alerts that ended before the newest fact less ``retention``, in microseconds, and what led to them.

    That moment is noted, so that what comes late does not bring them back. Evidence stays for the longest time that
    rules look back (``KEPT``) before it, and before the beginning of an alert that stays: an alert that stays, or
    comes, is the one that there would be if nothing had been removed. Reviews stay, people's work as they are. Gives
    the number of alerts removed.
    """
    newest = _newest(store)
    if newest is None:
        return 0
    edge = max(newest - newest % SECOND - retention, _FIRST, forgotten_before(store))
    forgotten_is(store, edge)
    ended = (format_time(edge),)
    gone = store.execute("SELECT alert_id FROM fraud_alerts WHERE window_end < ?", ended).fetchall()
    store.executemany("DELETE FROM fraud_outbox WHERE json_extract(event, '$.subject') = ?", gone)
    store.execute("DELETE FROM fraud_alerts WHERE window_end < ?", ended)
    store.execute(f"DELETE FROM fraud_found WHERE {_FOUND_BEFORE}", ended)  # noqa: S608  a text of our own
    for slot in _slots(store):
        _forget_evidence(store, slot, edge)
    return len(gone)


def _newest(store: Store) -> int | None:
    """Give the time of the newest fact; one dated later than tomorrow makes no other old."""
    tomorrow = time.time_ns() // 1000 + DAY
    believed = (
        times[times <= tomorrow]
        for slot in _slots(store)
        for times in [unpack(held_evidence(store, slot)).rows["time"]]
    )
    return max((int(times.max()) for times in believed if len(times)), default=None)


def _slots(store: Store) -> Iterator[int]:
    yield from [slot for (slot,) in store.execute("SELECT slot FROM fraud_evidence ORDER BY slot").fetchall()]


def _forget_evidence(store: Store, slot: int, edge: int) -> None:
    query = "SELECT source, min(json_extract(alert, '$.window_start')) FROM fraud_found WHERE slot = ? GROUP BY source"
    begun = {int(source): parse_time(start) for source, start in store.execute(query, (slot,)).fetchall()}
    evidence = unpack(held_evidence(store, slot))
    kept = since(evidence, edge - KEPT, {source: min(start, edge) - KEPT for source, start in begun.items()})
    if len(kept.rows) < len(evidence.rows):
        keep_evidence(store, slot, pack(kept))
