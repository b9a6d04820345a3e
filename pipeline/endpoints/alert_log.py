"""OUTPUT/alerts.jsonl: the changes of alerts as CloudEvents, an event a line, rewritten whole from the store."""

import os
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from pipeline.endpoints.sqlite_access import connect, patiently
from pipeline.errors import StoreError

ALERTS_NAME = "alerts.jsonl"
REVIEWS_NAME = "reviews.jsonl"


def write_alert_log(store_path: str) -> None:
    """Write the outbox beside the store: under another name first, so that no reader sees half a file.

    Where nothing was ever told there is no file.

    Raises:
        StoreError: the store cannot be read, or the file not be written.
    """
    target = Path(store_path).with_name(ALERTS_NAME)
    with closing(connect(store_path)) as store:
        query = "SELECT event FROM fraud_outbox ORDER BY number"
        events = patiently(store, lambda: store.execute(query).fetchall())
    if not events and not target.exists():
        return
    temporary = ""
    try:
        number, temporary = tempfile.mkstemp(prefix=".alerts-", dir=target.parent)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.writelines(f"{event}\n" for (event,) in events)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink()
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error


def newest_alert(store_path: str) -> int:
    """Give the number of the last change in the outbox; 0 where there is none.

    Raises:
        StoreError: the store cannot be read.
    """
    query = "SELECT coalesce(max(number), 0) FROM fraud_outbox"
    with closing(connect(store_path)) as store:
        number: int = patiently(store, lambda: store.execute(query).fetchone()[0])
    return number
