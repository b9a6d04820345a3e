"""The devices that an account succeeded on: what is known to it, and what is new."""

from transforms.core.fraud.facts import Fact
from transforms.core.fraud.seen import InOrder, Seen, Sighting
from transforms.core.times import DAY

LOOK_BACK = 30 * DAY
"""How far back devices are remembered."""


class Devices:
    """The successes of an account by device, or by IP where there was none."""

    def __init__(self, seen: Seen) -> None:
        self.successes = seen.in_order(Fact.DEVICE_OK)
        self._with_device = self.successes.where(lambda one: bool(one.a))
        of_device: dict[int, dict[tuple[int, int], Sighting]] = {}
        for one in self.successes.all:
            of_device.setdefault(one.b, {})[one.time, one.event] = one
        self._of_device = {device: InOrder(events) for device, events in of_device.items()}

    def knows(self, device: int, time: int) -> bool:
        """Tell whether there was a success on a device in the look-back before a time."""
        return device in self._of_device and self._of_device[device].count(time - LOOK_BACK, time) > 0

    def is_new(self, login: Sighting, history: int) -> bool:
        """Tell whether an account is on a device for the first time, and was on another one ``history`` before.

        Without a device, or without such a history, nothing is known to be new.
        """
        if not login.a or self.knows(login.b, login.time):
            return False
        begin, end = login.time - LOOK_BACK, login.time - history + 1
        return self._with_device.count(begin, end) > self._of_device[login.b].count(begin, end)
