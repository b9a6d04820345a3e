"""The kinds of values that options take: how each is read from text, and what to say when it cannot be."""

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from transforms.core.times import DAY, SECOND, parse_duration, parse_time

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"([0-9]{1,15}) ?([a-z]*)")


class Kind(Protocol):
    """A kind of value. ``expected`` completes the sentence "expected is ..."."""

    @property
    def metavar(self) -> str:
        """What stands for the value in --help; empty for a flag."""

    @property
    def expected(self) -> str:
        """What a value must be, in words."""

    @property
    def absent(self) -> Any:
        """The value of an option that is empty by default and was not given."""

    def parse(self, text: str) -> Any:
        """Read a value.

        Raises:
            ValueError: the text is not of this kind.
        """


@dataclass(frozen=True)
class Text:
    """Any text but the empty one."""

    metavar: str
    absent: ClassVar[str] = ""

    @property
    def expected(self) -> str:
        """Say what the text names."""
        return f"a {self.metavar.lower()}, not empty"

    def parse(self, text: str) -> str:
        """Return the text itself."""
        if not text:
            raise ValueError("empty")
        return text


@dataclass(frozen=True)
class Pair:
    """Two names, written FROM=TO."""

    metavar: str = "FROM=TO"
    expected: str = "FROM=TO: a field of the input and the contract's name for it"
    absent: ClassVar[tuple[str, str]] = ("", "")

    def parse(self, text: str) -> tuple[str, str]:
        """Split at the last equals sign: names of contracts hold none."""
        before, _, after = (part.strip() for part in text.rpartition("="))
        if not before or not after:
            raise ValueError("not a pair")
        return before, after


@dataclass(frozen=True)
class Flag:
    """On where it is given; ``--name=true`` and ``--name=false``, which templates send, are understood too."""

    metavar: str = ""
    expected: str = "no value, true or false"
    absent: ClassVar[bool] = False

    def parse(self, text: str) -> bool:
        """Read true or false."""
        if text.lower() not in ("true", "false"):
            raise ValueError("neither true nor false")
        return text.lower() == "true"


@dataclass(frozen=True)
class Choice:
    """One of a few names, in any case; ``suffix`` may be left out, as Beam allows for runners."""

    names: tuple[str, ...]
    metavar: str = "NAME"
    suffix: str = ""
    absent: ClassVar[None] = None

    @property
    def expected(self) -> str:
        """List the names."""
        return f"one of {', '.join(self.names)}"

    def parse(self, text: str) -> str:
        """Return the name as the table spells it."""
        given = (text.lower(), text.lower() + self.suffix.lower())
        for name in self.names:
            if name.lower() in given:
                return name
        raise ValueError("unknown name")


@dataclass(frozen=True)
class Count:
    """A whole number within bounds, both included."""

    low: int
    high: int
    metavar: str = "N"
    absent: ClassVar[None] = None

    @property
    def expected(self) -> str:
        """Name the bounds."""
        return f"a whole number from {self.low} to {self.high}"

    def parse(self, text: str) -> int:
        """Read plain decimal digits."""
        if not re.fullmatch("[0-9]{1,15}", text) or not self.low <= int(text) <= self.high:
            raise ValueError("no such count")
        return int(text)


@dataclass(frozen=True)
class Ratio:
    """A part of the whole, from 0 to 1."""

    metavar: str = "RATIO"
    expected: str = "a number from 0 to 1"
    absent: ClassVar[None] = None

    def parse(self, text: str) -> float:
        """Read a decimal number."""
        ratio = float(text)
        if math.isnan(ratio) or not 0 <= ratio <= 1:
            raise ValueError("not a part of the whole")
        return ratio


@dataclass(frozen=True)
class Size:
    """A number of bytes, at least one: ``10MiB`` and ``64KiB`` are binary, ``10MB`` is decimal, ``1000`` is bytes."""

    metavar: str = "SIZE"
    expected: str = "a size of at least one byte: a number and B, kB, MB, GB, KiB, MiB or GiB"
    absent: ClassVar[None] = None

    def parse(self, text: str) -> int:
        """Read a size in bytes."""
        match = _SIZE.fullmatch(text.lower())
        size = int(match[1]) * _UNITS.get(match[2], 0) if match else 0
        if not size:
            raise ValueError("not a size")
        return size


@dataclass(frozen=True)
class Duration:
    """A span of time of at least ``low`` seconds, read as microseconds."""

    low: int = 0
    metavar: str = "DURATION"
    absent: ClassVar[None] = None

    @property
    def expected(self) -> str:
        """Show the units and the bounds."""
        return f"a number and a unit: 90s, 5m, 1h or 7d; from {self.low}s to 3650d"

    def parse(self, text: str) -> int:
        """Read a duration in microseconds."""
        micros = parse_duration(text)
        if micros < self.low * SECOND:
            raise ValueError("too short")
        return micros


@dataclass(frozen=True)
class WindowWidth(Duration):
    """A duration that makes every day a whole number of windows, so that all days have the same ones."""

    low: int = 1

    @property
    def expected(self) -> str:
        """Show widths that divide a day."""
        return "whole seconds, and a day a whole number of windows: 1s, 60s, 5m, 1h ... 24h"

    def parse(self, text: str) -> int:
        """Read the width of a window in microseconds."""
        micros = super().parse(text)
        if micros % SECOND or DAY % micros:
            raise ValueError("does not divide a day")
        return micros


@dataclass(frozen=True)
class Time:
    """An RFC 3339 time, read as microseconds since 1970."""

    metavar: str = "TIME"
    expected: str = "an RFC 3339 time: 2026-09-17T10:40:05Z"
    absent: ClassVar[None] = None

    def parse(self, text: str) -> int:
        """Read a time in microseconds."""
        return parse_time(text)
