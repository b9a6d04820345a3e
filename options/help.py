"""What --help of the pipeline prints, and the README's table of options; both from the table, without Beam."""

from options.help_page import HelpPage
from options.option import Group, Option
from options.table import BEAM_OPTIONS, OPTIONS

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

_ORDER = list(Group)
_PAGE = HelpPage(
    usage="usage: python -m pipeline [--option value] ...",
    about="Page views from events, on Apache Beam. Without options: the bundled sample, into ./out.",
    options=sorted((*OPTIONS, *BEAM_OPTIONS), key=lambda option: _ORDER.index(Group(option.group))),
    statuses=_STATUSES,
    examples=EXAMPLES,
    notes=_NOTES,
)


def help_text(width: int) -> str:
    """Write the help for a terminal of ``width`` columns; taken as 60 to 120."""
    return _PAGE.render(width)


def options_markdown() -> str:
    """Write the README's table: a row an option."""
    head = "| option | default | meaning |\n|---|---|---|\n"
    return head + "\n".join(_markdown_row(option) for option in (*OPTIONS, *BEAM_OPTIONS))


def _markdown_row(option: Option) -> str:
    cells = (f"`{option.head}`", f"`{option.default}`" if option.default else "", option.help)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
