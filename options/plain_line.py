"""Reading the command line of a small command: options of a table, in one spelling, without Beam."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from options.faults import Fault, UsageError
from options.option import Option
from options.scanning import Scanner, following_value, read_value


def read_plain_line(argv: Sequence[str], options: Sequence[Option]) -> tuple[dict[str, Any], list[Fault]]:
    """Read the values of a table's options, and all that is wrong with them; a value with a fault is None."""
    scanner = _PlainScanner(options)
    scanner.scan(argv)
    faults = scanner.faults
    refused = {fault.option for fault in faults}
    values = {}
    for option in options:
        given = scanner.given.get(option.name, () if option.repeatable else option.default)
        values[option.name] = None if f"--{option.name}" in refused else read_value(option, given, faults)
    return values, faults


def check(values: dict[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """Give the values back where there is no fault.

    Raises:
        UsageError: with all faults.
    """
    if faults:
        raise UsageError(faults)
    return values


class _PlainScanner(Scanner):
    def __init__(self, options: Sequence[Option]) -> None:
        by_name = {option.name: option for option in options}
        super().__init__(by_name, {f"--{name}" for name in by_name}, "a known option", options[0].usage)
        self.given: dict[str, Any] = {}

    def _take(self, spelled: str, value: str | None, words: deque[str]) -> None:
        option = self._options[spelled.removeprefix("--")]
        if value is None:
            value = "true" if option.is_flag else following_value(words)
        if value and option.repeatable:
            self.given.setdefault(option.name, []).append(value)
        elif value:
            self.given[option.name] = value
        else:
            self.faults.append(Fault(spelled, "no value", option.kind.expected, option.usage))
