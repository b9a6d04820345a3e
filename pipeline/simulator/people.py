"""The shop's customers: as many as a history needs, each a function of a number, so that none takes memory."""

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from pipeline.simulator.dice import Dice
from pipeline.simulator.plan import Plan
from pipeline.simulator.rhythm import PEAK
from pipeline.simulator.shop import AGENTS, CITIES, FUNDINGS, ISSUERS, Card, Customer
from transforms.core.times import HOUR

REST = 8 * HOUR
"""How long, at least, a customer who has logged in does not log in again; payments and changes likewise.

No window of a fraud rule then sees a household at work more than a few times.
"""

_FEWEST, _MOST = 1 << 10, 1 << 32
STRIDE = 0x9E3779B1  # 2**32 / golden ratio, odd: neighbours in turn are no neighbours in number (Knuth, TAOCP 3, 6.4)
_TOKEN = 1 << 40
_WORD = 1 << 64
_IPV4_HOMES = 1 << 17


class Visitor(NamedTuple):
    """What a visit shows of a customer."""

    account_id: str
    ip: str
    user_agent: str


class People:
    """Customers by number; two live at each address."""

    def __init__(self, plan: Plan, year: int) -> None:
        busiest = max(plan.expected(kind) for kind in ("login", "payment", "change"))
        turns = min(busiest, busiest * PEAK * REST // plan.duration)
        self.size = min(max(_FEWEST, 1 << turns.bit_length()), _MOST)
        """Customers take turns up to this number; those beyond it are seen only where they are asked for."""
        self._mask = self.size - 1
        self._seed = plan.seed
        self._year = year

    def visitor(self, dice: Dice) -> Visitor:
        """Pick a customer, of whom no more is wanted than a visit shows."""
        number = dice.bits() & self._mask
        return Visitor(_account(number), _address(number >> 1), _agent(number))

    def in_turn(self) -> Iterator[Customer]:
        """Give all customers again and again, always in the same order, so that nobody comes twice in a short time."""
        return (self.customer((number * STRIDE + self._seed) & self._mask) for number in count())

    def customer(self, number: int) -> Customer:
        """Make a customer; tokens are different for each."""
        bits = mixed(number ^ self._seed << 32)
        brand, prefix = ISSUERS[bits % len(ISSUERS)]
        card = Card(
            fingerprint=f"fp_{number * STRIDE % _TOKEN:010x}",
            bin=prefix,
            last4=f"{(bits >> 8 & 0xFFFF) % 10_000:04}",
            brand=brand,
            funding=FUNDINGS[(bits >> 24 & 0xFF) % len(FUNDINGS)],
            exp_month=1 + (bits >> 32 & 0xFF) % 12,
            exp_year=self._year + 1 + (bits >> 40 & 3),
        )
        return Customer(
            account_id=_account(number),
            device_id=f"d-{number * STRIDE % (1 << 32):08x}",
            ip=_address(number >> 1),
            user_agent=_agent(number),
            city=CITIES[bits >> 52 & 7],
            card=card,
        )


def mixed(number: int) -> int:
    """Mix a number to 64 random-looking bits (the finalizer of SplitMix64, https://prng.di.unimi.it/splitmix64.c)."""
    number = (number + 0x9E3779B97F4A7C15) % _WORD
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % _WORD
    number = (number ^ number >> 27) * 0x94D049BB133111EB % _WORD
    return number ^ number >> 31


def _account(number: int) -> str:
    return f"a-{number}"


def _agent(number: int) -> str:
    return AGENTS[number % len(AGENTS)]


def _address(home: int) -> str:
    """Give a home its address, one in four IPv6; of ranges for benchmarks and documentation (RFC 2544, RFC 3849)."""
    if home & 3 and home < _IPV4_HOMES:
        return f"198.{18 + (home >> 16)}.{home >> 8 & 255}.{home & 255}"
    return f"2001:db8:{home >> 16:x}:{home & 0xFFFF:x}::1"
