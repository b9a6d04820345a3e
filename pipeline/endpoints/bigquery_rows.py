"""Results as rows of BigQuery's tables, in JSON."""

import json
import math
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline import __version__
from pipeline.endpoints.bigquery_tables import Table
from transforms.core.fraud.reviews import Review
from transforms.core.fraud.settling import AlertRow
from transforms.core.identity import dead_letter_id, stable_id
from transforms.core.records import LedgerRow, PageViews, Reject, Violation
from transforms.core.times import format_exact_time, parse_time
from transforms.panes import EARLY

Row = dict[str, Any]

INLINE_BYTES = 1 << 20
"""A larger payload of a dead letter lies in a file."""
_CUT_BYTES = 1 << 20
_ROW_BYTES = 9_000_000
_LAST = parse_time("9999-12-31T23:59:59Z")
_NOT_CONTENT = ("updated_at",)


class DeadLetter(NamedTuple):
    """A reject, and where its payload lies if not in the row."""

    reject: Reject
    uri: str = ""


def page_view_rows(row: PageViews) -> Iterator[Row]:
    """Give the row of a pane; early panes have none: each would be a row more for the view to read."""
    if row.timing != EARLY:
        yield {
            "url": row.url,
            "window_start": format_exact_time(row.window_start),
            "window_end": format_exact_time(min(row.window_end, _LAST)),
            "views": row.views,
            "bot_views": row.bot_views,
            "visitors": row.visitors,
            "updated_at": _now(),
        }


def alert_rows(row: AlertRow) -> Iterator[Row]:
    """Give the row of an alert."""
    yield row._asdict()


def review_rows(review: Review) -> Iterator[Row]:
    """Give the row of a review."""
    yield review._asdict() | {"case_key": review.case_key, "decided_at": format_exact_time(review.decided_at)}


def ledger_rows(row: LedgerRow) -> Iterator[Row]:
    """Give the row of an account."""
    rejected = [{"reason": reason, "events": events} for reason, events in sorted(row.rejected.items())]
    minute = None if row.minute is None else format_exact_time(row.minute)
    yield row._asdict() | {"minute": minute, "rejected": rejected}


def dead_letter_rows(letter: DeadLetter, began: int) -> Iterator[Row]:
    """Give the row of a dead letter; what has no publish time lies with the day on which the run began."""
    reject, payload, note = letter.reject, letter.reject.payload, ""
    if letter.uri:
        payload = b""
    elif 2.4 * len(payload) > _ROW_BYTES:  # once as text, and 4/3 as base64
        note = f" (the first {_CUT_BYTES} of {len(payload)} bytes; --output_directory keeps such payloads whole)"
        payload = payload[:_CUT_BYTES]
    published = None if reject.publish_time is None else format_exact_time(reject.publish_time)
    yield {
        "timestamp": published or format_exact_time(began),
        "payloadString": payload.decode(errors="replace"),
        "payloadBytes": b64encode(payload).decode(),
        "attributes": [{"key": key, "value": value} for key, value in sorted(reject.attributes.items())],
        "errorMessage": reject.error_message + note,
        "stacktrace": reject.stacktrace,
        "dead_letter_id": dead_letter_id(reject),
        "stage": reject.stage,
        "reason": reject.reason,
        "violations": json.dumps(list(map(Violation._asdict, reject.violations)), ensure_ascii=False),
        "event_type": reject.event_type,
        "message_id": reject.message_id,
        "position": reject.position,
        "publish_time": published,
        "attempt": 1,
        "pipeline_version": __version__,
        "payload_uri": letter.uri or None,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Line(NamedTuple):
    """A row as it is sent: its JSON, and an id made of its key and content, the same when it is made again."""

    row: Row
    text: str
    insert_id: str

    @property
    def size(self) -> int:
        """Give the bytes of the JSON, which is ASCII."""
        return len(self.text)


def line_of(table: Table, row: Mapping[str, Any]) -> Line:
    """Write a row as JSON, such that every service reads it."""
    clean = {name: _clean(value) for name, value in row.items()}
    content = [value for name, value in clean.items() if name not in _NOT_CONTENT]
    insert_id = stable_id(*(str(clean[name]) for name in table.key)) + stable_id(json.dumps(content))
    return Line(clean, json.dumps(clean), insert_id)


def _clean(value: Any) -> Any:
    """Replace lone surrogates, which JSON can hold and UTF-8 cannot."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return {name: _clean(one) for name, one in value.items()} if isinstance(value, dict) else value


def batches(lines: Iterable[Line], rows: float = math.inf, size: float = math.inf) -> Iterator[list[Line]]:
    """Divide lines into batches of at most so many rows and bytes."""
    batch: list[Line] = []
    held = 0
    for line in lines:
        if batch and (len(batch) >= rows or held + line.size > size):
            yield batch
            batch, held = [], 0
        batch.append(line)
        held += line.size
    if batch:
        yield batch
