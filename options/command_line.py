"""Reading the command line: both spellings of every option, and all faults at once instead of argparse's first."""

import argparse
import re
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from apache_beam.options.pipeline_options import PipelineOptions

from options.faults import Fault, UsageError, closest
from options.settings import Settings, read_values
from options.table import BEAM_OPTIONS, OPTIONS, Option, camel_case

_OURS = {option.name: option for option in (*OPTIONS, *BEAM_OPTIONS)}
_VALUE = re.compile(r"-?|-[0-9.].*|[^-].*", re.DOTALL)
"""A word that can be a value: standard input and negative numbers begin with a dash too."""
_REFUSALS = (argparse.ArgumentError, ValueError, TypeError, AttributeError)
"""What Beam's own actions raise at a value that they cannot take."""


class CommandLine(NamedTuple):
    """A command line without fault: Beam's options for the pipeline, and ours as values."""

    options: Any
    settings: Settings


class ParsedLine(NamedTuple):
    """A command line as far as it could be parsed; faulty words are left out of the options."""

    options: Any
    faults: tuple[Fault, ...]


def read_command_line(argv: Sequence[str]) -> CommandLine:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults, of the words and of the values.
    """
    options, faults = parse_command_line(argv)
    values, more = read_values(options)
    if faults or more:
        raise UsageError((*faults, *more), values)
    return CommandLine(options, Settings.from_values(values))


def parse_command_line(argv: Sequence[str]) -> ParsedLine:
    """Find options and their values; never exits. Values are text still."""
    scanner = _Scanner()
    scanner.scan(argv)
    return ParsedLine(PipelineOptions(scanner.flags), tuple(scanner.faults))


class _Scanner:
    """Sorts words into ``flags``, each spelled as Beam takes it and in one word, and ``faults``."""

    def __init__(self) -> None:
        self.flags: list[str] = []
        self.faults: list[Fault] = []
        self._parser = _beam_parser()
        self._known = _spellings(self._parser)

    def scan(self, argv: Sequence[str]) -> None:
        words = deque(argv)
        while words:
            word = words.popleft()
            spelled, equals, value = word.partition("=")
            if _VALUE.fullmatch(word):
                self._stray([word, *_take_values(words)])
            elif spelled in self._known:
                self._take(*self._known[spelled], value if equals else None, words)
            else:
                self._unknown(word, words)

    def _take(self, spelled: str, action: argparse.Action, value: str | None, words: deque[str]) -> None:
        if action.nargs == 0:
            flags = {None: [spelled], "true": [spelled], "false": []}.get(
                value and value.lower(), [f"{spelled}={value}"]
            )
        elif value is None and words and _VALUE.fullmatch(words[0]):
            flags = [f"{spelled}={words.popleft()}"]
        else:
            flags = [spelled if value is None else f"{spelled}={value}"]
        try:
            self._parser.parse_known_args(flags)
        except _REFUSALS as error:
            self.faults.append(_refused(action, flags[0], error))
        else:
            self.flags += flags

    def _unknown(self, word: str, words: deque[str]) -> None:
        name = _snake_case(word.partition("=")[0])
        meant = closest(name, _OURS) or closest(name, (spelled.lstrip("-") for spelled in self._known))
        option = _OURS.get(meant)
        if "=" not in word and words and _VALUE.fullmatch(words[0]) and not (option and option.is_flag):
            word = f"{word} {words.popleft()}"
        expected = f"a known option; did you mean --{meant}?" if meant else "a known option of Millrace or of Beam"
        example = option.usage if option else f"--{meant}" if meant else "--help"
        self.faults.append(Fault("unknown option", word, expected, example))

    def _stray(self, words: list[str]) -> None:
        given = " ".join(words)
        if f"--{words[0].partition('=')[0]}" in self._known:
            fault = Fault("stray word", given, "two dashes before an option", f"--{given}")
        else:
            expected = "options and their values only (quote globs: the shell makes many words of them)"
            fault = Fault("stray word", given, expected, "--input 'logs/*.gz'")
        self.faults.append(fault)


def _beam_parser() -> argparse.ArgumentParser:
    """Get the parser that Beam builds over all its option classes, set to raise where it would exit."""
    parsers: list[argparse.ArgumentParser] = []
    PipelineOptions([]).get_all_options(add_extra_args_fn=parsers.append)
    parsers[0].exit_on_error = False
    return parsers[0]


def _spellings(parser: argparse.ArgumentParser) -> dict[str, tuple[str, argparse.Action]]:
    actions = parser._option_string_actions  # noqa: SLF001  argparse has no public list of its options
    known = {spelled: (spelled, action) for spelled, action in actions.items() if spelled not in ("-h", "--help")}
    return {camel_case(spelled): option for spelled, option in known.items()} | known


def _snake_case(spelled: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", spelled.lstrip("-")).lower()


def _take_values(words: deque[str]) -> list[str]:
    taken = []
    while words and _VALUE.fullmatch(words[0]):
        taken.append(words.popleft())
    return taken


def _refused(action: argparse.Action, flag: str, error: Exception) -> Fault:
    spelled, _, given = flag.partition("=")
    option: Option | None = _OURS.get(spelled[2:])
    if option:
        return Fault(spelled, given or "no value", option.kind.expected, option.usage)
    example = spelled if action.nargs == 0 else f"{spelled} VALUE"
    return Fault(spelled, given or "no value", f"what Beam takes ({getattr(error, 'message', error)})", example)
