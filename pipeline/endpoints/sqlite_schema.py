"""The local store's schema: one SQLite file, its version, and the options that shaped what is in it."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from pipeline.errors import StoreError

STORE_NAME = "millrace.db"
APPLICATION_ID = 0x4D696C6C  # "Mill", so that file(1) and we ourselves can tell a store from any other database
SCHEMA_VERSION = 1
BUSY_SECONDS = 60

SCHEMA = """
CREATE TABLE page_views (
    url TEXT NOT NULL, window_start TEXT NOT NULL, window_end TEXT NOT NULL,
    views INTEGER NOT NULL, bot_views INTEGER NOT NULL, visitors INTEGER NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (url, window_start, window_end)
) WITHOUT ROWID;
CREATE INDEX page_views_by_window ON page_views (window_start, views);
CREATE TABLE page_view_sets (
    url TEXT NOT NULL, window_start TEXT NOT NULL, window_end TEXT NOT NULL,
    view_set BLOB NOT NULL, bot_set BLOB NOT NULL, visitor_set BLOB NOT NULL,
    PRIMARY KEY (url, window_start, window_end)
) WITHOUT ROWID;
CREATE TABLE dead_letters (
    dead_letter_id TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL, payload_string TEXT, payload_bytes BLOB NOT NULL, attributes TEXT NOT NULL,
    error_message TEXT NOT NULL, stacktrace TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    violations TEXT NOT NULL, event_type TEXT NOT NULL, message_id TEXT NOT NULL, position TEXT NOT NULL,
    publish_time TEXT NOT NULL, attempt INTEGER NOT NULL, pipeline_version TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX dead_letters_by_reason ON dead_letters (reason);
CREATE TABLE ledger (
    run TEXT NOT NULL, event_type TEXT NOT NULL, minute TEXT NOT NULL,
    received INTEGER NOT NULL, counted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
    rejected TEXT NOT NULL, masked INTEGER NOT NULL,
    PRIMARY KEY (run, event_type, minute)
) WITHOUT ROWID;
CREATE TABLE receipts (
    run TEXT NOT NULL, home TEXT NOT NULL, written INTEGER NOT NULL,
    PRIMARY KEY (run, home)
) WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def connect(path: str) -> sqlite3.Connection:
    """Open a store that exists, for reading and writing; several writers take turns."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = NORMAL")  # with WAL a crash may lose the last commit, never the file
    return connection


def prepare(folder: str, options: Mapping[str, str]) -> tuple[str, int]:
    """Make the store, or check that an existing one fits; give its path and the seed of its hashes.

    Args:
        folder: the output folder; made where it is missing.
        options: the options that shape results; a store made with others is refused.

    Raises:
        StoreError: the folder cannot be written, the file is no store of this version, or the options differ.
    """
    path = str(Path(folder) / STORE_NAME)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                _create_if_new(connection, path, options)
                seed = _check(connection, path, options)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write to {path}: {_reason(error)}") from error
    return path, seed


def _create_if_new(connection: sqlite3.Connection, path: str, options: Mapping[str, str]) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == APPLICATION_ID:
        return
    if tables:
        raise StoreError(f"{path} is a database of something else; choose another --output")
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    values = {"options": json.dumps(dict(options), sort_keys=True), "seed": str(secrets.randbits(63))}
    connection.executemany("INSERT INTO settings VALUES (?, ?)", values.items())


def _check(connection: sqlite3.Connection, path: str, options: Mapping[str, str]) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema version {version}, this program writes version {SCHEMA_VERSION}; "
            "use the program that made it, or choose another --output"
        )
    settings = dict(connection.execute("SELECT name, value FROM settings"))
    held = json.loads(settings["options"])
    differing = [name for name in sorted(held.keys() | options.keys()) if held.get(name) != options.get(name)]
    if differing:
        lines = "".join(f"\n  {name}: {held.get(name)} there, {options.get(name)} now" for name in differing)
        raise StoreError(
            f"{path} was made with other options, and results of both would not fit together:{lines}\n"
            "Run with the same options, or choose another --output."
        )
    return int(settings["seed"])


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
