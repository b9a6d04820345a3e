"""Sorting the words of a command line into options and faults, all at once; no parser here ever exits."""

import re
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from options.faults import Fault, closest
from options.option import Option

_COMMA = re.compile(r"(?<!\\),")
_VALUE = re.compile(r"-?|-[0-9.].*|[^-].*", re.DOTALL)
"""A word that can be a value: standard input and negative numbers begin with a dash too."""


class Scanner:
    """Walks over the words. What an option does with its value is ``_take`` of a subclass.

    Args:
        options: the options to suggest where an unknown one stands, by name.
        spellings: all words that are options, dashes included.
        known: what an option must be, in words.
        example: a command line that shows how values are given.
    """

    def __init__(self, options: Mapping[str, Option], spellings: Collection[str], known: str, example: str) -> None:
        self.faults: list[Fault] = []
        self._options = options
        self._spellings = spellings
        self._known = known
        self._example = example

    def scan(self, argv: Sequence[str]) -> None:
        """Sort all words."""
        words = deque(argv)
        while words:
            word = words.popleft()
            spelled, equals, value = word.partition("=")
            if _VALUE.fullmatch(word):
                self._stray([word, *_take_values(words)])
            elif spelled in self._spellings:
                self._take(spelled, value if equals else None, words)
            else:
                self._unknown(word, words)

    def _take(self, spelled: str, value: str | None, words: deque[str]) -> None:
        raise NotImplementedError

    def _unknown(self, word: str, words: deque[str]) -> None:
        name = _snake_case(word.partition("=")[0])
        meant = closest(name, self._options) or closest(name, (spelled.lstrip("-") for spelled in self._spellings))
        option = self._options.get(meant)
        if "=" not in word and not (option and option.is_flag) and (value := following_value(words)) is not None:
            word = f"{word} {value}"
        expected = f"a known option; did you mean --{meant}?" if meant else self._known
        example = option.usage if option else f"--{meant}" if meant else "--help"
        self.faults.append(Fault("unknown option", word, expected, example))

    def _stray(self, words: list[str]) -> None:
        given = " ".join(words)
        if f"--{words[0].partition('=')[0]}" in self._spellings:
            fault = Fault("stray word", given, "two dashes before an option", f"--{given}")
        else:
            expected = "options and their values only (quote globs: the shell makes many words of them)"
            fault = Fault("stray word", given, expected, self._example)
        self.faults.append(fault)


def following_value(words: deque[str]) -> str | None:
    """Take the next word where it can be a value."""
    return words.popleft() if words and _VALUE.fullmatch(words[0]) else None


def read_value(option: Option, given: Any, faults: list[Fault]) -> Any:
    """Read the value of an option as given: its text, None, or, where it is repeatable, a list of texts."""
    if not option.repeatable:
        return parse_value(option, option.default if given is None else str(given), faults)
    texts = [given] if isinstance(given, str) else given or ()
    parts = [part.strip() for text in texts for part in _COMMA.split(text.rstrip(", "))]
    values = [parse_value(option, part.replace("\\,", ","), faults) for part in parts]
    return tuple(value for value in values if value is not None)


def parse_value(option: Option, text: str, faults: list[Fault]) -> Any:
    """Read the value of an option; one with a fault is None. Nothing at all may be given where that is the default."""
    if not (text or option.default or option.repeatable or option.required):
        return option.kind.absent
    try:
        return option.kind.parse(text)
    except ValueError:
        faults.append(Fault(f"--{option.name}", text or "nothing", option.kind.expected, option.usage))
        return None


def _snake_case(spelled: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", spelled.lstrip("-")).lower()


def _take_values(words: deque[str]) -> list[str]:
    taken = []
    while (value := following_value(words)) is not None:
        taken.append(value)
    return taken
