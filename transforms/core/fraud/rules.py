"""Fraud rules as data: what docs/fraud.md defines, with the numbers that a rules file gives."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from transforms.core.times import DAY, HOUR, MINUTE

ENTITY_TYPES = ("ip", "device", "card", "account", "card|merchant", "merchant|bin")
PATTERNS = ("card_testing", "account_takeover")
MEASURES = ("attempts", "declines", "cards", "small_cards", "failed_accounts", "failures")
CHANGES = ("password", "email", "phone", "address", "mfa", "payout", "device_added")
MEASURED_ENTITIES: Mapping[str, tuple[str, ...]] = {
    "attempts": ENTITY_TYPES,
    "declines": ENTITY_TYPES,
    "cards": ("ip", "device", "account", "merchant|bin"),
    "small_cards": ("ip", "device", "account", "merchant|bin"),
    "failed_accounts": ("ip", "device"),
    "failures": ("ip", "account"),
}
"""Which entities a measure can be taken of."""
SMALL = Decimal(5)
"""What amount, in major units, is not small any more for the measure of small cards."""
MOST = 64
"""The greatest threshold of a number: evidence keeps so many distinct values a bucket and kind."""


class State(StrEnum):
    """What becomes of what a rule finds."""

    ACTIVE = "ACTIVE"
    SHADOW = "SHADOW"
    """Evaluated and counted, no alert."""
    PAUSED = "PAUSED"


class Severity(StrEnum):
    """How urgent an alert is."""

    REVIEW = "review"
    HIGH = "high"


class RuleKind(StrEnum):
    """The kinds of rules that docs/fraud.md defines."""

    MEASURE = "measure"
    SHARE = "share"
    AMOUNTS = "amounts"
    FAILURES_THEN_SUCCESS = "failures_then_success"
    SUCCESS_WHILE = "success_while"
    TRAVEL = "travel"
    CHAIN = "chain"
    CHANGED = "changed"


class Rule(NamedTuple):
    """One rule; which fields its kind uses, docs/fraud.md says.

    ``window`` and ``history`` are in microseconds, amounts in major units. ``sources`` says of each threshold where it
    comes from.
    """

    id: str
    pattern: str
    kind: RuleKind
    entities: tuple[str, ...]
    window: int
    state: State = State.ACTIVE
    measure: str = ""
    review: float = 0
    high: float | None = None
    min_share: float = 0
    at_least: int = 0
    severity: Severity = Severity.REVIEW
    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)
    kmh: float = 0
    km: float = 0
    changes: tuple[str, ...] = ()
    amount: Decimal = Decimal(0)
    times: float = 0
    history: int = 0
    rules: tuple[str, ...] = ()
    sources: Mapping[str, str] = {}

    @property
    def bucket(self) -> int:
        """Give the width of the buckets that the rule counts in."""
        return MINUTE if self.window <= HOUR else HOUR

    @property
    def gap(self) -> int:
        """Give the longest time between two windows of one episode."""
        return min(self.window, DAY)


class Listed(NamedTuple):
    """An entity that is allowed or blocked, until a time in microseconds where it has one."""

    entity_type: str
    entity: str
    reason: str
    until: int | None = None


class FraudRules(NamedTuple):
    """A rules file. ``digest`` tells it from others: a hash of its content, whatever the layout."""

    version: str
    rules: tuple[Rule, ...]
    allow: tuple[Listed, ...] = ()
    block: tuple[Listed, ...] = ()
    digest: str = ""

    @property
    def look_back(self) -> int:
        """Give how far back rules look for all of an episode's last window and what may chain with it."""
        return max((rule.window + rule.gap for rule in self.rules), default=0)
