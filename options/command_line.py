"""Reading the command line: both spellings of every option, and all faults at once instead of argparse's first."""

import argparse
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions

from options.faults import Fault, UsageError
from options.option import Option, camel_case
from options.scanning import Scanner, following_value
from options.settings import Settings, read_values
from options.table import BEAM_OPTIONS, OPTIONS

_OURS = {option.name: option for option in (*OPTIONS, *BEAM_OPTIONS)}
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
    # Nothing of the main module is needed by a worker; on Dataflow Beam would pickle it.
    options.view_as(SetupOptions).save_main_session = False
    return CommandLine(options, Settings.from_values(values))


def parse_command_line(argv: Sequence[str]) -> ParsedLine:
    """Find options and their values; never exits. Values are text still."""
    scanner = _Scanner()
    scanner.scan(argv)
    return ParsedLine(PipelineOptions(scanner.flags), tuple(scanner.faults))


class _Scanner(Scanner):
    """Sorts words into ``flags``, each spelled as Beam takes it and in one word, and faults."""

    def __init__(self) -> None:
        self.flags: list[str] = []
        self._parser = _beam_parser()
        self._actions = _spellings(self._parser)
        super().__init__(_OURS, self._actions, "a known option of Millrace or of Beam", "--input 'logs/*.gz'")

    def _take(self, spelled: str, value: str | None, words: deque[str]) -> None:
        spelled, action = self._actions[spelled]
        if action.nargs == 0:
            flags = {None: [spelled], "true": [spelled], "false": []}.get(
                value and value.lower(), [f"{spelled}={value}"]
            )
        else:
            value = following_value(words) if value is None else value
            flags = [spelled if value is None else f"{spelled}={value}"]
        try:
            self._parser.parse_known_args(flags)
        except _REFUSALS as error:
            self.faults.append(_refused(action, flags[0], error))
        else:
            self.flags += flags


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


def _refused(action: argparse.Action, flag: str, error: Exception) -> Fault:
    spelled, _, given = flag.partition("=")
    option: Option | None = _OURS.get(spelled[2:])
    if option:
        return Fault(spelled, given or "no value", option.kind.expected, option.usage)
    example = spelled if action.nargs == 0 else f"{spelled} VALUE"
    return Fault(spelled, given or "no value", f"what Beam takes ({getattr(error, 'message', error)})", example)
