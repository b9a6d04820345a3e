"""Who plays: customers like the shop's others, thieves, and their devices, addresses and cards, none of them twice."""

from pipeline.simulator.dice import Dice
from pipeline.simulator.people import STRIDE, People
from pipeline.simulator.scenarios.draws import happens
from pipeline.simulator.scenarios.world import UNKNOWN_ISSUERS
from pipeline.simulator.shop import AGENTS, Card, City, Customer

ROLES = 1 << 15
"""So many numbers belong to one scenario; no customer who takes turns has one of them, nor another scenario."""

_DEVICE = 1 << 32
_IPV4 = 15 << 24
_OWN_ISSUERS = 50


class Cast:
    """The people of one scenario, made of numbers from ``first`` on."""

    def __init__(self, people: People, dice: Dice, first: int) -> None:
        self._people = people
        self._dice = dice
        self._next = first
        self._known = dice.bits()

    def customer(self) -> Customer:
        """Give a customer who lives alone."""
        return self._people.customer(self._number())

    def household(self, members: int) -> list[Customer]:
        """Give customers who live together."""
        first = self.customer()
        return [first, *(self.customer()._replace(ip=first.ip, city=first.city) for _ in range(members - 1))]

    def known_account(self) -> str:
        """Name the account of somebody who takes turns in the other traffic; another each time, while there are."""
        self._known += STRIDE
        return self._people.customer(self._known % self._people.size).account_id

    def unknown_account(self) -> str:
        """Name an account that nobody has."""
        return f"a-{self._number()}"

    def thief(self, city: City, device_told: int = 100) -> Customer:
        """Give somebody without an account, with a stolen card; ``device_told`` is the chance of a device."""
        device = self.device() if happens(self._dice, device_told) else ""
        return Customer("", device, self.address(), self._dice.pick(AGENTS), city, self.card())

    def card(self) -> Card:
        """Give a card of nobody who plays: lists of stolen ones mix issuers."""
        card = self.customer().card
        if happens(self._dice, _OWN_ISSUERS):
            return card
        brand, prefix = self.unknown_issuer()
        return card._replace(brand=brand, bin=prefix)

    def unknown_issuer(self) -> tuple[str, str]:
        """Give brand and prefix of an issuer that the shop's customers do not have."""
        brand, prefix = self._dice.pick(UNKNOWN_ISSUERS)
        return brand, f"{prefix}{10 + self._dice.below(90)}"

    def device(self) -> str:
        """Name a device."""
        return f"d-{self._number() * STRIDE % _DEVICE:08x}"

    def address(self) -> str:
        """Give an address, one in four IPv6; of ranges that belong to nobody (RFC 1112, RFC 3849), nor to a home."""
        number = self._number() >> 1
        if number & 3 and number < _IPV4:
            return f"{240 + (number >> 24)}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return f"2001:db8:{0x8000 | number >> 16:x}:{number & 0xFFFF:x}::1"

    def _number(self) -> int:
        """Take a number; two make a home, which nobody then shares."""
        self._next += 2
        return self._next - 2
