"""The command line of the live pipeline on one machine; without Beam."""

from collections.abc import Sequence
from typing import Any

from options.help_page import HelpPage
from options.kinds import Count, Text
from options.option import Group, Option
from options.plain_line import check, read_plain_line

OPTIONS = (
    Option("rate", Group.LIVE, Count(1, 1_000_000), "200", "Simulated events a second.", "2000"),
    Option(
        "events_per_message",
        Group.LIVE,
        Count(1, 100_000),
        "",
        "Messages hold so many events, or those of 10 minutes. Else a mixture.",
        "500",
    ),
    Option("seconds", Group.RUNNING, Count(1, 10**6), "", "Stop by itself after this time; else on Ctrl-C.", "120"),
    Option("folder", Group.RUNNING, Text("FOLDER"), "", "Where logs and data of the servers go; else they go.", "live"),
)
EXAMPLES = ("python -m pipeline.live --rate 500", "python -m pipeline.live --rate 5000 --events_per_message 500")
HELP = HelpPage(
    usage="usage: python -m pipeline.live [--option value] ...",
    about="The whole pipeline, live, on this machine: emulators of Google Cloud, simulated traffic, the flow on Prism.",
    options=OPTIONS,
    statuses=(
        ("0", "drained, and every event is accounted for"),
        ("1", "a server or the run failed; its log is told"),
        ("2", "the command line is wrong; all its faults are listed"),
    ),
    examples=EXAMPLES,
    notes=("Ctrl-C stops the traffic, drains the run (half a minute) and stops all; a second one stops at once.",),
)


def read_live_demo(argv: Sequence[str]) -> dict[str, Any]:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults.
    """
    return check(*read_plain_line(argv, OPTIONS))
