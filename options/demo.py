"""The demo's command line: few options, and the help."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from options.help_page import HelpPage
from options.kinds import Count, Flag
from options.option import Option
from options.plain_line import check, read_plain_line


class Group(StrEnum):
    """The headings under which options are shown, in this order."""

    PLAYED = "What is played"
    SERVED = "How it is served"


OPTIONS = (
    Option("seed", Group.PLAYED, Count(0, 10**9), "1", "Another seed, other traffic; the same, the same.", "7"),
    Option(
        "speed",
        Group.PLAYED,
        Count(1, 60),
        "10",
        "How much faster the last 90 minutes are played, up to now; from then on traffic comes as time goes.",
        "20",
    ),
    Option("port", Group.SERVED, Count(0, 65_535), "8080", "Where the page is; 0 takes a free one.", "8080"),
    Option("no_open", Group.SERVED, Flag(), "", "Do not open the page in this machine's browser."),
)

HELP = HelpPage(
    usage="usage: python -m dashboard.demo",
    about="Simulated traffic of a shop with attacks on it, run through the pipeline as if live, with the page open.",
    options=OPTIONS,
    statuses=(
        ("0", "stopped by Ctrl-C; what it made is removed"),
        ("1", "a part of it failed"),
        ("2", "the command line is wrong; all its faults are listed"),
    ),
    examples=("python -m dashboard.demo --seed 7 --port 8081",),
    notes=(
        "Nothing is faked behind the page: the pipeline runs again and again into one store, on files of new events.",
    ),
)


class DemoSettings(NamedTuple):
    """A checked command line."""

    seed: int
    speed: int
    port: int
    no_open: bool


def read_demo(argv: Sequence[str]) -> DemoSettings:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults.
    """
    return DemoSettings(**check(*read_plain_line(argv, OPTIONS)))
