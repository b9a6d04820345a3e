"""Events for the cases that are worked by hand: a few words each, and each its own identity."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.oracle.fraud_history import CHANGE, LOGIN, PAYMENT
from tests.oracle.records import Admitted

NOON = datetime(2026, 9, 17, 12, tzinfo=UTC)
IP = "192.0.2.1"
_numbers = count(1)


def at(minutes: float = 0, *, hours: float = 0, micros: int = 0) -> datetime:
    """Give a time from noon on."""
    return NOON + timedelta(minutes=minutes, hours=hours, microseconds=micros)


def approved(card: int = 1, time: datetime = NOON, **changes: Any) -> Admitted:
    """Pay; without changes 19.99 EUR, at one IP and merchant, by nobody known."""
    facts = {"merchant_id": "shop", "amount": 1999, "currency": "EUR", "status": "approved", "ip": IP}
    means = {"fingerprint": f"fp_{card}", "bin": changes.pop("bin", "400000"), "last4": "0042"}
    return _event(PAYMENT, time, {"transaction_id": "t", **facts, "card": means, **changes})


def declined(card: int = 1, time: datetime = NOON, **changes: Any) -> Admitted:
    """Try to pay in vain."""
    return approved(card, time, **{"status": "declined", "response_code": "05"} | changes)


def success(account: str = "a", time: datetime = NOON, **changes: Any) -> Admitted:
    """Sign in; without changes at one IP."""
    return _event(LOGIN, time, {"account_id": account, "outcome": "success", "ip": IP, **changes})


def failure(account: str = "a", time: datetime = NOON, **changes: Any) -> Admitted:
    """Fail to sign in."""
    return success(account, time, **{"outcome": "failure"} | changes)


def failures(accounts: Iterable[int], time: datetime = NOON, **changes: Any) -> list[Admitted]:
    """Fail to sign in to the accounts of some numbers."""
    return [failure(f"a{number}", time, **changes) for number in accounts]


def change(kind: str = "email", time: datetime = NOON, account: str = "a") -> Admitted:
    """Change an account."""
    return _event(CHANGE, time, {"account_id": account, "change_type": kind})


def _event(contract: str, time: datetime, data: dict[str, Any]) -> Admitted:
    return Admitted(("test", str(next(_numbers))), contract, time, data, was_masked=False)
