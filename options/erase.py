"""The command line of erasing: who is to be erased, and from where; without Beam."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from options.cloud_table import CLOUD_OPTIONS
from options.faults import Fault
from options.help_page import HelpPage
from options.kinds import Flag, Text
from options.option import Group, Option
from options.plain_line import check, read_plain_line
from options.table import OPTIONS as ALL_OPTIONS

_ADAPTED: Mapping[str, str] = {
    "output_directory": "Cloud Storage: the folder of the archive, and of large payloads of rejects.",
    "output_dataset": "BigQuery: the dataset with dead letters, alerts and reviews.",
}
_KEY = "The key of the job, if it has one: alerts name people by keyed hashes."
OPTIONS = (
    Option(
        "person",
        Group.RUNNING,
        Text("NAME"),
        "",
        "A name that events have the person by: user, account, e-mail, IP, device, card. May be given again.",
        "u-4711",
        repeatable=True,
    ),
    *(option._replace(help=_ADAPTED[option.name]) for option in CLOUD_OPTIONS if option.name in _ADAPTED),
    *(option._replace(help=_KEY) for option in ALL_OPTIONS if option.name == "pii_key_file"),
    Option("yes", Group.RUNNING, Flag(), "", "Erase. Without it nothing is changed, and what would be is said."),
)
HELP = HelpPage(
    usage="usage: python -m pipeline.erase [--option value] ...",
    about="Takes a person out of what the pipeline wrote in Google Cloud. It looks first, and erases with --yes.",
    options=OPTIONS,
    statuses=(
        ("0", "the person is mentioned nowhere any more, or --yes was not given"),
        ("1", "a service could not be reached, or refused; what was erased before is erased"),
        ("2", "the command line is wrong; all its faults are listed"),
    ),
    examples=(
        (
            "python -m pipeline.erase --person u-4711 --person ada@example.org"
            " --output_directory gs://my-shop-archive/events/ --output_dataset my-shop:millrace"
        ),
    ),
    notes=(
        "A name is found as a whole word, in any field; look at what is told before --yes. Run again, it finishes.",
        "docs/runbook.md, section 'Erase a user's data', says what else keeps a person, and for how long.",
    ),
)


def read_erase(argv: Sequence[str]) -> dict[str, Any]:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults.
    """
    values, faults = read_plain_line(argv, OPTIONS)
    return check(values, [*faults, *_conflicts(values)])


def _conflicts(values: Mapping[str, Any]) -> Iterator[Fault]:
    if values["person"] is not None and not values["person"]:
        yield Fault("--person", "nobody", "a name that events have the person by", "--person u-4711")
    if values["output_directory"] == values["output_dataset"] == "":
        expected, usage = "a folder, a dataset, or both", "--output_dataset my-shop:millrace"
        yield Fault("--output_directory, --output_dataset", "neither", expected, usage)
