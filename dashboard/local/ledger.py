"""The state of the pipeline's results, out of the local store: accounts, rejects, freshness."""

import sqlite3
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from dashboard.alarms import alarms, is_history, level
from dashboard.local.behind import LEDGER, REJECTED
from dashboard.local.views import newest_window, window_width
from dashboard.records import Freshness, Health, RejectReason, RunAccount
from transforms.core.reasons import ADVICE, Reason
from transforms.core.times import SECOND, format_time, parse_time

RUNS_SHOWN = 12
WRITING_SECONDS = 60
"""How long what is missing from an account may stand still while the store is written: a live run always has events
on their way, and the rows of a bounded one come within moments of each other."""
_QUIET_SECONDS = 300
"""Without a write for so long, a run that has not come to its end is not at work any more."""
_EXAMPLE = (
    "SELECT error_message, coalesce(payload_string, hex(payload_bytes)), message_id, position FROM dead_letters"
    " WHERE reason = ? ORDER BY dead_letter_id LIMIT 1"
)
_UNENDED = "SELECT count(DISTINCT attempt) FROM receipts"
_WRITTEN = "SELECT max(updated_at) FROM page_views WHERE window_start BETWEEN ? AND ?"
_RECENT_WINDOWS = 10
_MOST_PAYLOAD = 2_000


class Accounts:
    """Remembers since when a run's account is unequal, to tell one that is being written from one that is wrong."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def being_written(self, run: str, missing: int, *, at_work: bool) -> bool:
        """Tell whether a run's account is only not whole yet: what is missing does not stand still."""
        now = time.monotonic()
        if run not in self._seen or self._seen[run][0] != missing:
            self._seen[run] = missing, now
        return bool(missing) and at_work and now - self._seen[run][1] < WRITING_SECONDS


def read_health(store: sqlite3.Connection, path: Path, accounts: Accounts) -> Health:
    """Read the ledger of every run, rejects with an example each, and how fresh the results are."""
    fresh = _freshness(store)
    (unended,) = store.execute(_UNENDED).fetchone()
    changed = max((at for at, _ in marks(path)), default=0)
    quiet = time.time_ns() - changed > _QUIET_SECONDS * 1e9
    runs = _runs(store, accounts, at_work=not quiet)
    reasons = _reasons(store)
    found = alarms(runs, reasons, fresh, unended if quiet else 0)
    total = _total(runs)
    return Health(level(found), found, total, runs[:RUNS_SHOWN], len(runs), reasons, fresh)


def _runs(store: sqlite3.Connection, accounts: Accounts, *, at_work: bool) -> list[RunAccount]:
    """Give the account of every run, those of the newest events first; one that does not add up before all others."""
    rejected: Counter[str] = Counter()
    for run, _, number in store.execute(REJECTED):
        rejected[run] += number
    runs = []
    for row in store.execute(LEDGER).fetchall():
        run, received, counted, duplicate, masked, first, last = row
        missing = received - counted - duplicate - rejected[run]
        writing = accounts.being_written(run, missing, at_work=at_work)
        account = run, received, counted, duplicate, rejected[run], masked, first or "", last or "", missing, writing
        runs.append(RunAccount(*account))
    return sorted(runs, key=lambda run: (bool(run.missing), run.last_minute, run.run), reverse=True)


def _total(runs: list[RunAccount]) -> RunAccount:
    names = ("received", "counted", "duplicate", "rejected", "masked", "missing")
    sums: dict[str, int] = {name: sum(getattr(run, name) for run in runs) for name in names}
    minutes = [run.first_minute for run in runs if run.first_minute]
    return RunAccount(
        run="",
        **sums,
        first_minute=min(minutes, default=""),
        last_minute=max((run.last_minute for run in runs), default=""),
        being_written=any(run.being_written for run in runs),
    )


def _reasons(store: sqlite3.Connection) -> list[RejectReason]:
    counts: Counter[str] = Counter()
    for _, reason, number in store.execute(REJECTED).fetchall():
        counts[reason] += number
    return [_reason(store, reason, count) for reason, count in counts.most_common() if count]


def _reason(store: sqlite3.Connection, reason: str, count: int) -> RejectReason:
    meaning, remedy, option = "A reason that this version does not know.", "See the documentation of that version.", ""
    with suppress(ValueError):
        meaning, remedy, option = ADVICE[Reason(reason)]
    error, payload, message_id, position = store.execute(_EXAMPLE, (reason,)).fetchone() or ("", "", "", "")
    where = f"message {message_id}, position {position or '-'}" if message_id else ""
    return RejectReason(reason, count, meaning, remedy, option, error, payload[:_MOST_PAYLOAD], where)


def _freshness(store: sqlite3.Connection) -> Freshness:
    now, newest = time.time_ns() // 1000, newest_window(store)
    if not newest:
        return Freshness("", "", format_time(now), 0, 0, is_history=True)
    width = window_width(store)
    recent = format_time(parse_time(newest) - _RECENT_WINDOWS * width)
    (written,) = store.execute(_WRITTEN, (recent, newest)).fetchone()
    end = parse_time(newest) + width
    lag, quiet = (now - end) // SECOND, (now - parse_time(written)) // SECOND
    return Freshness(format_time(end), written, format_time(now), lag, quiet, is_history(lag))


def marks(path: Path) -> list[tuple[int, int]]:
    """Give time (in nanoseconds) and size of the file and its log; reading alone may leave a log that is empty."""
    found = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            status = file.stat()
            if status.st_size:
                found.append((status.st_mtime_ns, status.st_size))
    return found
