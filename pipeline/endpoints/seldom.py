"""Log records that come seldom: a few of a kind each minute."""

import logging

MOST_IN_A_MINUTE = 10
"""Lines of one kind; the next that is let through says how many were not."""


class Seldom(logging.Filter):
    """Lets a few lines of a kind through each minute; a kind is a place in the code: one text with many arguments."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a record."""
        kind = record.pathname, record.lineno
        begun, count = self._counts.get(kind, (record.created, 0))
        if record.created - begun >= 60:  # noqa: PLR2004 - seconds of a minute
            record.withheld = max(0, count - MOST_IN_A_MINUTE)
            begun, count = record.created, 0
        self._counts[kind] = begun, count + 1
        return count < MOST_IN_A_MINUTE
