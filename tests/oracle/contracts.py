"""The six contracts, in a notation of our own: what each field of an event's data may be."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.oracle import times

Check = Callable[[Any, str], Iterator[str]]
"""Gives the JSON pointer of each fault of a value that stands at a pointer."""

LONGEST_NAME = 256
LARGEST = 2**53 - 1


def where(is_right: Callable[[Any], bool]) -> Check:
    """Say of a value whether it is right."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not is_right(value):
            yield pointer

    return check


def text(most: int, least: int = 0, pattern: str = ".*") -> Check:
    """Expect text of so many characters."""
    form = re.compile(pattern, re.DOTALL)
    return where(lambda value: isinstance(value, str) and least <= len(value) <= most and bool(form.fullmatch(value)))


def number(least: float, most: float, *, whole: bool = True) -> Check:
    """Expect a number within bounds, both included; a whole one may be written with a point."""

    def is_right(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return least <= value <= most and (not whole or value == int(value))

    return where(is_right)


def one_of(*values: str | None) -> Check:
    """Expect one of a few values."""
    return where(lambda value: isinstance(value, str | None) and value in values)


def maybe(check: Check) -> Check:
    """Allow null as well."""

    def check_or_null(value: Any, pointer: str) -> Iterator[str]:
        if value is not None:
            yield from check(value, pointer)

    return check_or_null


@dataclass(frozen=True)
class Record:
    """Expects an object with the required fields, and with no others than the known ones if it is closed."""

    required: frozenset[str]
    closed: bool
    fields: dict[str, Check]

    def __call__(self, value: Any, pointer: str) -> Iterator[str]:
        """Give the faults, as a Check does."""
        if not isinstance(value, dict):
            yield pointer
            return
        if not self.required <= value.keys() or (self.closed and not value.keys() <= self.fields.keys()):
            yield pointer
        for name, check in self.fields.items():
            if name in value:
                yield from check(value[name], f"{pointer}/{name}")


def record(required: str, *, closed: bool = False, **fields: Check) -> Record:
    """Make a Record; the names of required fields are separated by spaces."""
    return Record(frozenset(required.split()), closed, fields)


def _is_page(value: Any) -> bool:
    """Tell an absolute http or https URL, or a path."""
    if not isinstance(value, str) or len(value) > 2048:
        return False
    if value.startswith("/"):
        return True
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in parts.netloc
    except ValueError:
        return False


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and times.parsed(value) is not None


def _is_token(value: Any) -> bool:
    """Tell a name that is no card number."""
    is_name = isinstance(value, str) and 1 <= len(value) <= LONGEST_NAME
    return is_name and not re.fullmatch(r"[ -]*(?:[0-9][ -]*){12,19}", value)


NAME = text(LONGEST_NAME, 1)
NAME_OR_NOT = maybe(text(LONGEST_NAME))
HEADER_OR_NOT = maybe(text(8192))
COUNTRY_OR_NOT = maybe(text(2, 2, "[A-Z]{2}"))


def _geo(*, closed: bool) -> Check:
    return maybe(
        record(
            "",
            closed=closed,
            lat=maybe(number(-90, 90, whole=False)),
            lon=maybe(number(-180, 180, whole=False)),
            country=COUNTRY_OR_NOT,
            asn=maybe(number(0, 2**32 - 1)),
        )
    )


_CARD = record(
    "fingerprint bin last4",
    closed=True,
    fingerprint=where(_is_token),
    bin=text(8, 6, "[0-9]+"),
    last4=text(4, 4, "[0-9]+"),
    brand=maybe(text(64)),
    funding=maybe(text(64)),
    issuer_country=COUNTRY_OR_NOT,
    exp_month=maybe(number(1, 12)),
    exp_year=maybe(number(2000, 2199)),
)

CONTRACTS: dict[str, Record] = {
    "web.page_view.v1": record(
        "url",
        url=where(_is_page),
        user_id=NAME_OR_NOT,
        session_id=NAME_OR_NOT,
        ip=NAME_OR_NOT,
        referrer=HEADER_OR_NOT,
        user_agent=HEADER_OR_NOT,
    ),
    "http.request.v1": record(
        "status ip",
        method=maybe(text(64)),
        url=HEADER_OR_NOT,
        status=number(100, 599),
        bytes=maybe(number(0, LARGEST)),
        ip=NAME,
        referrer=HEADER_OR_NOT,
        user_agent=HEADER_OR_NOT,
    ),
    "payment.authorization.v1": record(
        "transaction_id merchant_id amount currency status card ip",
        closed=True,
        transaction_id=NAME,
        merchant_id=NAME,
        mcc=maybe(text(4, 4, "[0-9]+")),
        amount=number(0, LARGEST),
        currency=text(3, 3, "[A-Z]+"),
        status=one_of("approved", "declined", "error"),
        response_code=maybe(text(16)),
        channel=one_of("ecommerce", "moto", "pos", "recurring", None),
        account_id=NAME_OR_NOT,
        card=_CARD,
        checks=maybe(record("", closed=True, cvc=maybe(text(32, 0, "[^0-9]*")), avs_postal=maybe(text(32)))),
        ip=NAME,
        device_id=NAME_OR_NOT,
        session_id=NAME_OR_NOT,
        user_agent=HEADER_OR_NOT,
        geo=_geo(closed=True),
    ),
    "account.login.v1": record(
        "account_id outcome ip",
        account_id=NAME,
        outcome=one_of("success", "failure"),
        failure_reason=maybe(text(1024)),
        ip=NAME,
        device_id=NAME_OR_NOT,
        session_id=NAME_OR_NOT,
        user_agent=HEADER_OR_NOT,
        geo=_geo(closed=False),
    ),
    "account.change.v1": record(
        "account_id change_type",
        account_id=NAME,
        change_type=one_of("password", "email", "phone", "address", "mfa", "payout", "device_added"),
        ip=NAME_OR_NOT,
        device_id=NAME_OR_NOT,
        actor=one_of("self", "support", None),
    ),
    "fraud.review.v1": record(
        "review_id alert_id rule_id entity_type entity verdict reviewer decided_at",
        review_id=NAME,
        alert_id=NAME,
        rule_id=NAME,
        entity_type=text(64, 1),
        entity=text(1024, 1),
        verdict=one_of("confirmed_fraud", "false_positive", "inconclusive"),
        reviewer=NAME,
        note=maybe(text(4096)),
        decided_at=where(_is_time),
    ),
}


def contract_of(event_type: str) -> str:
    """Give the longest suffix of a type, at a dot, that names a contract; none is empty."""
    words = event_type.split(".")
    suffixes = (".".join(words[start:]) for start in range(len(words)))
    return next((suffix for suffix in suffixes if suffix in CONTRACTS), "")


def fields_of(contract: str) -> set[str]:
    """Name the fields that a contract knows."""
    return set(CONTRACTS[contract].fields)


def faults(contract: str, data: Any) -> set[str]:
    """Give the JSON pointers, from the event, of all that breaks a contract."""
    return set(CONTRACTS[contract](data, "/data"))
