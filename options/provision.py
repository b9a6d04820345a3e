"""The command line of provisioning: the pipeline's own names of resources, and the help; without Beam."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from options.cloud_table import CLOUD_OPTIONS
from options.faults import Fault
from options.help_page import HelpPage
from options.kinds import Flag, Text
from options.option import Group, Option
from options.plain_line import check, read_plain_line

_ADAPTED: Mapping[str, str] = {
    "input_subscription": "The subscription to read from; acknowledged messages are retained for seven days.",
    "input_topic": "The topic that the subscription is of; made if it is not there.",
    "output_dataset": "BigQuery: the dataset, with its tables and views.",
    "output_bigtable": "Bigtable: the table, in an instance that is there.",
    "output_directory": "Cloud Storage: the folder of the archive; its bucket is looked for, not made.",
    "alerts_topic": "Pub/Sub: the topic of alerts.",
    "dead_letter_topic": "Pub/Sub: the topic of rejects.",
}
RESOURCES = tuple(_ADAPTED)
OPTIONS = (
    *(option._replace(help=_ADAPTED[option.name]) for option in CLOUD_OPTIONS if option.name in _ADAPTED),
    Option(
        "location",
        Group.RUNNING,
        Text("PLACE"),
        "",
        "Where a new dataset lies: EU, US, europe-west1 ...; it cannot be moved. Else BigQuery's own default.",
        "EU",
    ),
    Option("dry_run", Group.RUNNING, Flag(), "", "Change nothing; say what would be done."),
)
EXAMPLES = (
    "python -m pipeline.provision --output_dataset my-shop:millrace --location EU --dry_run",
    "python -m pipeline.provision --alerts_topic projects/my-shop/topics/alerts --output_dataset my-shop:millrace",
)
HELP = HelpPage(
    usage="usage: python -m pipeline.provision [--option value] ...",
    about="Makes in Google Cloud what the pipeline reads from and writes to, where it is missing. Nothing is removed.",
    options=OPTIONS,
    statuses=(
        ("0", "all is there, or was made"),
        ("1", "a service could not be reached, or refused"),
        ("2", "the command line is wrong; all its faults are listed"),
        ("3", "something differs that cannot be mended without loss; each difference is told"),
    ),
    examples=EXAMPLES,
    notes=(
        "Run again, it does nothing.",
        "Emulators are found by PUBSUB_EMULATOR_HOST, BIGTABLE_EMULATOR_HOST and STORAGE_EMULATOR_HOST,",
        "and that of BigQuery by its URL, BIGQUERY_EMULATOR_HOST=http://127.0.0.1:9050.",
    ),
)


def read_provision(argv: Sequence[str]) -> dict[str, Any]:
    """Read a command line, without the program's name.

    Raises:
        UsageError: with all faults.
    """
    values, faults = read_plain_line(argv, OPTIONS)
    return check(values, [*faults, *_conflicts(values)])


def _conflicts(values: Mapping[str, Any]) -> Iterator[Fault]:
    given = [values[name] for name in RESOURCES]
    if not any(given) and None not in given:
        yield Fault(
            "(resources)",
            "nothing",
            "one or more resources to be made",
            OPTIONS[RESOURCES.index("output_dataset")].usage,
        )
    if values["location"] and values["output_dataset"] == "":
        yield Fault(
            "--location", values["location"], "a dataset, whose place it is", "--output_dataset my-shop:millrace"
        )
