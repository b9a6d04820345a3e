"""The clock of a history: moments are microseconds from its start."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

START = datetime(2026, 9, 17, 10, 40, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
INDIA = timezone(timedelta(hours=5, minutes=30))
FORMS = (
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%dt%H:%M:%S.%f999z",
    "%Y-%m-%d %H:%M:%S.%f+00:00",
    "%Y-%m-%dT%H:%M:%S.%f",
)
"""The last names no offset, and is no time."""


class Clock(NamedTuple):
    """Tells times."""

    start: datetime = START

    def moment(self, micros: int) -> datetime:
        return self.start + timedelta(microseconds=micros)

    def rfc3339(self, micros: int, form: str = FORMS[0]) -> str:
        return self.moment(micros).strftime(form)

    def logged(self, micros: int, *, abroad: bool) -> str:
        return self.moment(micros).astimezone(INDIA if abroad else UTC).strftime("%d/%b/%Y:%H:%M:%S %z")


Text = Callable[[Clock], bytes]
"""A line, or the data of a message, at the times that a clock tells."""
