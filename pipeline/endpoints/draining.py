"""Draining a live run in this process: nothing more is read, and what was read is written before the input ends."""

import time

QUIET_SECONDS = 23.0
"""Without a write for so long nothing is on its way any more: what waits for a pane waits ten seconds at most, twice in
the ledger. Prism, when its input ends first, can lose such panes or give them twice (docs/decisions.md)."""


class Drain:
    """Whether the run is to end, and when anything was written last. Asked and told by many threads."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._begun: float | None = None
        self._wrote = 0.0

    def set(self) -> None:
        """Begin to drain; once more changes nothing."""
        if self._begun is None:
            self._begun = time.monotonic()

    def is_set(self) -> bool:
        """Tell whether the run drains."""
        return self._begun is not None

    def wrote(self) -> None:
        """Note that something was written."""
        self._wrote = time.monotonic()

    def is_quiet(self) -> bool:
        """Tell whether the run drains and everything is written."""
        return self._begun is not None and time.monotonic() - max(self._begun, self._wrote) >= QUIET_SECONDS


DRAIN = Drain()
