"""Errors that are told to a person in a sentence, without a stack trace."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_STEP = re.compile(r"(?s) \[while running '([^']*)'\].*")
_OURS = re.compile(
    r"(?ms)^(?:pipeline\.errors\.|transforms\.parking\.)?(?:Store|Input|Parking)Error: (.*?)(?= \[while running|\Z)"
)
_READING = "Read messages/"
_OF_A_FILE = ("OSError: ", "PermissionError: ", "TimeoutError: ", "InterruptedError: ", "ConnectionError: ")


class MillraceError(Exception):
    """Something that the person at the command line can mend; the text says what and how."""


class StoreError(MillraceError):
    """The store cannot be opened, read or written."""


class InputError(MillraceError):
    """An input is there and cannot be read."""


class Misfit(NamedTuple):
    """An option that does not fit what is there: what was given, what is expected, and what works instead."""

    option: str
    given: str
    expected: str
    example: str


class MisfitError(MillraceError):
    """The command line does not fit what is there, so nothing was run; ``misfits`` holds all that was found."""

    def __init__(self, misfits: Iterable[Misfit]) -> None:
        self.misfits = tuple(misfits)
        super().__init__("; ".join(f"{misfit.option} {misfit.given}: {misfit.expected}" for misfit in self.misfits))


def in_words(error: Exception) -> MillraceError | None:
    """Find what a person is told in an error that came through a runner, which adds the step or hands on a text."""
    text = str(error)
    if isinstance(error, MillraceError):
        return type(error)(_STEP.sub("", text))
    if ours := _OURS.findall(f"{type(error).__name__}: {text}"):
        return MillraceError(ours[-1])
    step = _STEP.search(text)
    if step and step[1].startswith(_READING) and text.startswith(_OF_A_FILE):
        return InputError(f"cannot read the input: {_STEP.sub('', text)}")
    return None
