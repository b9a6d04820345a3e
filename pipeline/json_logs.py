"""Logs as JSON lines, for Cloud Logging: severity and stage beside the message, and no more of a kind than is read."""

import json
import logging
import time
from typing import Any

MOST_IN_A_MINUTE = 10
"""Lines of one kind; the next that is let through says how many were not."""


def write_json_logs(logger: logging.Logger) -> None:
    """Let the handlers of a logger write JSON lines, and seldom the same."""
    for handler in logger.handlers:
        handler.setFormatter(JsonLines())
        handler.addFilter(Seldom())


class JsonLines(logging.Formatter):
    """Writes a record as one line, in the fields that Cloud Logging knows.

    Messages of Millrace name homes, counts and codes, never what an event holds; ``stage`` is the module that speaks.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        entry: dict[str, Any] = {
            "severity": record.levelname,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "stage": record.name.rpartition(".")[2],
            "logger": record.name,
            "message": record.getMessage(),
        }
        if withheld := getattr(record, "withheld", 0):
            entry["withheld"] = withheld
        if record.exc_info:
            entry["stacktrace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


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
