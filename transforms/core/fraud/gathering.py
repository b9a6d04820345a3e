"""Gathering: from admitted events to the facts that a set of rules asks for."""

from collections.abc import Iterable, Iterator

import numpy as np
from xxhash import xxh3_64_intdigest

from transforms.core.fraud.demands import is_evaluated
from transforms.core.fraud.evidence import Rows, by_slot, collected, pack
from transforms.core.fraud.facts import Fact
from transforms.core.fraud.logins import CHANGED, LOGINS, change_row, login_row, said_by_changes, said_by_logins
from transforms.core.fraud.money import currency_number
from transforms.core.fraud.payments import PAYMENTS, Limits, is_attempt, is_declined, payment_row, said_by_payments
from transforms.core.fraud.places import place_and_position
from transforms.core.fraud.pseudonyms import Pseudonyms, entity_name
from transforms.core.fraud.rowing import rows_of, wanted_by
from transforms.core.fraud.rules import CHANGES, ENTITY_TYPES, FraudRules
from transforms.core.identity import event_identities
from transforms.core.records import Event

PAYMENT, LOGIN, CHANGE = "payment.authorization.v1", "account.login.v1", "account.change.v1"
TYPES = frozenset({PAYMENT, LOGIN, CHANGE})
_FACTS_OF_EVENT = 10
"""About so many facts come of an event."""
_OF_APPROVED = {Fact.APPROVAL, Fact.CARD_APPROVED, Fact.ACCOUNT_PAID, Fact.AMOUNT, Fact.BIG, Fact.PAID_AT}
_OF_DECLINED = {Fact.DECLINE, Fact.CARD_DECLINED}
_CHANGE_NUMBERS = {name: number for number, name in enumerate(CHANGES)}


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
        evaluated = [rule for rule in rules.rules if is_evaluated(rule)]
        self._name = pseudonyms.name
        self._wanted = wanted_by(rules)
        self._limits = Limits(evaluated)
        self._changes = frozenset(change for rule in evaluated for change in rule.changes)
        self._seed = seed
        self._seeds = {kind: xxh3_64_intdigest(kind.encode(), seed) for kind in (*ENTITY_TYPES, "place")}
        self._slots = slots
        # Of joined entities the names are made where anything is asked of them.
        of_retries, of_issuer = self._wanted["card|merchant"].keys(), self._wanted["merchant|bin"].keys()
        self._names_retries = {False: bool(of_retries - _OF_DECLINED), True: bool(of_retries - _OF_APPROVED)}
        self._names_issuer = {False: bool(of_issuer - _OF_DECLINED), True: bool(of_issuer - _OF_APPROVED)}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._payments, self._logins, self._changed = bytearray(), bytearray(), bytearray()
        self._ids: list[str] = []
        self._names: dict[int, str] = {}
        self._keys = {kind: _Keys(self._seeds[kind], self._names) for kind in ENTITY_TYPES}

    def __len__(self) -> int:
        """Say about how many facts are held."""
        return _FACTS_OF_EVENT * len(self._ids)

    def add(self, batch: Iterable[Event]) -> None:
        """Add the facts of a batch's payments, logins and account changes."""
        events = [event for event in batch if event.type in TYPES]
        for event, identity in zip(events, event_identities(events, self._seed), strict=True):
            if event.type == PAYMENT:
                self._add_payment(event, identity)
            elif event.type == LOGIN:
                self._add_login(event, identity)
            else:
                self._add_change(event, identity)

    def flush(self) -> Iterator[tuple[int, bytes]]:
        """Give what was collected, a (slot, packed evidence) pair per slot, and start afresh."""
        if self._ids:
            evidence = collected(list(self._rows()), self._ids, self._names)
            self.reset()
            for slot, part in by_slot(evidence, self._slots):
                yield slot, pack(part)

    def _rows(self) -> Iterator[Rows]:
        if self._payments:
            payments = np.frombuffer(bytes(self._payments), PAYMENTS)
            yield from rows_of(payments, said_by_payments(payments, self._limits), self._wanted)
        if self._logins:
            logins = np.frombuffer(bytes(self._logins), LOGINS)
            yield from rows_of(logins, said_by_logins(logins), self._wanted)
        if self._changed:
            changed = np.frombuffer(bytes(self._changed), CHANGED)
            yield from rows_of(changed, said_by_changes(changed), self._wanted)

    def _add_payment(self, event: Event, identity: int) -> None:
        data = event.data
        if not is_attempt(data):
            return
        keys, name, card, device = self._keys, self._name, data["card"], data.get("device_id")
        declined, account = is_declined(data), data.get("account_id")
        fingerprint, merchant = name("card", card["fingerprint"]), name("merchant", data["merchant_id"])
        retries, issuer = self._names_retries[declined], self._names_issuer[declined]
        self._payments += payment_row(
            keys["ip"][name("ip", data["ip"])],
            keys["device"][name("device", device)] if device else 0,
            keys["card"][fingerprint],
            keys["account"][name("account", account)] if account else 0,
            keys["card|merchant"][entity_name(fingerprint, merchant)] if retries else 0,
            keys["merchant|bin"][entity_name(merchant, card["bin"])] if issuer else 0,
            event.time,
            identity,
            len(self._ids),
            data["amount"],
            currency_number(data["currency"]),
            declined,
        )
        self._ids.append(event.id)

    def _add_login(self, event: Event, identity: int) -> None:
        data, keys, name = event.data, self._keys, self._name
        account, device = data["account_id"], data.get("device_id")
        success, at = data["outcome"] == "success", None
        if success:
            at = place_and_position(data.get("geo"))
        self._logins += login_row(
            keys["ip"][name("ip", data["ip"])],
            keys["device"][name("device", device)] if device else 0,
            0,
            keys["account"][name("account", account)] if account else 0,
            0,
            0,
            event.time,
            identity,
            len(self._ids),
            success,
            xxh3_64_intdigest(at[0].encode(), self._seeds["place"]) if at else 0,
            at[1] if at else 0,
        )
        self._ids.append(event.id)

    def _add_change(self, event: Event, identity: int) -> None:
        change, account = event.data["change_type"], event.data["account_id"]
        if account and change in self._changes:
            key = self._keys["account"][self._name("account", account)]
            number = _CHANGE_NUMBERS[change]
            self._changed += change_row(0, 0, 0, key, 0, 0, event.time, identity, len(self._ids), number)
            self._ids.append(event.id)


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
