"""What is wrong with a command line: every fault at once, each with an example of how it is right."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

LONGEST_GIVEN = 120
"""Characters of a given value that a fault shows; a shell can expand one glob to megabytes."""


class Fault(NamedTuple):
    """One fault: where, what was given, what is expected there, and an example that works."""

    option: str
    given: str
    expected: str
    example: str

    def __str__(self) -> str:
        return (
            f"{self.option}\n"
            f"    given     {_shown(self.given)}\n"
            f"    expected  {self.expected}\n"
            f"    example   {self.example}"
        )


class UsageError(Exception):
    """A command line that cannot be run; ``faults`` holds all that is wrong with it.

    ``values`` are those of its options, as far as they could be read (None where not), for who looks for more faults.
    """

    def __init__(self, faults: Iterable[Fault], values: Mapping[str, Any] | None = None) -> None:
        self.faults = tuple(faults)
        self.values = values or {}
        super().__init__(render_faults(self.faults))


def render_faults(faults: Sequence[Fault]) -> str:
    """Write faults for a person: a block each, and where to read on."""
    count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
    blocks = (f"The command line has {count}; nothing was run.", *map(str, faults), "All options: --help")
    return "\n\n".join(blocks)


def closest(name: str, names: Iterable[str]) -> str:
    """Find the name that was probably meant, or ""."""
    return next(iter(difflib.get_close_matches(name, list(names), n=1)), "")


def _shown(given: str) -> str:
    text = given if given.isprintable() else repr(given)
    return text if len(text) <= LONGEST_GIVEN else text[: LONGEST_GIVEN - 4] + " ..."
