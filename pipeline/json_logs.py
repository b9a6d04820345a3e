"""Logs as JSON lines, for Cloud Logging: severity and stage beside the message, and no more of a kind than is read."""

import json
import logging
import time
from typing import Any

from pipeline.endpoints.seldom import Seldom


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
