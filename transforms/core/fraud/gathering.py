"""Gathering: from admitted events to the facts that a set of rules asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import Struct

from xxhash import xxh3_64_intdigest

from transforms.core.fraud.demands import is_evaluated, strands_of
from transforms.core.fraud.evidence import ROW, by_slot, collected, pack
from transforms.core.fraud.facts import Fact
from transforms.core.fraud.money import currency_number
from transforms.core.fraud.places import place_and_position
from transforms.core.fraud.plans import APPROVED, DECLINED, Limits, Strands, ordered_value, plans, strands_of_fact
from transforms.core.fraud.pseudonyms import Pseudonyms, entity_name
from transforms.core.fraud.rules import CHANGES, ENTITY_TYPES, FraudRules
from transforms.core.identity import event_identities
from transforms.core.records import Event

PAYMENT, LOGIN, CHANGE = "payment.authorization.v1", "account.login.v1", "account.change.v1"
TYPES = frozenset({PAYMENT, LOGIN, CHANGE})
_ISSUER_DOWN = frozenset({"91", "96"})
_OTHERS = ("device and ip", "place and device")
"""What is hashed beside the types of entities."""
_row = Struct("<QIqQqQqQI").pack
"""A row of evidence, as numpy has it."""


class Gatherer:
    """Collects facts of events until they are flushed as packed evidence, a slot of entities each.

    Args:
        rules: what is asked for.
        seed: keys the hashes.
        slots: how many parts the entities have.
        pseudonyms: what stands for people.
    """

    def __init__(
        self,
        rules: FraudRules,
        seed: int = 0,
        slots: int = 64,
        pseudonyms: Pseudonyms = Pseudonyms(),  # noqa: B008 - immutable
    ) -> None:
        self._name = pseudonyms.name
        evaluated = [rule for rule in rules.rules if is_evaluated(rule)]
        wanted = {number for rule in evaluated for kind in rule.entities for number in strands_of(rule, kind)}
        # By the number of the fact: looking up an enumeration's member in a dict is slow.
        self._wanted = {kind: [strands_of_fact(wanted, kind, fact) for fact in Fact] for kind in ENTITY_TYPES}
        self._declined, self._approved = plans(self._wanted, DECLINED), plans(self._wanted, APPROVED)
        self._types = frozenset(kind for kind in ENTITY_TYPES if any(self._wanted[kind]))
        self._limits = Limits(evaluated)
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
        self._facts = bytearray()
        self._ids: list[str] = []
        self._names: dict[int, str] = {}
        self._keys = {kind: _Keys(self._seeds[kind], self._names) for kind in ENTITY_TYPES}

    def __len__(self) -> int:
        """Count the facts held."""
        return len(self._facts) // ROW.itemsize

    def add(self, batch: Iterable[Event]) -> None:
        """Add the facts of a batch's payments, logins and account changes."""
        events = [event for event in batch if event.type in TYPES]
        for event, identity in zip(events, event_identities(events, self._seed), strict=True):
            self._facts_of[event.type](event, identity)
            self._ids.append(event.id)

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
        card, account, device, time = data["card"], data.get("account_id"), data.get("device_id"), event.time
        fingerprint, merchant = self._name("card", card["fingerprint"]), self._name("merchant", data["merchant_id"])
        account = self._name("account", account) if account else None
        names = (
            self._name("ip", data["ip"]),
            self._name("device", device) if device else None,
            fingerprint,
            account,
            entity_name(fingerprint, merchant) if "card|merchant" in self._types else None,
            entity_name(merchant, card["bin"]) if "merchant|bin" in self._types else None,
        )
        paid_by = self._entity("account", account) if account else 0
        values = identity, self._hashed("card", fingerprint), paid_by
        sizes = self._limits.facts_of(data["amount"], data["currency"], is_approved=not is_declined)
        for plan, name in zip(self._declined if is_declined else self._approved, names, strict=True):
            if name and (plan.simple or plan.sized):
                entity = self._entity(plan.kind, name)
                for which, strands in plan.simple:
                    if value := values[which]:
                        self._put(strands, entity, value, time, identity)
                for fact in sizes if plan.sized else ():
                    if strands := plan.sized[fact]:
                        value = ordered_value(fact, time, identity, data["amount"])
                        money = data["amount"], currency_number(data["currency"])
                        self._put(strands, entity, value, time, identity, *money)

    def _add_login(self, event: Event, identity: int) -> None:
        data = event.data
        is_success = data["outcome"] == "success"
        account, device = data["account_id"], data.get("device_id")
        account = self._name("account", account) if account else None
        key = self._entity("account", account) if account else 0
        for kind, name in (("ip", self._name("ip", data["ip"])), ("account", account)):
            if not name or kind not in self._types:
                continue
            wanted, entity = self._wanted[kind], self._entity(kind, name)
            self._put(wanted[Fact.SUCCESS if is_success else Fact.FAILURE], entity, identity, event.time, identity)
            if key and (strands := wanted[Fact.ACCOUNT_OK if is_success else Fact.ACCOUNT_FAILED]):
                self._put(strands, entity, key, event.time, identity)
            if not is_success:
                for fact in (Fact.FAILED_FIRST, Fact.FAILED_LAST):
                    value = ordered_value(fact, event.time, identity, 0)
                    self._put(wanted[fact], entity, value, event.time, identity)
                continue
            on, at = (self._hashed("device", device) if device else 0), self._hashed("ip", data["ip"]) >> 1
            seen = self._hashed("device and ip", f"{on} {at}")
            self._put(wanted[Fact.DEVICE_OK], entity, seen, event.time, identity, at, on)
            if (strands := wanted[Fact.PLACE_OK]) and (place := place_and_position(data.get("geo"))):
                value = self._hashed("place and device", f"{place[0]} {on}")
                self._put(strands, entity, value, event.time, identity, place[1], on)

    def _add_change(self, event: Event, identity: int) -> None:
        change = event.data["change_type"]
        account = event.data["account_id"]
        account = self._name("account", account) if account else None
        wanted = self._wanted["account"]
        if account and change in self._limits.changes:
            for fact in (Fact.CHANGE_FIRST, Fact.CHANGE_LAST):
                value = ordered_value(fact, event.time, identity, 0)
                entity = self._entity("account", account)
                self._put(wanted[fact], entity, value, event.time, identity, CHANGES.index(change))

    def _entity(self, kind: str, name: str) -> int:
        return self._keys[kind][name]

    def _hashed(self, kind: str, name: str) -> int:
        return xxh3_64_intdigest(name.encode(), self._seeds[kind])

    def _put(self, strands: Strands, entity: int, value: int, time: int, event: int, a: int = 0, b: int = 0) -> None:  # noqa: PLR0913, PLR0917 - a fact's columns; the hot line
        index = len(self._ids)
        for number, width in strands:
            self._facts += _row(entity, number, time - time % width, value, time, event, a, b, index)


class _Keys(dict[str, int]):
    """Hashes of names, made as they are asked for; what they stand for is noted."""

    def __init__(self, seed: int, names: dict[int, str]) -> None:
        super().__init__()
        self._seed = seed
        self._names = names

    def __missing__(self, name: str) -> int:
        key = self[name] = xxh3_64_intdigest(name.encode(), self._seed)
        self._names[key] = name
        return key
