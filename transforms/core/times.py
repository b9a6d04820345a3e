"""Times as integers: microseconds since 1970-01-01T00:00:00Z, always floored.

Texts are RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339#section-5.6); arithmetic is exact, no float is made.
"""

import re
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST_DURATION = 3650 * DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COMMON = ("--T::.", "--T::Z")
_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d:\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_FRACTION = 7  # a point and six digits
_UNITS = {"ms": 1000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d{1,12})(ms|s|m|h|d)", re.ASCII)


def parse_time(text: str) -> int:
    """Parse an RFC 3339 time with offset to microseconds, floored (finer digits are cut off).

    Raises:
        ValueError: no such time: another form, no offset, impossible, or outside the years 0001 to 9999 in UTC.
    """
    # The common form, told by its separators (every third character from the fourth), needs no regular expression.
    if text[4:20:3] in _COMMON and text[-1] == "Z" and text[11:13] < "24":
        try:
            return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
        except ValueError:
            pass  # said in words below
    return _parse_any(text)


def _parse_any(text: str) -> int:
    match = _RFC_3339.fullmatch(text)
    if not match:
        raise ValueError(_why_not(text))
    day, clock, fraction, sign, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}{(fraction or '')[:_FRACTION]}+00:00")
    except ValueError as error:
        raise ValueError(f"no such time ({error})") from None
    offset = _offset(sign, hours, minutes)
    try:
        return (local - offset - _EPOCH) // _MICROSECOND
    except OverflowError:
        raise ValueError("outside the years 0001 to 9999 in UTC") from None


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    if sign is None or hours is None or minutes is None:
        return timedelta()
    if int(hours) > 23 or int(minutes) > 59:  # noqa: PLR2004 - a clock's
        raise ValueError(f"no such offset ({sign}{hours}:{minutes})")
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return -size if sign == "-" else size


def _why_not(text: str) -> str:
    if _RFC_3339.fullmatch(text + "Z"):
        return "has no offset from UTC; expected like 2026-09-17T10:40:05Z"
    return "is no RFC 3339 time; expected like 2026-09-17T10:40:05Z"


def format_time(micros: int) -> str:
    """Write a time as ISO 8601 in UTC, floored to the second: 2026-09-17T10:40:00Z."""
    moment = _EPOCH + timedelta(seconds=micros // SECOND)
    return f"{moment.year:04d}{moment:-%m-%dT%H:%M:%SZ}"


def window_start(micros: int, width: int) -> int:
    """Floor a time to its fixed window; before 1970 too."""
    return micros // width * width


def parse_duration(text: str) -> int:
    """Parse a duration (250ms, 60s, 5m, 1h, 7d) to microseconds.

    Raises:
        ValueError: no such form, or longer than 3,650 days.
    """
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError("expected a number and a unit, like 60s, 5m or 1h")
    size = int(match[1]) * _UNITS[match[2]]
    if size > LONGEST_DURATION:
        raise ValueError("longer than 3650 days")
    return size
