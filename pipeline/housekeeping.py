"""What a live run does beside its job, from time to time: telling alerts, and removing what is old."""

import time
from contextlib import suppress

from options.settings import Settings
from pipeline.endpoints import resolve
from pipeline.endpoints.alert_log import newest_alert, write_alert_log
from pipeline.endpoints.archive import remove_abandoned
from pipeline.endpoints.sqlite_retention import prune
from pipeline.errors import StoreError
from transforms.core.times import DAY

ALERTS_SECONDS = 1.0
PRUNE_SECONDS = 600.0


class Housekeeping:
    """Keeps what lies beside the results in the local store up to date.

    Args:
        settings: of the run; without --retention live results are kept for a day.
        store: the local store.
    """

    def __init__(self, settings: Settings, store: str) -> None:
        self._store = store
        self._retention = DAY if settings.retention is None else settings.retention
        self._archive = resolve.archive_of(settings)
        self._told: int | None = None
        self._next_alerts = self._next_prune = 0.0

    def look(self) -> None:
        """Do what is due; a store that is busy is asked again the next time."""
        now = time.monotonic()
        if now >= self._next_alerts:
            self._next_alerts = now + ALERTS_SECONDS
            with suppress(StoreError):
                self._tell_alerts()
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_SECONDS
            with suppress(StoreError):
                prune(self._store, self._retention)
            remove_abandoned(self._archive)

    def finish(self) -> None:
        """Do all of it at the end.

        Raises:
            StoreError: the store cannot be read or written.
        """
        self._tell_alerts()
        prune(self._store, self._retention)

    def _tell_alerts(self) -> None:
        newest = newest_alert(self._store)
        if newest != self._told:
            write_alert_log(self._store)
            self._told = newest
