"""Getting at the local store: opening it, transactions that wait for their turn, and its errors in words."""

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from pipeline.errors import StoreError

LOG = logging.getLogger(__name__)

BUSY_SECONDS = 2.0
"""How long SQLite itself waits for a lock; Ctrl-C is heard between two waits."""
BUSY_ATTEMPTS = 30
BUSY_PAUSE_SECONDS = 0.05
ATTEMPTS = 5
FIRST_WAIT_SECONDS = 0.25

_WORDS = {
    "SQLITE_BUSY": "another program keeps it locked",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk, or a quota on it, is full, or it fails",
    "SQLITE_READONLY": "it may not be written",
    "SQLITE_CANTOPEN": "it cannot be opened; its folder must be there and be writable",
    "SQLITE_CORRUPT": "it is damaged; move it away and run again, or choose another --output",
    "SQLITE_NOTADB": "it is not a database; choose another --output",
}
AFTERWARDS = "\nWhat is written stays valid; mend that, and run the same command again."
_PASSING = {"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PROTOCOL"}
_OUTSIDE = (sqlite3.OperationalError, sqlite3.DatabaseError)
"""What disks and other programs cause, by exact type; the other classes of sqlite3 are mistakes of ours."""

CHECKPOINT_PAGES = 8_192
"""Of 4 KiB in the log before they go to their places: a page of an index that many transactions change goes once."""

T = TypeVar("T")


class Store(sqlite3.Connection):
    """A connection to a store; ``path`` is the file as the person named it."""

    path = ""


def connect(path: str, mode: str = "rw") -> Store:
    """Open a store for reading and writing; several writers take turns. Mode ``rwc`` makes a missing file.

    Raises:
        StoreError: the file is not there or cannot be opened.
    """
    address = f"{Path(path).absolute().as_uri()}?mode={mode}"
    try:
        store = sqlite3.connect(
            address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=Store, uri=True
        )
    except _OUTSIDE as error:
        raise StoreError(told(path, error)) from error
    store.path = path
    try:
        # With WAL a crash of the machine may lose the last commits, never the file.
        patiently(store, lambda: store.execute("PRAGMA synchronous = NORMAL"))
        store.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    except BaseException:
        store.close()
        raise
    return store


def in_transaction(store: Store, join: Callable[[Store], T]) -> T:
    """Run a join in one transaction, which is written whole or not at all; tried again as ``patiently`` says.

    Raises:
        StoreError: still failing after the last try; nothing of the join is in the store then.
    """

    def transaction() -> T:
        store.execute("BEGIN IMMEDIATE")
        try:
            result = join(store)
            store.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # what went wrong first is what is told
                store.rollback()
            raise
        return result

    return patiently(store, transaction)


def patiently(store: Store, action: Callable[[], T]) -> T:
    """Do something with the store, which must bear repeating; wait while it is locked, a little while it is full.

    Raises:
        StoreError: still failing after the last try, or failing in a way that does not pass.
    """
    begun, is_told = time.monotonic(), False
    for attempt in count(1):
        try:
            return action()
        except sqlite3.DatabaseError as error:
            if type(error) not in _OUTSIDE:
                raise
            wait = _wait(error, attempt)
            if wait is None:
                raise StoreError(told(store.path, error)) from error
            # A moment's lock is no news: of two that make a store, one is refused at once, without waiting.
            if not is_told and (_kind(error) != "SQLITE_BUSY" or time.monotonic() - begun > BUSY_SECONDS / 2):
                LOG.warning("%s; trying again", told(store.path, error).removesuffix(AFTERWARDS))
                is_told = True
            time.sleep(wait)
    raise AssertionError  # count() does not end


def _wait(error: sqlite3.Error, attempt: int) -> float | None:
    """Say how long to wait before the next try, in seconds; None: there is none."""
    kind = _kind(error)
    if attempt >= (BUSY_ATTEMPTS if kind == "SQLITE_BUSY" else ATTEMPTS if kind in _PASSING else 1):
        return None
    return BUSY_PAUSE_SECONDS if kind == "SQLITE_BUSY" else FIRST_WAIT_SECONDS * 2 ** (attempt - 1)


def told(path: str, error: sqlite3.Error) -> str:
    """Tell an error of SQLite as a sentence, with its code for who looks it up."""
    kind = _kind(error)
    sentence = f"cannot use {path}: {_WORDS.get(kind, error)} ({getattr(error, 'sqlite_errorname', 'no code')})"
    return sentence + (AFTERWARDS if kind in _PASSING else "")


def _kind(error: sqlite3.Error) -> str:
    """Give the primary code: SQLITE_IOERR of SQLITE_IOERR_WRITE."""
    return "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
