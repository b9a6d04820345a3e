"""Random numbers that are the same on every platform, and in every version of Python and numpy.

numpy promises for good that a PCG64 of a given seed gives the same 64-bit integers
(https://numpy.org/doc/stable/reference/random/bit_generators/pcg64.html). Neither numpy nor Python promises as much
for what they make of them (choices, shuffles, ranges), so all else here is integer arithmetic on the raw numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from zlib import crc32

from numpy.random import PCG64

T = TypeVar("T")

_DRAWN = 4096
WORD = 1 << 32


class Dice:
    """A stream of random numbers; each ``name`` has its own, so that changing one part leaves the others alone."""

    def __init__(self, seed: int, name: str) -> None:
        self.bits: Callable[[], int] = _words(PCG64([seed, crc32(name.encode())])).__next__
        """Gives 32 random bits."""

    def below(self, bound: int) -> int:
        """Give a whole number from 0 to ``bound`` - 1; a bound above 2**32 leaves gaps."""
        return self.bits() * bound >> 32

    def pick(self, values: Sequence[T]) -> T:
        """Pick a value; ``spread`` makes some likelier than others."""
        return values[self.bits() * len(values) >> 32]


def _words(generator: PCG64) -> Iterator[int]:
    """Draw in bulk: a number at a time would cost ten times as much."""
    while True:
        yield from (generator.random_raw(_DRAWN) >> 32).tolist()


def chance(ratio: float) -> int:
    """Give the bound below which 32 random bits are with this probability."""
    return round(ratio * WORD)


def spread(choices: Iterable[tuple[T, int]]) -> tuple[T, ...]:
    """Repeat each value by its weight, for ``Dice.pick``."""
    return tuple(value for value, weight in choices for _ in range(weight))
