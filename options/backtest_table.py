"""The table of the backtest's options, most of them the pipeline's own, and its help; without Beam."""

from collections.abc import Iterator, Mapping
from typing import Any

from options.help_page import HelpPage
from options.kinds import Count, Flag, Text
from options.option import Group, Option
from options.table import OPTIONS as OF_THE_PIPELINE

_SHARED = (Group.INPUT, Group.FRAUD, Group.TIME, Group.BOUNDS)
_UNUSED = "keep_opaque_payloads"
"""It shapes dead letters alone, and none are written here."""
_ADAPTED: Mapping[str, dict[str, Any]] = {
    "fraud_rules": {"required": True, "help": "YAML with the rules to try; gs:// too."},
    "quiet": {"help": "Write the result and errors only: no progress."},
}
OWN = (
    Option(
        "against",
        Group.FRAUD,
        Text("FILE"),
        "",
        "YAML with the rules to compare with; gs:// too. Else the bundled ones.",
        "live.yaml",
    ),
    Option(
        "labels",
        Group.FRAUD,
        Text("FILE"),
        "",
        "The truth, as --fraud_labels of the simulator writes it, also gzip: precision, recall and delay are told.",
        "fraud.jsonl",
    ),
    Option(
        "examples",
        Group.OUTPUT,
        Count(0, 10**6),
        "3",
        "How many alerts gained, and lost, are shown for each rule, and how many attacks missed.",
        "20",
    ),
    Option("json", Group.OUTPUT, Flag(), "", "Print the result as one JSON object."),
)


def _of_the_pipeline() -> Iterator[Option]:
    for option in OF_THE_PIPELINE:
        if option.name in _ADAPTED or (option.group in _SHARED and option.name != _UNUSED):
            yield option._replace(**_ADAPTED.get(option.name, {}))


_ORDER = list(Group)
OPTIONS = tuple(sorted((*_of_the_pipeline(), *OWN), key=lambda option: _ORDER.index(Group(option.group))))

EXAMPLES = (
    "python -m pipeline.backtest --input out/archive --fraud_rules new.yaml",
    "python -m pipeline.backtest --input 'logs/*.gz' --fraud_rules new.yaml --against live.yaml --examples 20",
    "python -m pipeline.backtest --input week.jsonl --fraud_rules new.yaml --labels fraud.jsonl --json",
)
_STATUSES = (
    ("0", "done, whatever was found"),
    ("1", "the run failed"),
    ("2", "the command line is wrong; all its faults are listed"),
)
_NOTES = ("It reads the input once, writes nothing but the result, and keeps nothing.",)

HELP = HelpPage(
    usage="usage: python -m pipeline.backtest --fraud_rules FILE ...",
    about="Fraud rules on history, beside those that they would replace: which alerts would come, and which would not.",
    options=OPTIONS,
    statuses=_STATUSES,
    examples=EXAMPLES,
    notes=_NOTES,
)
