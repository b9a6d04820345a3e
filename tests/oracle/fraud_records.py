"""What the modules of the fraud oracle hand each other, and how they read numbers of the rules."""

import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.oracle import times

Rule = dict[str, Any]
"""One rule, as its file has it."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY
"""How far back an account is remembered."""
_UNITS = {"s": timedelta(seconds=1), "m": times.MINUTE, "h": HOUR, "d": DAY}


class Attempt(NamedTuple):
    """A payment that was declined or approved, its amount in major units; missing values are empty."""

    time: datetime
    identity: tuple[str, str]
    parts: dict[str, str]
    amount: Fraction
    currency: str
    is_declined: bool

    @property
    def account(self) -> str:
        """The account that paid."""
        return self.parts["account"]


class Login(NamedTuple):
    """A login. Its position is latitude and longitude where both are known."""

    time: datetime
    identity: tuple[str, str]
    parts: dict[str, str]
    device: str
    is_success: bool
    position: tuple[float, float] | None

    @property
    def account(self) -> str:
        """The account that was tried."""
        return self.parts["account"]

    @property
    def ip(self) -> str:
        """Where from."""
        return self.parts["ip"]


class Change(NamedTuple):
    """A change of an account."""

    time: datetime
    account: str
    kind: str


class History(NamedTuple):
    """All events that count, each list in the order of time."""

    attempts: list[Attempt]
    logins: list[Login]
    changes: list[Change]

    @property
    def successes(self) -> list[Login]:
        """The logins that succeeded."""
        return [login for login in self.logins if login.is_success]

    @property
    def approved(self) -> list[Attempt]:
        """The payments that were approved."""
        return [attempt for attempt in self.attempts if not attempt.is_declined]


class Firing(NamedTuple):
    """A window in which a rule fires for an entity: the time of its first event, and what is observed in it.

    Where accounts are what is observed, there is one here and ``observed`` is 1. ``bad`` is how many bad things there
    are, where that is not what is observed.
    """

    entity_type: str
    entity: str
    start: datetime
    end: datetime
    first: datetime
    observed: Fraction
    account: str = ""
    bad: int | None = None


class Episode(NamedTuple):
    """One alert."""

    rule_id: str
    entity_type: str
    entity: str
    window_start: datetime
    window_end: datetime
    observed: float
    severity: str


def duration(text: str) -> timedelta:
    """Read a duration such as 30s, 10m, 24h or 1d."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()  # type: ignore[union-attr]
    return int(number) * _UNITS[unit]


def number(rule: Rule, name: str) -> Fraction:
    """Give a number of a rule as it is written: 0.40 is two fifths, which no float is."""
    return Fraction(str(rule[name]["value"]))
