"""Opening the local store for reading: checked, bounded in time, and never waiting long for a lock."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dashboard.store import StoreTroubleError
from pipeline.endpoints.sqlite_schema import APPLICATION_ID, SCHEMA_VERSION

LOCK_SECONDS = 1.0
QUERY_SECONDS = 5.0
AT_ONCE = 4
"""Queries that may work at the same time: more would only slow each other, and the pipeline, down."""
_STEPS = 20_000
"""Of SQLite's machine between two looks at the clock: a few milliseconds."""

MISSING, EMPTY, FOREIGN, VERSION, LOCKED, SLOW, BROKEN = (
    *("missing", "empty", "foreign", "version", "locked", "slow", "broken"),
)
_LOCKED = StoreTroubleError(LOCKED, "The store is locked by another program.", "Nothing to do: it is asked again.")
_SLOW = StoreTroubleError(
    SLOW, f"The store did not answer within {QUERY_SECONDS:.0f} s.", "Choose a shorter span, or a narrower filter."
)


class Reader:
    """Gives connections that read one snapshot of a store.

    Args:
        path: the file of the store.
        seconds: how long the reading within one connection may take in all.
    """

    def __init__(self, path: Path, seconds: float = QUERY_SECONDS) -> None:
        self.path = path
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Read from one snapshot.

        Raises:
            StoreTroubleError: there is no store, it is not ours, or it does not answer in time.
        """
        deadline = time.monotonic() + self._seconds
        if not self._turns.acquire(timeout=self._seconds):
            raise _SLOW
        try:
            _look(self.path)
            with closing(_connect(self.path)) as store:
                store.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
                _check(store, self.path)
                store.execute("BEGIN")
                yield store
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from error
        finally:
            self._turns.release()


def _connect(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    store = sqlite3.connect(address, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
    store.row_factory = sqlite3.Row
    return store


def _look(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        remedy = f"Make one: python -m pipeline --output {path.parent}. The page finds it by itself."
        raise StoreTroubleError(MISSING, f"There is no store at {path} yet.", remedy) from None
    except OSError as error:
        raise StoreTroubleError(BROKEN, f"{path}: {error.strerror}.", "Check the path and its permissions.") from None
    if not size:
        remedy = "If no run is making it now, run the pipeline into this folder."
        raise StoreTroubleError(EMPTY, f"{path} is an empty file.", remedy)


def _check(store: sqlite3.Connection, path: Path) -> None:
    (application,) = store.execute("PRAGMA application_id").fetchone()
    (version,) = store.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreTroubleError(
            FOREIGN, f"{path} is another program's database.", "Name Millrace's output: --store out."
        )
    if version != SCHEMA_VERSION:
        text = f"{path} has schema version {version}; this Millrace reads version {SCHEMA_VERSION}."
        raise StoreTroubleError(VERSION, text, "Use the Millrace that made it, or run into another output.")


def _trouble(path: Path, error: sqlite3.Error) -> StoreTroubleError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return _LOCKED
    if name == "SQLITE_INTERRUPT":
        return _SLOW
    if name == "SQLITE_NOTADB":
        return StoreTroubleError(FOREIGN, f"{path} is not a database.", "Name Millrace's output: --store out.")
    return StoreTroubleError(
        BROKEN, f"{path} cannot be read: {error}.", "Look at the disk, and at the pipeline's own log."
    )
