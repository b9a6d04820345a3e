"""The devices that an account succeeded on: what is known to it, and what is new."""

from transforms.core.fraud.facts import Fact
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
