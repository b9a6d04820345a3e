"""How a page of --help is laid out: options by group, beside or above their meanings, for a terminal of any width."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from options.option import Option

NARROWEST, WIDEST = 60, 120
_TWO_COLUMNS = 90
"""From this width on, meanings stand beside the options; below it, under them."""

_HEADS = 33
_WHOLE_WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}


class HelpPage(NamedTuple):
    """What a command's help says: a line of usage, what it does, options, exit statuses, examples to paste, notes."""

    usage: str
    about: str
    options: Sequence[Option]
    statuses: Sequence[tuple[str, str]]
    examples: Sequence[str]
    notes: Sequence[str]

    def render(self, width: int) -> str:
        """Write the help for a terminal of ``width`` columns; taken as 60 to 120."""
        width = max(NARROWEST, min(width, WIDEST))
        head_width = _HEADS if width >= _TWO_COLUMNS else 0
        lines = [self.usage, *textwrap.wrap(self.about, width)]
        for group in dict.fromkeys(option.group for option in self.options):
            rows = [(option.head, _meaning(option)) for option in self.options if option.group == group]
            lines += ["", f"{group}:", *_rows(rows, width, head_width)]
        lines += ["", "Exit status:", *_rows(self.statuses, width, head_width=5)]
        lines += ["", "Examples:", *(line for example in self.examples for line in _command(example, width))]
        lines += ["", *(line for note in self.notes for line in textwrap.wrap(note, width, **_WHOLE_WORDS))]
        return "\n".join(lines)


def wants_help(argv: Sequence[str]) -> bool:
    """Whether help was asked for, anywhere on the command line."""
    return not {"-h", "--help"}.isdisjoint(argv)


def _meaning(option: Option) -> str:
    return f"{option.help} [{option.default}]" if option.default else option.help


def _rows(rows: Iterable[tuple[str, str]], width: int, head_width: int) -> Iterator[str]:
    """Set heads beside their texts; ``head_width`` 0 sets each text under its head."""
    indent = " " * (head_width or 6)
    for head, text in rows:
        first, *others = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent, **_WHOLE_WORDS)
        yield from [f"  {head:{head_width - 2}}{first.lstrip()}"] if head_width else [f"  {head}", first]
        yield from others


def _command(example: str, width: int) -> list[str]:
    """Break a command between options, in a form that can be pasted into a shell."""
    glued = re.sub(r"(--\w+) ", "\\1\N{NO-BREAK SPACE}", example)
    lines = textwrap.wrap(glued, width - 2, initial_indent="  ", subsequent_indent="      ", **_WHOLE_WORDS)
    return " \\\n".join(lines).replace("\N{NO-BREAK SPACE}", " ").split("\n")
