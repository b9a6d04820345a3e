"""Commands to suggest: spelt so that they can be pasted into the shell from which this program was started."""

import os.path
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

_WITH_PYTHON = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]), sep='\\n')"


class Commands(NamedTuple):
    """How this program and the page are started here, and what answers a query: ``QUERY STORE SQL``; all as words."""

    program: tuple[str, ...] = ("python", "-m", "pipeline")
    query: tuple[str, ...] = ("sqlite3",)
    page: tuple[str, ...] = ("python", "-m", "dashboard")


def commands_here() -> Commands:
    """Look at how this process was started, and at what is installed."""
    script = sys.argv[0]
    if Path(script).name == "millrace":
        page = str(Path(script).with_name("millrace-dashboard"))
        return Commands((_spelt(script),), _query(), (_spelt(page),))
    python = _spelt(sys.executable or "python")
    return Commands((python, "-m", "pipeline"), _query(), (python, "-m", "dashboard"))


def _query() -> tuple[str, ...]:
    if shutil.which("sqlite3"):
        return ("sqlite3",)
    python = _spelt(sys.executable or "python")
    if sys.version_info >= (3, 12):  # the first whose sqlite3 module has a command line
        return python, "-m", "sqlite3"
    return python, "-c", _WITH_PYTHON


def _spelt(path: str) -> str:
    """Name a program as short as the shell finds it: by its name, by a path from here, or by its whole path."""
    for name in dict.fromkeys(("python" if "python" in Path(path).name else Path(path).name, Path(path).name)):
        found = shutil.which(name)
        if found and Path(found).absolute().parent == Path(path).absolute().parent:
            return name
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def command_lines(words: tuple[str, ...], width: int, indent: str) -> list[str]:
    """Write a command within ``width`` columns where words allow, broken so that it can be pasted whole.

    A line's end within a word says where the word may be broken; elsewhere it is written as a space.
    """
    lines = [""]
    for word in words:
        for number, part in enumerate(shlex.quote(word).split("\n")):
            end = "" if number else " \\"  # within quotes a line's end needs no backslash
            if not lines[-1]:
                lines[-1] = indent + part
            elif len(f"{lines[-1]} {part} \\") <= width:
                lines[-1] += f" {part}"
            else:
                lines[-1] += end
                lines.append(f"{indent}  {part}")
    return lines
