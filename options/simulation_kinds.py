"""The kinds of values that only the simulator's options take."""

import re
from dataclasses import dataclass
from typing import ClassVar

from transforms.core.times import parse_time


@dataclass(frozen=True)
class Moment:
    """A time, read as microseconds since 1970; of years that cards can expire in."""

    metavar: str = "TIME"
    expected: str = "an RFC 3339 time of the years 2000 to 2189, as 2026-09-17T10:00:00Z"
    absent: ClassVar[None] = None

    def parse(self, text: str) -> int:
        """Read a time."""
        time = parse_time(text)
        if not parse_time("2000-01-01T00:00:00Z") <= time < parse_time("2190-01-01T00:00:00Z"):
            raise ValueError("too early or too late")
        return time


@dataclass(frozen=True)
class Weights:
    """Weights of names; a name that is not given weighs nothing."""

    names: tuple[str, ...]
    metavar: str = "NAME=N,..."
    absent: ClassVar[None] = None

    @property
    def expected(self) -> str:
        """List the names."""
        return f"NAME=WEIGHT, separated by commas, of {', '.join(self.names)}; whole numbers, not all of them 0"

    def parse(self, text: str) -> dict[str, int]:
        """Read weights of at most six digits, in the order of the names."""
        given: dict[str, int] = {}
        for part in text.split(","):
            name, _, weight = (piece.strip() for piece in part.partition("="))
            if name not in self.names or name in given or not re.fullmatch("[0-9]{1,6}", weight):
                raise ValueError("no weight of a name")
            given[name] = int(weight)
        if not any(given.values()):
            raise ValueError("nothing has a weight")
        return {name: given.get(name, 0) for name in self.names}
