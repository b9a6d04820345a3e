"""RFC 3339 times, exact to the microsecond: what is finer is cut."""

import re
from datetime import UTC, datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)


def parsed(text: str) -> datetime | None:
    """Read a time with an offset; None where it has none, is impossible, or is written in another form."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    fraction, zulu, sign, hours, minutes = match.groups()[6:]
    if not zulu and (int(hours) > 23 or int(minutes) > 59):
        return None
    offset = timedelta() if zulu else timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    micros = int((fraction or "")[:6].ljust(6, "0"))
    try:
        time = datetime.strptime(" ".join((*match.groups()[:6], "+0000")), "%Y %m %d %H %M %S %z")
        return time.replace(microsecond=micros, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def floored(time: datetime, width: timedelta) -> datetime:
    """Give the start of the window that a time lies in."""
    return EPOCH + (time - EPOCH) // width * width


def shown(time: datetime | None) -> str:
    """Write a time as tables have it: to the second; none is empty."""
    return "" if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
