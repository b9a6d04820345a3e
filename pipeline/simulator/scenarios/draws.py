"""Drawing from ranges, in integers alone."""

from pipeline.simulator.dice import Dice

Range = tuple[int, int]
"""The least and the greatest value."""

_PERCENT = 100


def between(dice: Dice, bounds: Range) -> int:
    """Draw where every value is as likely."""
    low, high = bounds
    return low + dice.below(high - low + 1)


def stretched(dice: Dice, bounds: Range) -> int:
    """Draw where every doubling is about as likely: small things are many, great ones few. The least is above 0."""
    low, high = bounds
    begin = low << dice.below((high // low).bit_length())
    return between(dice, (begin, min(high, 2 * begin)))


def happens(dice: Dice, percent: int) -> bool:
    """Tell whether something happens that does so in so many of a hundred cases."""
    return dice.below(_PERCENT) < percent
