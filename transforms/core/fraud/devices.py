"""The devices that an account succeeded on, and the places that an entity paid at: what is known, and what is new."""

from transforms.core.fraud.facts import Fact
from transforms.core.fraud.money import place_of, place_part
from transforms.core.fraud.seen import InOrder, Seen, Sighting
from transforms.core.times import DAY

LOOK_BACK = 30 * DAY
"""How far back an account is remembered: its devices, and what it pays."""
_NOTHING = InOrder({})


class Devices:
    """The successes of an account, by device and by IP."""

    def __init__(self, seen: Seen) -> None:
        self.successes = seen.in_order(Fact.DEVICE_OK)
        self._with_device = self.successes.where(lambda one: bool(one.b))
        self._of_device = self._with_device.grouped(lambda one: one.b)
        self._of_ip = self.successes.grouped(lambda one: one.a)

    def knows(self, login: Sighting, time: int) -> bool:
        """Tell whether there was a success on a login's device, or at its IP where it has none, before a time."""
        earlier = self._of_device.get(login.b, _NOTHING) if login.b else self._of_ip.get(login.a, _NOTHING)
        return earlier.count(time - LOOK_BACK, time) > 0

    def is_new(self, login: Sighting, history: int) -> bool:
        """Tell whether an account is on a device for the first time, and was on another one ``history`` before.

        Without a device, or without such a history, nothing is known to be new.
        """
        if not login.b or self.knows(login, login.time):
            return False
        begin, end = login.time - LOOK_BACK, login.time - history + 1
        return self._with_device.count(begin, end) > self._of_device[login.b].count(begin, end)


class Places:
    """The approved payments of an entity, by device and by IP."""

    def __init__(self, seen: Seen) -> None:
        self._paid = seen.in_order(Fact.PAID_AT)
        self._at_ip = self._paid.grouped(lambda one: place_part(one.a))
        self._on_device = self._paid.where(lambda one: bool(one.b)).grouped(lambda one: place_part(one.b))

    def is_elsewhere(self, payment: Sighting, time: int, history: int) -> bool:
        """Tell whether the entity paid before a time, and neither on a payment's device nor at its IP.

        Where nothing was paid ``history`` before, nothing is known to be elsewhere.
        """
        begin, (ip, device) = time - LOOK_BACK, place_of(payment.b)
        there = (self._at_ip.get(ip, _NOTHING), self._on_device.get(device, _NOTHING) if device else _NOTHING)
        has_past = self._paid.count(begin, time - history + 1) > 0
        return has_past and not any(paid.count(begin, time) for paid in there)
