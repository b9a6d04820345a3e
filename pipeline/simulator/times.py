"""Times as producers spell them: most in UTC to the millisecond, some in other zones and with other fractions."""

from functools import lru_cache
from typing import NamedTuple

from pipeline.simulator.dice import Dice, spread
from transforms.core.times import MILLISECOND, MINUTE, SECOND, format_time


class Style(NamedTuple):
    """A spelling: the zone in minutes east of Greenwich, its text, and how many digits the fraction has."""

    zone: int = 0
    suffix: str = "Z"
    digits: int = 3


_MILLIS = Style()
_STYLES = spread(
    (
        (_MILLIS, 80),
        (Style(digits=0), 4),
        (Style(digits=1), 1),
        (Style(digits=6), 5),
        (Style(digits=9), 3),
        (Style(suffix="+00:00", digits=6), 2),
        (Style(120, "+02:00"), 2),
        (Style(-420, "-07:00"), 1),
        (Style(330, "+05:30", 0), 1),
        (Style(540, "+09:00", 6), 1),
    )
)


def spelt(dice: Dice, time: int) -> str:
    """Write a time in RFC 3339, in one of the ways of producers; what is cut off is less than a second."""
    style = dice.pick(_STYLES)
    if style is _MILLIS:
        return written(time)
    second, rest = divmod(time + style.zone * MINUTE, SECOND)
    fraction = f"{rest:06}999"[: style.digits]
    return f"{_civil(second)}{'.' if fraction else ''}{fraction}{style.suffix}"


def written(time: int) -> str:
    """Write a time in UTC, to the millisecond."""
    second, rest = divmod(time, SECOND)
    return f"{_civil(second)}.{rest // MILLISECOND:03}Z"


@lru_cache(maxsize=4096)
def _civil(second: int) -> str:
    return format_time(second * SECOND).removesuffix("Z")
