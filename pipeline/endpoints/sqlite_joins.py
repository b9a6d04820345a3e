"""Writing to the local store: every write is a join under the row's own key, so a repeated one changes nothing."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import itemgetter

from pipeline import __version__
from transforms.core.identity import dead_letter_id
from transforms.core.records import LedgerRow, PageViews, Reject
from transforms.core.times import format_time, parse_time

_INSERT_DEAD_LETTER = "INSERT OR IGNORE INTO dead_letters VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_HELD_SETS = (
    "SELECT view_set, bot_set, visitor_set FROM page_view_sets WHERE url = ? AND window_start = ? AND window_end = ?"
)

_LAST_SECOND = parse_time("9999-12-31T23:59:59Z")
"""The last window ends in the year 10000, which is no year of ISO 8601 with four digits."""

_NOTED_DIGITS = 16
"""Of a dead letter's id; two share them by chance only, as two events share an identity."""
_write_object = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_write_list = json.JSONEncoder(ensure_ascii=False).encode

Key = tuple[str, str, str]
PackedSets = tuple[bytes, ...]


def join_page_views(store: sqlite3.Connection, rows: Iterable[PageViews]) -> None:
    """Unite the sets of each row with those of its key; rows whose sets did not grow are not written."""
    grown: dict[Key, PackedSets] = {}
    for row in rows:
        key = row.url, format_time(row.window_start), format_time(min(row.window_end, _LAST_SECOND))
        held = grown.get(key) or store.execute(_HELD_SETS, key).fetchone()
        new = row.view_set, row.bot_set, row.visitor_set
        united = tuple(map(unite, held, new)) if held else new
        if united != held:
            grown[key] = united
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    counts = [(*key, *(len(packed) // 8 for packed in sets), now) for key, sets in grown.items()]
    store.executemany(
        "INSERT OR REPLACE INTO page_view_sets VALUES (?, ?, ?, ?, ?, ?)",
        ((*key, *sets) for key, sets in grown.items()),
    )
    store.executemany("INSERT OR REPLACE INTO page_views VALUES (?, ?, ?, ?, ?, ?, ?)", counts)


def unite(held: bytes, new: bytes) -> bytes:
    """Unite two packed sets of 64-bit hashes."""
    if held == new or not new:
        return held
    united = set(memoryview(held).cast("Q")) | set(memoryview(new).cast("Q"))
    return b"".join(value.to_bytes(8, "little") for value in sorted(united))


def join_dead_letters(store: sqlite3.Connection, rejects: Iterable[Reject], attempt: str) -> None:
    """Add dead letters, and note that an attempt at a run wrote them, if one is named; what is there stays as it is."""
    # By id, since each page of its index that a transaction changes is then changed once.
    rows = sorted((dead_letter(reject) for reject in rejects), key=itemgetter(0))
    store.executemany(_INSERT_DEAD_LETTER, rows)
    if attempt:
        ids = b"".join(bytes.fromhex(row[0][:_NOTED_DIGITS]) for row in rows)
        store.execute("INSERT INTO rejects_written VALUES (?, ?)", (attempt, ids))


def dead_letter(reject: Reject) -> tuple[str, *tuple[object, ...]]:
    """Write a reject as a row of dead_letters."""
    published = "" if reject.publish_time is None else format_time(reject.publish_time)
    violations = [{"pointer": violation.pointer, "message": violation.message} for violation in reject.violations]
    return (
        dead_letter_id(reject),
        published,
        _text(reject.payload),
        reject.payload,
        _write_object(dict(reject.attributes)) if reject.attributes else "{}",
        reject.error_message,
        reject.stacktrace,
        reject.stage,
        reject.reason,
        _write_list(violations) if violations else "[]",
        reject.event_type,
        reject.message_id,
        reject.position,
        published,
        1,
        __version__,
    )


def _text(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


def join_ledger(store: sqlite3.Connection, rows: Iterable[LedgerRow]) -> None:
    """Keep the column-wise greatest of each row: an account only grows."""
    for row in rows:
        key = row.run, row.event_type, "" if row.minute is None else format_time(row.minute)
        held = store.execute(
            "SELECT received, counted, duplicate, rejected, masked FROM ledger"
            " WHERE run = ? AND event_type = ? AND minute = ?",
            key,
        ).fetchone() or (0, 0, 0, "{}", 0)
        rejected = json.loads(held[3])
        greatest = {
            reason: max(rejected.get(reason, 0), row.rejected.get(reason, 0))
            for reason in sorted(rejected.keys() | row.rejected.keys())
        }
        numbers = map(max, (held[0], held[1], held[2]), (row.received, row.counted, row.duplicate))
        values = (*key, *numbers, json.dumps(greatest), max(held[4], row.masked))
        store.execute("INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def write_receipt(store: sqlite3.Connection, attempt: str, home: str, written: int) -> None:
    """Note how much one attempt at a run handed over to a home, for the check against its ledger."""
    store.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?)", (attempt, home, written))
