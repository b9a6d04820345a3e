"""What --help prints, and the README's table of options; both from the table, without importing Beam."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from options.table import BEAM_OPTIONS, OPTIONS, Group, Option

NARROWEST, WIDEST = 60, 120
_TWO_COLUMNS = 90
"""From this width on, meanings stand beside the options; below it, under them."""

_HEADS = 33
_WHOLE_WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}

_USAGE = "usage: python -m pipeline [--option value] ..."
_ABOUT = "Page views from events, on Apache Beam. Without options: the bundled sample, into ./out."

_STATUSES = (
    ("0", "done, and every event is accounted for"),
    ("1", "the run failed"),
    ("2", "the command line is wrong; all its faults are listed"),
    ("3", "done, but nothing was admitted or too much was rejected (--max_reject_ratio)"),
)

EXAMPLES = (
    "python -m pipeline --input 'logs/*.gz' --output out",
    "zcat events.json.gz | python -m pipeline --input - --window_duration 5m",
    "python -m pipeline --input shop.jsonl --event_type web.page_view.v1 --time_field at --rename page=url",
)

_NOTES = (
    "--input_format and --inputFormat are the same option. Durations are 90s, 5m, 1h; sizes are 64KiB, 10MiB.",
    "Options of Beam and its runners work too (--flink_master, --project, --region, --temp_location ...):",
    "https://beam.apache.org/documentation/#runners",
)


def wants_help(argv: Sequence[str]) -> bool:
    """Whether help was asked for, anywhere on the command line."""
    return not {"-h", "--help"}.isdisjoint(argv)


def help_text(width: int) -> str:
    """Write the help for a terminal of ``width`` columns; taken as 60 to 120."""
    width = max(NARROWEST, min(width, WIDEST))
    head_width = _HEADS if width >= _TWO_COLUMNS else 0
    lines = [_USAGE, *textwrap.wrap(_ABOUT, width)]
    for group in Group:
        rows = [(option.head, _meaning(option)) for option in (*OPTIONS, *BEAM_OPTIONS) if option.group == group]
        lines += ["", f"{group}:", *_rows(rows, width, head_width)]
    lines += ["", "Exit status:", *_rows(_STATUSES, width, head_width=5)]
    lines += ["", "Examples:", *(line for example in EXAMPLES for line in _command(example, width))]
    lines += ["", *(line for note in _NOTES for line in textwrap.wrap(note, width, **_WHOLE_WORDS))]
    return "\n".join(lines)


def options_markdown() -> str:
    """Write the README's table: a row an option."""
    head = "| option | default | meaning |\n|---|---|---|\n"
    return head + "\n".join(_markdown_row(option) for option in (*OPTIONS, *BEAM_OPTIONS))


def _markdown_row(option: Option) -> str:
    cells = (f"`{option.head}`", f"`{option.default}`" if option.default else "", option.help)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


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
