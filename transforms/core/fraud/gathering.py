"""Gathering: from admitted events to the facts that a set of rules asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from xxhash import xxh3_64_intdigest

from transforms.core.fraud.demands import is_evaluated, strands_of
from transforms.core.fraud.evidence import by_slot, collected, pack
from transforms.core.fraud.facts import WHOLE, Fact, Row, early, late, strand, width_of
from transforms.core.fraud.money import currency_number, in_minor_units
from transforms.core.fraud.rules import CHANGES, ENTITY_TYPES, FraudRules, Rule, RuleKind
from transforms.core.identity import event_identities
from transforms.core.records import Event
from transforms.core.times import MINUTE

PAYMENT, LOGIN, CHANGE = "payment.authorization.v1", "account.login.v1", "account.change.v1"
TYPES = frozenset({PAYMENT, LOGIN, CHANGE})
_ISSUER_DOWN = frozenset({"91", "96"})
_PLACE_DEGREES = 0.5
"""Places are this wide, some 50 km: less than what positions of IPs are good for."""
_MICRODEGREES = 1_000_000
_LOW = 0xFFFFFFFF
_OTHERS = ("device and ip", "place and device")
"""What else is hashed, beside the types of entities."""

Strands = tuple[tuple[int, int], ...]
"""Strands with the widths of their buckets."""


def entity_name(*parts: str) -> str:
    """Join the values that make an entity by bars; a bar in one is escaped."""
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


class Gatherer:
    """Collects facts of events until they are flushed as packed evidence, a slot of entities each.

    Args:
        rules: what is asked for.
        seed: keys the hashes.
        slots: how many parts the entities have.
    """

    def __init__(self, rules: FraudRules, seed: int = 0, slots: int = 64) -> None:
        evaluated = [rule for rule in rules.rules if is_evaluated(rule)]
        wanted = {number for rule in evaluated for kind in rule.entities for number in strands_of(rule, kind)}
        self._wanted = {kind: {fact: _strands(wanted, kind, fact) for fact in Fact} for kind in ENTITY_TYPES}
        self._types = frozenset(kind for kind in ENTITY_TYPES if any(self._wanted[kind].values()))
        self._limits = _Limits(evaluated)
        self._seed = seed
        self._seeds = {kind: xxh3_64_intdigest(kind.encode(), seed) for kind in (*ENTITY_TYPES, *_OTHERS)}
        self._slots = slots
        self._facts_of: Mapping[str, Callable[[Event, int], None]] = {
            PAYMENT: self._add_payment,
            LOGIN: self._add_login,
            CHANGE: self._add_change,
        }
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._facts: list[tuple[Row, int]] = []
        self._ids: list[str] = []
        self._names: dict[int, str] = {}

    def __len__(self) -> int:
        """Count the facts held."""
        return len(self._facts)

    def add(self, batch: Iterable[Event]) -> None:
        """Add the facts of a batch's payments, logins and account changes."""
        events = [event for event in batch if event.type in TYPES]
        for event, identity in zip(events, event_identities(events, self._seed), strict=True):
            self._ids.append(event.id)
            self._facts_of[event.type](event, identity)

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """Give what was collected, a (slot, packed evidence) pair per slot, and start afresh."""
        if self._facts:
            evidence = collected(self._facts, self._ids, self._names)
            self.reset()
            for slot, part in by_slot(evidence, self._slots):
                yield slot, pack(part)

    def _add_payment(self, event: Event, identity: int) -> None:
        data = event.data
        status = data["status"]
        is_declined = status == "declined" and data.get("response_code") not in _ISSUER_DOWN
        if data.get("channel") == "recurring" or not (is_declined or status == "approved"):
            return
        card, account = data["card"], data.get("account_id")
        names = {
            "ip": data["ip"],
            "device": data.get("device_id"),
            "card": card["fingerprint"],
            "account": account,
        }
        if "card|merchant" in self._types:
            names["card|merchant"] = entity_name(card["fingerprint"], data["merchant_id"])
        if "merchant|bin" in self._types:
            names["merchant|bin"] = entity_name(data["merchant_id"], card["bin"])
        card_key = self._hashed("card", card["fingerprint"])
        money = data["amount"], currency_number(data["currency"])
        sizes = self._limits.facts_of(data["amount"], data["currency"], is_approved=not is_declined)
        for kind, name in names.items():
            if not name or kind not in self._types:
                continue
            wanted, entity = self._wanted[kind], self._entity(kind, name)
            simple = (Fact.DECLINE, Fact.CARD_DECLINED) if is_declined else (Fact.APPROVAL, Fact.CARD_APPROVED)
            for fact, value in zip(simple, (identity, card_key), strict=True):
                self._put(wanted[fact], entity, value, event.time, identity)
            if account and not is_declined and (strands := wanted[Fact.ACCOUNT_PAID]):
                self._put(strands, entity, self._entity("account", account), event.time, identity)
            for fact in sizes:
                if strands := wanted[fact]:
                    value = _ordered_value(fact, event.time, identity, data["amount"])
                    self._put(strands, entity, value, event.time, identity, *money)

    def _add_login(self, event: Event, identity: int) -> None:
        data = event.data
        is_success = data["outcome"] == "success"
        account, device = data["account_id"], data.get("device_id")
        key = self._entity("account", account) if account else 0
        for kind, name in (("ip", data["ip"]), ("account", account)):
            if not name or kind not in self._types:
                continue
            wanted, entity = self._wanted[kind], self._entity(kind, name)
            self._put(wanted[Fact.SUCCESS if is_success else Fact.FAILURE], entity, identity, event.time, identity)
            if key and (strands := wanted[Fact.ACCOUNT_OK if is_success else Fact.ACCOUNT_FAILED]):
                self._put(strands, entity, key, event.time, identity)
            if not is_success:
                for fact in (Fact.FAILED_FIRST, Fact.FAILED_LAST):
                    value = _ordered_value(fact, event.time, identity, 0)
                    self._put(wanted[fact], entity, value, event.time, identity)
                continue
            on, at = (self._hashed("device", device) if device else 0), self._hashed("ip", data["ip"]) >> 1
            seen = self._hashed("device and ip", f"{on} {at}")
            self._put(wanted[Fact.DEVICE_OK], entity, seen, event.time, identity, at, on)
            if (strands := wanted[Fact.PLACE_OK]) and (place := _position(data.get("geo"))):
                cell = tuple(int(part // (_PLACE_DEGREES * _MICRODEGREES)) for part in place)
                value = self._hashed("place and device", f"{cell} {on}")
                self._put(strands, entity, value, event.time, identity, place[0] << 32 | place[1] & _LOW, on)

    def _add_change(self, event: Event, identity: int) -> None:
        change = event.data["change_type"]
        account = event.data["account_id"]
        wanted = self._wanted["account"]
        if account and change in self._limits.changes:
            for fact in (Fact.CHANGE_FIRST, Fact.CHANGE_LAST):
                value = _ordered_value(fact, event.time, identity, 0)
                entity = self._entity("account", account)
                self._put(wanted[fact], entity, value, event.time, identity, CHANGES.index(change))

    def _entity(self, kind: str, name: str) -> int:
        key = self._hashed(kind, name)
        self._names[key] = name
        return key

    def _hashed(self, kind: str, name: str) -> int:
        return xxh3_64_intdigest(name.encode(), self._seeds[kind])

    def _put(self, strands: Strands, entity: int, value: int, time: int, event: int, a: int = 0, b: int = 0) -> None:  # noqa: PLR0913, PLR0917 - a fact's columns; the hot line
        for number, width in strands:
            row = Row(entity, number, time - time % width, value, time, event, a, b)
            self._facts.append((row, len(self._ids) - 1))


class _Limits:
    """What makes an amount small, large or big: the widest of all rules; each rule looks again."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.changes = frozenset(change for rule in rules for change in rule.changes)
        amounts = [rule for rule in rules if rule.kind is RuleKind.AMOUNTS]
        chains = [rule for rule in rules if rule.kind is RuleKind.CHAIN]
        self._below = max((rule.below for rule in amounts), default=Decimal(0))
        self._above = min((rule.above for rule in amounts), default=Decimal("Infinity"))
        self._big = min((rule.amount for rule in chains), default=Decimal("Infinity"))
        self._of_currency: dict[str, tuple[Decimal, Decimal, Decimal]] = {}

    def facts_of(self, amount: int, currency: str, *, is_approved: bool) -> list[Fact]:
        """Say which facts about its size a payment gives."""
        if (limits := self._of_currency.get(currency)) is None:
            below, above, big = (in_minor_units(limit, currency) for limit in (self._below, self._above, self._big))
            limits = self._of_currency[currency] = below, above, big
        below, above, big = limits
        facts = [Fact.AMOUNT] if is_approved else []
        if amount < below:
            facts += [Fact.SMALL_FIRST, Fact.SMALL_LAST]
        if amount > above:
            facts += [Fact.LARGE_FIRST, Fact.LARGE_LAST, Fact.LARGE_MOST]
        if is_approved and amount >= big:
            facts.append(Fact.BIG)
        return facts


def _strands(wanted: set[int], kind: str, fact: Fact) -> Strands:
    numbers = sorted({strand(kind, fact, width) for width in (MINUTE, 60 * MINUTE)} & wanted)
    return tuple((number, width_of(number)) for number in numbers)


_FIRST = frozenset({Fact.SMALL_FIRST, Fact.LARGE_FIRST, Fact.FAILED_FIRST, Fact.CHANGE_FIRST})
_MOST = frozenset({Fact.LARGE_MOST, Fact.BIG})


def _ordered_value(fact: Fact, time: int, identity: int, amount: int) -> int:
    if fact is Fact.AMOUNT:
        return identity
    if fact in _MOST:
        return WHOLE - amount
    return (early if fact in _FIRST else late)(time, time - time % MINUTE, identity)


def _position(geo: Any) -> tuple[int, int] | None:
    """Give latitude and longitude in millionths of a degree, where both are known."""
    if not geo or geo.get("lat") is None or geo.get("lon") is None:
        return None
    return round(geo["lat"] * _MICRODEGREES), round(geo["lon"] * _MICRODEGREES)


def position_of(packed: int) -> tuple[float, float]:
    """Give the latitude and longitude, in degrees, that a fact holds."""
    longitude = (packed & _LOW) - ((packed & 0x80000000) << 1)
    return (packed >> 32) / _MICRODEGREES, longitude / _MICRODEGREES
