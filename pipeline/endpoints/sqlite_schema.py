"""The local store's schema: one SQLite file, its version, and the options that shaped what is in it."""

import json
import secrets
import shlex
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from pipeline.endpoints.notebooks import refuse_differing
from pipeline.endpoints.sqlite_access import Store, connect, in_transaction, patiently
from pipeline.errors import Misfit, MisfitError, StoreError

STORE_NAME = "millrace.db"
APPLICATION_ID = 0x4D696C6C  # "Mill", so that file(1) and we ourselves can tell a store from any other database
SCHEMA_VERSION = 4

SCHEMA = """
CREATE TABLE page_views (
    url TEXT NOT NULL, window_start TEXT NOT NULL, window_end TEXT NOT NULL,
    views INTEGER NOT NULL, bot_views INTEGER NOT NULL, visitors INTEGER NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (url, window_start, window_end)
) WITHOUT ROWID;
CREATE INDEX page_views_by_window ON page_views (window_start, views, bot_views);
CREATE TABLE page_view_sets (
    url TEXT NOT NULL, window_start TEXT NOT NULL, window_end TEXT NOT NULL,
    view_set BLOB NOT NULL, bot_set BLOB NOT NULL, visitor_set BLOB NOT NULL,
    PRIMARY KEY (url, window_start, window_end)
) WITHOUT ROWID;
CREATE TABLE fraud_alerts (
    alert_id TEXT PRIMARY KEY,
    pattern TEXT NOT NULL, rule_id TEXT NOT NULL, rule_version TEXT NOT NULL, severity TEXT NOT NULL,
    score INTEGER NOT NULL, entity_type TEXT NOT NULL, entity TEXT NOT NULL,
    window_start TEXT NOT NULL, window_end TEXT NOT NULL,
    first_event_time TEXT NOT NULL, last_event_time TEXT NOT NULL,
    reasons TEXT NOT NULL, event_ids TEXT NOT NULL, evidence_seen INTEGER NOT NULL,
    status TEXT NOT NULL, superseded_by TEXT NOT NULL, updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX fraud_alerts_by_entity ON fraud_alerts (entity_type, entity, window_start);
CREATE TABLE fraud_evidence (slot INTEGER PRIMARY KEY, evidence BLOB NOT NULL);
CREATE TABLE fraud_found (
    slot INTEGER NOT NULL, source TEXT NOT NULL, alert_id TEXT NOT NULL, outcome TEXT NOT NULL,
    rule_id TEXT NOT NULL, entity_type TEXT NOT NULL, entity TEXT NOT NULL, evidence_seen INTEGER NOT NULL,
    alert TEXT NOT NULL, suppressed_by TEXT NOT NULL,
    PRIMARY KEY (slot, source, alert_id)
) WITHOUT ROWID;
CREATE INDEX fraud_found_by_entity ON fraud_found (entity_type, entity, rule_id);
CREATE TABLE reviews (
    review_id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL, rule_id TEXT NOT NULL, entity_type TEXT NOT NULL, entity TEXT NOT NULL,
    case_key TEXT NOT NULL, verdict TEXT NOT NULL, reviewer TEXT NOT NULL, note TEXT NOT NULL,
    decided_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX reviews_by_entity ON reviews (entity_type, entity, rule_id);
CREATE TABLE case_actions (
    action_id TEXT PRIMARY KEY,
    case_key TEXT NOT NULL, action TEXT NOT NULL, reviewer TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL,
    expected_version INTEGER NOT NULL,
    UNIQUE (case_key, expected_version)
) WITHOUT ROWID;
CREATE TABLE review_outbox (number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, event TEXT NOT NULL);
CREATE VIEW fraud_rule_quality AS
    WITH verdicts AS (
        SELECT rule_id, verdict,
            row_number() OVER (PARTITION BY alert_id ORDER BY decided_at DESC, review_id DESC) AS place
        FROM reviews
    ), counted AS (
        SELECT rule_id, count(*) AS alerts, 0 AS confirmed_fraud, 0 AS false_positive, 0 AS inconclusive
        FROM fraud_alerts WHERE status = 'open' GROUP BY rule_id
        UNION ALL
        SELECT rule_id, 0, sum(verdict = 'confirmed_fraud'), sum(verdict = 'false_positive'),
            sum(verdict = 'inconclusive')
        FROM verdicts WHERE place = 1 GROUP BY rule_id
    )
    SELECT rule_id, sum(alerts) AS alerts, sum(confirmed_fraud) AS confirmed_fraud,
        sum(false_positive) AS false_positive, sum(inconclusive) AS inconclusive,
        round(1.0 * sum(confirmed_fraud) / nullif(sum(confirmed_fraud) + sum(false_positive), 0), 3) AS precision
    FROM counted GROUP BY rule_id;
CREATE TABLE fraud_outbox (number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, event TEXT NOT NULL);
CREATE TABLE dead_letters (
    dead_letter_id TEXT PRIMARY KEY,
    timestamp TEXT NOT NULL, payload_string TEXT, payload_bytes BLOB NOT NULL, attributes TEXT NOT NULL,
    error_message TEXT NOT NULL, stacktrace TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    violations TEXT NOT NULL, event_type TEXT NOT NULL, message_id TEXT NOT NULL, position TEXT NOT NULL,
    publish_time TEXT NOT NULL, attempt INTEGER NOT NULL, pipeline_version TEXT NOT NULL
);
CREATE INDEX dead_letters_by_reason ON dead_letters (reason);
CREATE TABLE ledger (
    run TEXT NOT NULL, event_type TEXT NOT NULL, minute TEXT NOT NULL,
    received INTEGER NOT NULL, counted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
    rejected TEXT NOT NULL, masked INTEGER NOT NULL,
    PRIMARY KEY (run, event_type, minute)
) WITHOUT ROWID;
CREATE INDEX ledger_by_minute ON ledger (minute, event_type, counted, duplicate);
CREATE TABLE receipts (
    attempt TEXT NOT NULL, home TEXT NOT NULL, written INTEGER NOT NULL,
    PRIMARY KEY (attempt, home)
) WITHOUT ROWID;
CREATE TABLE rejects_written (
    attempt TEXT NOT NULL, ids BLOB NOT NULL
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def prepare(folder: str, options: Mapping[str, str]) -> tuple[str, int]:
    """Make the store, or check that an existing one fits; give its path and the seed of its hashes.

    Several processes may do so at once. A file that is not ours is left as it is, byte for byte.

    Args:
        folder: the output folder; made where it is missing.
        options: the options that shape results, by name; a store made with others is refused.

    Raises:
        MisfitError: the output is no folder, or holds another program's file, another version's, or results of other
            options.
        StoreError: the folder or the store cannot be written.
    """
    path = str(Path(folder) / STORE_NAME)
    _make_folder(folder)
    _refuse_foreign(folder, path)
    with closing(connect(path, "rwc")) as store:
        seed = in_transaction(store, lambda store: _open_or_create(store, folder, options))
        patiently(store, lambda: store.execute("PRAGMA journal_mode = WAL").fetchone())
    return path, seed


def _make_folder(folder: str) -> None:
    if "://" in folder:
        raise _misfit(folder, "a folder on this machine: the local store is a file")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _misfit(folder, "a folder; this, or what it lies in, is a file") from error
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder}: {error.strerror or error}") from error


def _refuse_foreign(folder: str, path: str) -> None:
    """Look at the file as it lies on disk, without locks, journals or any other trace.

    Our own creation goes, in one step, from an empty file to one that carries our id; whatever else is there is not
    ours.
    """
    try:
        if not Path(path).stat().st_size:
            return
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot use {path}: {error.strerror or error}") from error
    address = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as looker:
            (application,) = looker.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB" or Path(f"{path}-journal").exists():
            return  # half written, damaged, or left by a crash: opening it properly waits, tells, or mends
        raise _misfit(folder, f"an output of Millrace; {path} is not a database, and is left as it is") from error
    if application != APPLICATION_ID:
        raise _misfit(folder, f"an output of Millrace; {path} is another program's, and is left as it is")


def _open_or_create(store: Store, folder: str, options: Mapping[str, str]) -> int:
    """Give the seed, of a store that is there or of a new one."""
    (application,) = store.execute("PRAGMA application_id").fetchone()
    if application == APPLICATION_ID:
        return _check(store, folder, options)
    seed = secrets.randbits(63)
    store.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    store.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            store.execute(statement)
    values = {"options": json.dumps(dict(options), sort_keys=True), "seed": str(seed)}
    store.executemany("INSERT INTO settings VALUES (?, ?)", values.items())
    return seed


def _check(store: Store, folder: str, options: Mapping[str, str]) -> int:
    (version,) = store.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        raise _misfit(
            folder,
            f"an output of schema version {SCHEMA_VERSION}; {store.path} has version {version}: use the Millrace"
            " that made it, or another output",
        )
    settings = dict(store.execute("SELECT name, value FROM settings"))
    refuse_differing(json.loads(settings["options"]), options, store.path, _another(folder))
    return int(settings["seed"])


def _misfit(folder: str, expected: str) -> MisfitError:
    return MisfitError([Misfit("--output", folder, expected, _another(folder))])


def _another(folder: str) -> str:
    """Name an output beside this one."""
    beside = "out2" if "://" in folder else (folder.rstrip("/") or "out") + "2"
    return f"--output {shlex.quote(beside)}"
