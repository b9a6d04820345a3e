"""Fitting texts to a terminal: control characters shown as escapes, wide ones counted as two columns, lines broken."""

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"


def printable(text: str, most: int = 1000) -> str:
    """Show what is no printable character as its escape: values of events are hostile to a terminal.

    Of a text longer than ``most`` characters only the beginning is looked at.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:most])


def columns(text: str) -> int:
    """Count the columns that a printable text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cut(text: str, width: int) -> str:
    """Show a text on one line of at most ``width`` columns, with an ellipsis for what is left out."""
    shown = printable(text)
    return shown if columns(shown) <= width else shown[: _fitting(shown, width - 1)] + ELLIPSIS


def cut_before(text: str, width: int) -> str:
    """Show the end of a text on one line of at most ``width`` columns: of a path it says the most."""
    shown = printable(text)
    return shown if columns(shown) <= width else ELLIPSIS + shown[-_fitting(shown[::-1], width - 1) :]


def padded(text: str, width: int) -> str:
    """Cut a text, and fill it up with spaces to exactly ``width`` columns."""
    shown = cut(text, width)
    return shown + " " * (width - columns(shown))


def wrapped(text: str, width: int, indent: str = "", most: int = 0) -> list[str]:
    """Break a text into lines of at most ``width`` columns, indent included; ``most`` bounds their number."""
    lines = list(_lines(printable(text), width - len(indent)))
    if most and len(lines) > most:
        lines[most - 1 :] = [cut(f"{lines[most - 1]} {lines[most]}", width - len(indent))]
    return [indent + line.rstrip() for line in lines]


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if columns(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        while columns(word) > width:  # a word without an end, as a URL
            fitting = _fitting(word, width)
            yield word[:fitting]
            word = word[fitting:]  # noqa: PLW2901  its rest
        line = word
    if line:
        yield line


def _fitting(text: str, width: int) -> int:
    """Count the characters of a text, at least one, that fit into a width."""
    used = 0
    for number, character in enumerate(text):
        used += _columns_of(character)
        if used > width:
            return max(number, 1)
    return len(text)


def aligned(head: str, numbers: list[int]) -> list[str]:
    """Write a column of numbers under its head, all of one width."""
    cells = [head, *(f"{number:,}" for number in numbers)]
    return [cell.rjust(max(map(len, cells))) for cell in cells]


def many(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
