"""What an option is: a row of the tables that all commands, documents and templates are made from."""

import re
from enum import StrEnum
from typing import NamedTuple

from options.kinds import Flag, Kind


class Group(StrEnum):
    """The headings under which options are shown, in this order."""

    INPUT = "Input"
    LIVE = "Live input"
    RESULTS = "Results"
    FRAUD = "Fraud"
    TIME = "Time policy"
    BOUNDS = "Bounds"
    OUTPUT = "Output"
    CLOUD = "Output in Google Cloud"
    TUNING = "Tuning"
    RUNNING = "Running"


class Option(NamedTuple):
    """One option. ``default`` and ``example`` are written as on the command line; "" is off, or not given.

    ``group`` is the heading under which it is shown.
    """

    name: str
    group: StrEnum
    kind: Kind
    default: str
    help: str
    example: str = ""
    repeatable: bool = False
    required: bool = False

    @property
    def is_flag(self) -> bool:
        """Whether the option stands without a value."""
        return isinstance(self.kind, Flag)

    @property
    def head(self) -> str:
        """The option and what stands for its value: ``--output PATH``."""
        return f"--{self.name} {self.kind.metavar}".rstrip()

    @property
    def usage(self) -> str:
        """The option as it works: ``--output out``."""
        return f"--{self.name} {self.example or self.default}".rstrip()


def camel_case(name: str) -> str:
    """Spell a name as Flex Templates do: ``windowDuration``."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)
