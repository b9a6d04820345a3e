"""Evidence: capped sets of facts per entity, strand and bucket, as columns; their union is a join.

Of each value the earliest and the latest sighting are kept, and of each (entity, strand, bucket) the MOST smallest
values. Both are greatest lower bounds of a set, so union is associative, commutative and idempotent, and what is
kept never depends on the order in which facts came.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from transforms.core.fraud.facts import FACT_BITS, OF_ACCOUNTS
from transforms.core.fraud.rules import MOST

Rows = NDArray[np.void]
ROW = np.dtype(
    [
        ("entity", "<u8"),
        ("strand", "<u4"),
        ("bucket", "<i8"),
        ("value", "<u8"),
        ("time", "<i8"),
        ("event", "<u8"),
        ("a", "<i8"),
        ("b", "<u8"),
        ("id", "<u4"),
    ]
)
"""A fact: the hash of its entity, its strand, bucket and value; time and identity of its event; ``a`` and ``b``
as Fact says, else 0; and the number of the event among the ids."""
_COLUMNS = ROW.names or ()
_GROUP = ("entity", "strand", "bucket")
_ORDER = ("b", "a", "event", "time", "value", "bucket", "strand", "entity")
"""What rows are sorted by, the last first, as numpy has it."""


class Evidence(NamedTuple):
    """Facts in order. ``ids[row["id"]]`` is the event's id; ``names`` gives entities and accounts by their hash."""

    rows: Rows
    ids: Sequence[str]
    names: Mapping[int, str]


class _Packed(msgspec.Struct, array_like=True):
    columns: list[bytes]
    ids: list[str]
    hashes: bytes
    names: list[str]


NOTHING = Evidence(np.empty(0, ROW), (), {})
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


def collected(rows: Sequence[Rows], ids: Sequence[str], names: Mapping[int, str]) -> Evidence:
    """Make evidence of facts as they came: rows, each with the number of its event among the ids."""
    facts = np.concatenate(rows) if rows else NOTHING.rows
    return unite([Evidence(facts, ids, names)])


def unite(parts: Iterable[Evidence]) -> Evidence:
    """Unite evidence, and keep what the caps allow."""
    parts = list(parts)
    rows = np.concatenate([part.rows for part in parts]) if parts else NOTHING.rows
    ids: list[str] = []
    start = 0
    for part in parts:
        rows["id"][start : start + len(part.rows)] += len(ids)
        ids.extend(part.ids)
        start += len(part.rows)
    rows = _kept(rows[np.lexsort([rows[name] for name in _ORDER])])
    used, rows["id"] = np.unique(rows["id"], return_inverse=True)
    names = {key: name for part in parts for key, name in part.names.items()}
    return Evidence(rows, [ids[number] for number in used.tolist()], names)


def _kept(rows: Rows) -> Rows:
    """Keep, of sorted rows, the earliest and latest of each of the smallest values of each group."""
    rows = rows[_changes(rows, (*_GROUP, "value", "time", "event"))]
    is_first_of_group = _changes(rows, _GROUP)
    is_earliest = is_first_of_group | _changes(rows, ("value",))
    is_latest = np.append(is_earliest[1:], True)[: len(rows)]
    values = np.cumsum(is_earliest)
    before = np.maximum.accumulate(np.where(is_first_of_group, values, 0))
    kept: Rows = rows[(is_earliest | is_latest) & (values - before < MOST)]
    return kept


def _changes(rows: Rows, names: Sequence[str]) -> NDArray[np.bool_]:
    """Mark rows that differ from the one before in any of some columns; the first does."""
    changes = np.zeros(len(rows), bool)
    changes[:1] = True
    for name in names:
        column = rows[name]
        changes[1:] |= column[1:] != column[:-1]
    return changes


def by_slot(evidence: Evidence, slots: int) -> Iterator[tuple[int, Evidence]]:
    """Part evidence by a part of the entities' hashes."""
    slot_of = (evidence.rows["entity"] % np.uint64(slots)).astype(np.int64)
    order = np.argsort(slot_of, kind="stable")
    rows, sorted_slots = evidence.rows[order], slot_of[order]
    bounds = [*np.flatnonzero(np.diff(sorted_slots, prepend=-1)).tolist(), len(rows)]
    for first, end in pairwise(bounds):
        yield int(sorted_slots[first]), _part(evidence, rows[first:end].copy())


def _part(evidence: Evidence, rows: Rows) -> Evidence:
    """Take some rows, with the ids and names that they need."""
    used, rows["id"] = np.unique(rows["id"], return_inverse=True)
    accounts = rows["value"][np.isin(rows["strand"] & FACT_BITS, OF_ACCOUNTS)]
    wanted = np.unique(np.concatenate((rows["entity"], accounts))).tolist()
    kept = {key: evidence.names[key] for key in wanted if key in evidence.names}
    return Evidence(rows, [evidence.ids[number] for number in used.tolist()], kept)


def of_entity(evidence: Evidence, entity: int) -> Evidence:
    """Take the rows of one entity out of sorted evidence; ids and names are shared."""
    column, key = evidence.rows["entity"], np.uint64(entity)
    first, end = np.searchsorted(column, key), np.searchsorted(column, key, side="right")
    return evidence._replace(rows=evidence.rows[first:end])


def of_entities(evidence: Evidence, entities: Sequence[int]) -> Evidence:
    """Take the rows of some entities, with the ids and names that they need."""
    wanted = np.array(entities, np.uint64)
    return _part(evidence, evidence.rows[np.isin(evidence.rows["entity"], wanted)])


def gained(before: Evidence, after: Evidence) -> list[int]:
    """Give the entities that have facts in ``after``, a union with it, that they had not before."""
    columns = list(_ORDER)
    known = set(before.rows[columns].tolist())
    return sorted({row[-1] for row in after.rows[columns].tolist() if row not in known})


def recent(evidence: Evidence, kept: int) -> Evidence:
    """Forget what is more than ``kept`` microseconds older than the newest fact."""
    if not len(evidence.rows):
        return evidence
    oldest = evidence.rows["time"].max() - kept
    return _part(evidence, evidence.rows[evidence.rows["time"] >= oldest])


def since(evidence: Evidence, oldest: int, others: Mapping[int, int]) -> Evidence:
    """Forget what is older than ``oldest``, in microseconds, or, of the entities in ``others``, than is said there."""
    limits = np.full(len(evidence.rows), oldest)
    for entity, limit in others.items():
        limits[evidence.rows["entity"] == np.uint64(entity)] = limit
    return _part(evidence, evidence.rows[evidence.rows["time"] >= limits])


def pack(evidence: Evidence) -> bytes:
    """Write evidence as bytes, column after column: like lies by like, and compresses well."""
    names = dict(sorted(evidence.names.items()))
    hashes = np.fromiter(names, "<u8", len(names)).tobytes()
    columns = [evidence.rows[name].tobytes() for name in _COLUMNS]
    return _encode(_Packed(columns, list(evidence.ids), hashes, list(names.values())))


def unpack(data: bytes) -> Evidence:
    """Read evidence from bytes."""
    packed = _decode(data)
    hashes = np.frombuffer(packed.hashes, "<u8").tolist()
    columns = [np.frombuffer(column, ROW[name]) for name, column in zip(_COLUMNS, packed.columns, strict=True)]
    rows = np.empty(len(columns[0]), ROW)
    for name, column in zip(_COLUMNS, columns, strict=True):
        rows[name] = column
    return Evidence(rows, packed.ids, dict(zip(hashes, packed.names, strict=True)))
