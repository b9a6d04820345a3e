"""OUTPUT/reviews.jsonl: verdicts as CloudEvents, an event a line, which every run into the output reads.

Others may write lines there, too. So lines are only added: those of the store's outbox that are not in the file.
"""

import fcntl
import json
import os
from contextlib import closing
from pathlib import Path

from pipeline.endpoints.alert_log import REVIEWS_NAME
from pipeline.endpoints.sqlite_access import connect, patiently
from pipeline.errors import StoreError

_MOST_LINE = 1 << 20


def write_review_log(store_path: str) -> int:
    """Add the verdicts that are not in the file yet; gives how many. What a crash left out is added the next time.

    Raises:
        StoreError: the store cannot be read, or the file not be written.
    """
    target = Path(store_path).with_name(REVIEWS_NAME)
    with closing(connect(store_path)) as store:
        query = "SELECT event_id, event FROM review_outbox ORDER BY number"
        events = patiently(store, lambda: store.execute(query).fetchall())
    if not events:
        return 0
    try:
        with target.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # of two that add at once, the second sees what the first added
            file.seek(0)
            held, ended = _ids(file.readlines())
            missing = [event for event_id, event in events if event_id not in held]
            if missing:
                lines = "".join(f"{event}\n" for event in missing).encode()
                file.write(lines if ended else b"\n" + lines)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error
    return len(missing)


def _ids(lines: list[bytes]) -> tuple[set[str], bool]:
    """Give the ids of the events in the file, and whether its last line is whole."""
    held = set()
    for line in lines:
        try:
            event = json.loads(line[:_MOST_LINE])
        except ValueError:
            continue
        if isinstance(event, dict):
            held.add(str(event.get("id")))
    return held, not lines or lines[-1].endswith(b"\n")
