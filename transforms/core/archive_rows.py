"""Rows of the archive, as columns: made of events admitted and refused, and read back.

A row is an event, or a message refused before it was split, with all that is needed to take it in again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_64_intdigest

from transforms.core.records import ArchiveRow, EventBatch, Form, Origin, Reject, Unreadable
from transforms.core.times import HOUR

MOST_HOURS = 24
ROW_BYTES = 100
"""What a row holds beside its data, about."""
_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("message_id", pa.string()),
        ("position", pa.string()),
        ("publish_time", _TIME),
        ("attributes", pa.string()),
        ("first_event_time", _TIME),
        ("last_event_time", _TIME),
        ("data", pa.binary()),
        ("form", pa.string()),
        ("encoding", pa.string()),
        ("masked", pa.bool_()),
        ("unreadable", pa.string()),
    ],
    metadata={"millrace_archive": "1"},
)
"""``attributes`` is a JSON object; both event times are those of the admitted event, none for a reject. The last four
columns are there to take the rows in again (``records.ArchiveRow``)."""
_encode = msgspec.json.Encoder().encode
_decode_attributes = msgspec.json.Decoder(dict[str, str]).decode
_decode_unreadable = msgspec.json.Decoder(Unreadable).decode


class BadArchiveError(ValueError):
    """A Parquet file that is damaged, or none of ours."""


class Stretch:
    """Rows as lists of values, a list a column; ``size`` in bytes, about."""

    def __init__(self) -> None:
        self._columns: list[list[Any]] = [[] for _ in SCHEMA]
        self._times: list[int | None] = []
        self.size = 0

    def add_batch(self, batch: EventBatch) -> None:
        """Add admitted events, a row each."""
        origin, raws, times = batch.origin, batch.raws, [event.time for event in batch.events]
        prefix = origin.prefix
        positions = (f"{prefix}{at}" for at in batch.positions) if prefix else map(str, batch.positions)
        masked = [event.masked for event in batch.events]
        self._add(_source(origin, len(raws)), _message_ids(origin, raws), positions, (times, raws, masked))
        self._times += times

    def add_reject(self, reject: Reject) -> None:
        """Add a refused event, or a message refused whole, whose position then ends in a slash or is empty."""
        position = f"{reject.position}/" if reject.whole and reject.position else reject.position
        origin = Origin("", reject.publish_time, reject.attributes, reject.form, encoding=reject.encoding)
        values = [None], [reject.payload], [reject.masked]
        self._add(_source(origin, 1, reject.unreadable), [reject.message_id], [position], values)
        self._times.append(reject.publish_time)

    def _add(
        self,
        source: tuple[list[Any], ...],
        message_ids: Iterable[str],
        positions: Iterable[str],
        values: tuple[Sequence[int | None], Sequence[bytes], Sequence[bool]],
    ) -> None:
        published, attributes, forms, encodings, unreadable = source
        times, raws, masked = values
        columns: tuple[Iterable[Any], ...] = (
            message_ids,
            positions,
            published,
            attributes,
            times,
            times,
            raws,
            forms,
            encodings,
            masked,
            unreadable,
        )
        for column, more in zip(self._columns, columns, strict=True):
            column.extend(more)
        self.size += sum(map(len, raws)) + ROW_BYTES * len(raws)

    def by_hour(self) -> Iterator[tuple[int | None, pa.RecordBatch]]:
        """Give the rows as Arrow columns, by the hour (since 1970) of the event, else of publishing, None for neither.

        Where times are mixed, more than ``MOST_HOURS``, all rows go with the earliest, so that files do not get small.
        """
        hours = [None if time is None else time // HOUR for time in self._times]
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, SCHEMA, strict=True)]
        rows = pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
        distinct = sorted(set(hours), key=lambda hour: (hour is None, hour))
        if 1 < len(distinct) <= MOST_HOURS:
            for hour in distinct:
                yield hour, rows.take([at for at, other in enumerate(hours) if other == hour])
        elif distinct:
            yield distinct[0], rows


def _source(origin: Origin, count: int, unreadable: Unreadable | None = None) -> tuple[list[Any], ...]:
    """Give the columns in which all events of one message are alike."""
    attributes = json.dumps(dict(origin.attributes), ensure_ascii=False, sort_keys=True) if origin.attributes else "{}"
    seen = None if unreadable is None else _encode(unreadable).decode()
    return tuple([value] * count for value in (origin.publish_time, attributes, origin.form, origin.encoding, seen))


def _message_ids(origin: Origin, raws: Sequence[bytes]) -> list[str]:
    """Give the message ids of events, as ``rejects.message_id_of`` does for one."""
    if not origin.by_line:
        return [origin.message_id] * len(raws)
    digits = np.fromiter(map(xxh3_64_intdigest, raws), ">u8", len(raws)).tobytes().hex()
    return [f"{origin.message_id}-{digits[at : at + 16]}" for at in range(0, len(digits), 16)]


def read_rows(file: Any, at_once: int) -> Iterator[list[ArchiveRow]]:
    """Read a file of the archive in lists of at most ``at_once`` rows, in order.

    Args:
        file: open for reading and seeking, in binary.
        at_once: how many rows are held at a time.

    Raises:
        BadArchiveError: the file is damaged, or its columns are not the archive's.
    """
    try:
        parquet = pq.ParquetFile(file)
        if not parquet.schema_arrow.equals(SCHEMA):
            raise BadArchiveError("Parquet, but none of Millrace's archive: other columns")
        for batch in parquet.iter_batches(at_once):
            yield _rows(batch)
    except (pa.ArrowException, OSError) as error:
        raise BadArchiveError(f"Parquet: {str(error).splitlines()[0]}") from error


def _rows(batch: pa.RecordBatch) -> list[ArchiveRow]:
    def column(name: str) -> list[Any]:
        values = batch.column(name)
        return (values.cast(pa.int64()) if values.type == _TIME else values).to_pylist()  # type: ignore[no-any-return]

    attributes = column("attributes")
    known = {text: _decode_attributes(text) for text in set(attributes)}
    return [
        ArchiveRow(
            message_id,
            position,
            published,
            known[text],
            data,
            Form(form),
            encoding,
            masked,
            None if seen is None else _decode_unreadable(seen),
            time,
        )
        for message_id, position, published, text, data, form, encoding, masked, seen, time in zip(
            column("message_id"),
            column("position"),
            column("publish_time"),
            attributes,
            column("data"),
            column("form"),
            column("encoding"),
            column("masked"),
            column("unreadable"),
            column("first_event_time"),
            strict=True,
        )
    ]
