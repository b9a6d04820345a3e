"""What the processes of a live run cost: their CPU time and memory, read from /proc (Linux)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Usage(NamedTuple):
    """CPU seconds, user and system, since a process began, and the bytes of memory it holds now."""

    cpu: float
    memory: int


def usage(pid: int) -> Usage:
    """Read what a process costs; the CPU of children that have ended is in it."""
    fields = _stat(pid)
    if not fields:
        return Usage(0.0, 0)
    # proc_pid_stat(5), counted from the third field on: 14 to 17 are times, 24 is pages in memory.
    return Usage(sum(map(int, fields[11:15])) / _TICKS, int(fields[21]) * _PAGE)


def family(pid: int) -> Usage:
    """Add up a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    members = [pid]
    for member in members:
        members += children.get(member, ())
    found = [usage(member) for member in members]
    return Usage(sum(one.cpu for one in found), sum(one.memory for one in found))


class Meter:
    """Reads several processes at once.

    Args:
        pids: a process by name; those that descend from it count with it.
        apart: the name of one whose descendants get the other name instead, as Prism does under the command.
    """

    def __init__(self, pids: Mapping[str, int], apart: tuple[str, str]) -> None:
        self._pids = pids
        self._of, self._name = apart

    def read(self) -> dict[str, Usage]:
        """Give the usage by name."""
        found = {name: family(pid) for name, pid in self._pids.items()}
        alone, whole = usage(self._pids[self._of]), found[self._of]
        found[self._of] = alone
        found[self._name] = Usage(whole.cpu - alone.cpu, whole.memory - alone.memory)
        return found


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # the name before it may hold anything
