"""What is drawn: files as lines and framing, and histories as runs over such files."""

from typing import NamedTuple

from tests.histories.clock import Clock, Text
from tests.histories.packing import Packing, plain
from tests.oracle.records import File, Form, Options

BOM = b"\xef\xbb\xbf"


class Plan(NamedTuple):
    """A file to be: its lines (or the elements of its array), and how they are framed and packed."""

    lines: tuple[Text, ...]
    form: Form = "lines"
    line_end: bytes = b"\n"
    is_ended: bool = True
    has_bom: bool = False
    packing: Packing = plain

    def at(self, clock: Clock) -> File:
        """Write the file at the times that a clock tells."""
        texts = [line(clock) for line in self.lines]
        if self.form == "array":
            data = b"[" + self.line_end + (b"," + self.line_end).join(texts) + self.line_end + b"]"
        else:
            data = self.line_end.join(texts)
        data += self.line_end if self.is_ended else b""
        return File(self.packing((BOM if self.has_bom else b"") + data), self.form)

    def split(self, at: int) -> tuple["Plan", "Plan"]:
        """Make two files of the lines before and after one."""
        return self._replace(lines=self.lines[:at]), self._replace(lines=self.lines[at:])


Input = tuple[Plan, ...]
"""The files of one folder."""


class History(NamedTuple):
    """Runs into one output: folders of files, and the order in which they are read, some more than once.

    With ``overlapping`` the command line names each file twice.
    """

    options: Options
    inputs: tuple[Input, ...]
    order: tuple[int, ...] = (0,)
    input_format: str = "auto"
    overlapping: bool = False

    def at(self, clock: Clock) -> "Told":
        """Write all files at the times that a clock tells."""
        return Told(self, tuple(tuple(plan.at(clock) for plan in plans) for plans in self.inputs))


class Told(NamedTuple):
    """A history with the bytes of its files."""

    history: History
    inputs: tuple[tuple[File, ...], ...]
