"""The events that count in the fraud rules, and the entities that they belong to."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeVar

from tests.oracle.fraud_records import Attempt, Change, History, Login
from tests.oracle.records import Admitted

PAYMENT, LOGIN, CHANGE = "payment.authorization.v1", "account.login.v1", "account.change.v1"
ISSUER_DOWN = ("91", "96")
_CODES = {0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 3: "BHD IQD JOD KWD LYD OMR TND"}
DECIMALS = {code: digits for digits, codes in (_CODES | {4: "CLF UYW"}).items() for code in codes.split()}
"""Digits after the point where they are not two (ISO 4217)."""

Act = TypeVar("Act", Attempt, Login)


def history_of(events: Iterable[Admitted]) -> History:
    """Sort out what counts. Of the events of one identity, the first by time and then by the data's repr counts."""
    history = History([], [], [])
    known = set()
    for event in sorted(events, key=lambda event: (event.time, repr(event.data), event.contract)):
        if event.identity in known:
            continue
        known.add(event.identity)
        if event.contract == PAYMENT and _is_attempt(event.data):
            history.attempts.append(_attempt(event))
        elif event.contract == LOGIN:
            history.logins.append(_login(event))
        elif event.contract == CHANGE:
            history.changes.append(Change(event.time, event.data["account_id"], event.data["change_type"]))
    return history


def _is_attempt(data: dict[str, Any]) -> bool:
    if data.get("channel") == "recurring":
        return False
    if data["status"] == "declined":
        return data.get("response_code") not in ISSUER_DOWN
    return bool(data["status"] == "approved")


def _attempt(event: Admitted) -> Attempt:
    data = event.data
    parts = {
        "ip": data["ip"],
        "device": data.get("device_id") or "",
        "card": data["card"]["fingerprint"],
        "account": data.get("account_id") or "",
        "merchant": data["merchant_id"],
        "bin": data["card"]["bin"],
    }
    amount = Fraction(int(data["amount"]), 10 ** DECIMALS.get(data["currency"], 2))
    return Attempt(event.time, event.identity, parts, amount, data["currency"], data["status"] == "declined")


def _login(event: Admitted) -> Login:
    data = event.data
    parts = {"ip": data["ip"], "device": data.get("device_id") or "", "account": data["account_id"]}
    geo = data.get("geo") or {}
    lat, lon = geo.get("lat"), geo.get("lon")
    position = None if lat is None or lon is None else (lat, lon)
    device = data.get("device_id") or ""
    return Login(event.time, event.identity, parts, device, data["outcome"] == "success", position)


def entity_of(act: Attempt | Login, entity_type: str) -> str:
    """Give the entity that an event belongs to; empty where a value of it is missing."""
    names = entity_type.split("|")
    values = [act.parts.get(name, "") for name in names]
    if not all(values):
        return ""
    return values[0] if len(names) == 1 else "|".join(map(_escaped, values))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|")


def by_entity(acts: Iterable[Act], entity_type: str) -> dict[str, list[Act]]:
    """Group events by the entity that they belong to; what belongs to none is left out."""
    groups: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if entity := entity_of(act, entity_type):
            groups[entity].append(act)
    return groups
