"""The summary at the end of a run: pure text, for a terminal of any width."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from options.table import OPTIONS
from pipeline.endpoints.sqlite_figures import Example, Figures
from pipeline.endpoints.sqlite_retention import Pruned
from pipeline.report.account import account_status, nothing_admitted, too_many_rejects
from pipeline.report.commands import Commands, command_lines
from pipeline.report.fraud import fraud_section
from pipeline.report.metrics import metrics_section
from pipeline.report.text import aligned, columns, cut, cut_before, many, padded, wrapped
from transforms.core.reasons import ADVICE, Reason

NARROWEST, WIDEST = 40, 120
_BESIDE = 64
"""Columns that an example needs to stand beside its reason; with fewer it stands below."""
_PAGES = "SELECT url, window_start, views\nFROM page_views\nORDER BY views DESC LIMIT 5"
_ALERTS = "SELECT score, rule_id,\nentity, reasons FROM fraud_alerts\nORDER BY status, score DESC\nLIMIT 5"
_REJECTS = "SELECT reason, error_message,\npayload_string\nFROM dead_letters LIMIT 5"


class Told(NamedTuple):
    """What the summary says of a run beside its figures.

    ``archive`` is empty where none is kept, ``seconds`` is wall time, ``size`` bytes of input.
    """

    title: str
    files: int
    size: int
    inputs: tuple[str, ...]
    output: str
    store: str
    archive: str
    seconds: float
    max_reject_ratio: float
    pruned: Pruned
    commands: Commands
    metrics: Mapping[str, int] = {}


def exit_status(figures: Figures, max_reject_ratio: float) -> int:
    """Give the exit status of a run whose results are in the store, which has to hold all that was counted, too."""
    return account_status(figures.account, max_reject_ratio, adds_up=figures.adds_up)


def summary(figures: Figures, told: Told, width: int) -> str:
    """Write the summary, no line wider than ``width`` (taken as 40 to 120) unless a command has such a word."""
    width = max(NARROWEST, min(width, WIDEST))
    sections = [
        *_alarm(figures, told, width),
        _heading(figures, told, width),
        *_top_pages(figures, width),
        *fraud_section(figures.fraud, width),
        *_rejects(figures, width),
        _ledger(figures, width),
        *filter(None, [metrics_section(told.metrics, width)]),
        *_next(figures, told, width),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def alarm(figures: Figures, told: Told, width: int) -> str:
    """Write only what is wrong with a run; the empty text where nothing is."""
    return "\n".join(line for lines in _alarm(figures, told, max(NARROWEST, min(width, WIDEST))) for line in lines)


def _alarm(figures: Figures, told: Told, width: int) -> Iterator[list[str]]:
    if not figures.adds_up:
        text = "FAILED: the ledger does not add up; results are incomplete. Run again, and report this if it stays."
        yield [*wrapped(text, width), *_missing(figures, width)]
    elif figures.account.received == 0:
        yield wrapped("NOTHING WAS READ: the input holds no events. Check --input.", width)
    elif nothing_admitted(figures.account) or too_many_rejects(figures.account, told.max_reject_ratio):
        yield _commonest(figures, width)


def _commonest(figures: Figures, width: int) -> list[str]:
    reason, count = max(figures.account.rejected.items(), key=lambda item: item[1])
    share = figures.account.refused / figures.account.received
    head = "NOTHING WAS ADMITTED" if nothing_admitted(figures.account) else "TOO MANY REJECTS"
    advice = ADVICE[Reason(reason)]
    texts = [
        f"{head}: {figures.account.refused:,} of {figures.account.received:,} events were rejected ({share:.0%}).",
        f"The commonest reason is {reason} ({count:,}): {advice.meaning}",
    ]
    option = [f"  {option.usage}" for option in OPTIONS if f"--{option.name}" == advice.option]
    return [
        *(line for text in texts for line in wrapped(text, width)),
        *_example(figures.examples.get(reason), width),
        *wrapped(f"What to do: {advice.remedy}", width),
        *(["The option that probably helps:"] if option else []),
        *option,
    ]


def _example(example: Example | None, width: int) -> list[str]:
    if not example:
        return []
    where = f"message {example.message_id}, position {example.position or '-'}"
    return [
        "For example:",
        *wrapped(example.payload, width, "    ", most=2),
        *wrapped(example.error_message, width, "  ", most=3),
        *wrapped(where, width, "  ", most=2),
    ]


def _heading(figures: Figures, told: Told, width: int) -> list[str]:
    rate = figures.account.received / told.seconds if told.seconds else 0
    size = f": {many(told.files, 'file')}, {_bytes(told.size)}"
    name = cut_before(", ".join(told.inputs) or "the bundled sample", width - len("  Windows  ") - len(size))
    others = f", with the results of {many(figures.other_runs, 'other run')}" if figures.other_runs else ""
    facts = [
        ("Input", name + size),
        ("Output", told.store + others),
        *([("Archive", told.archive)] if told.archive else []),
        ("Time", f"{told.seconds:.1f} s, {many(round(rate), 'event')}/s"),
    ]
    if figures.rows:
        facts.append(("Windows", f"{figures.first_window} to {figures.last_window}"))
    if any(told.pruned):
        rows, letters, alerts = told.pruned
        removed = f"{many(rows, 'row')} of page_views, {many(letters, 'dead letter')}, {many(alerts, 'alert')}"
        facts.append(("Removed", f"{removed} (--retention)"))
    return [told.title, *(line for label, text in facts for line in _fact(label, text, width))]


def _fact(label: str, text: str, width: int) -> list[str]:
    first, *rest = wrapped(text, width, " " * 11)
    return [f"  {label:<9}{first.lstrip()}", *rest]


def _bytes(size: int) -> str:
    value, units = float(size), iter(("bytes", "KB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 1000 and (larger := next(units, "")):  # noqa: PLR2004 - SI prefixes
        value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"


def _top_pages(figures: Figures, width: int) -> Iterator[list[str]]:
    if figures.top_pages:
        views = aligned("views", [page.views for page in figures.top_pages])
        bots = aligned("by bots", [page.bot_views for page in figures.top_pages])
        most = width - 6 - len(views[0]) - len(bots[0])
        room = min(most, max(7, *(columns(cut(page.url, most)) for page in figures.top_pages)))
        names = ["Top pages".ljust(room + 2), *(f"  {padded(page.url, room)}" for page in figures.top_pages)]
        rows = zip(names, views, bots, strict=True)
        size = f"{many(figures.urls, 'URL')}, {many(figures.rows, 'row')} in page_views"
        yield [*map("  ".join, rows), f"  {size}"]


def _rejects(figures: Figures, width: int) -> Iterator[list[str]]:
    rejected = sorted(figures.account.rejected.items(), key=lambda item: (-item[1], item[0]))
    if rejected:
        counts = aligned("", [count for _, count in rejected])[1:]
        longest = max(len(reason) for reason, _ in rejected)
        room = width - len(f"  {'':{longest}}  {counts[0]}  ")
        lines = ["Rejects, with an example each"]
        for (reason, _), count in zip(rejected, counts, strict=True):
            example = figures.examples.get(reason)
            text = example.error_message if example else ""
            row = f"  {reason:<{longest}}  {count}"
            if room >= _BESIDE:
                lines.append(f"{row}  {cut(text, room)}".rstrip())
            else:
                lines += [row, *wrapped(text, width, " " * 6, most=2)]
        yield lines


def _ledger(figures: Figures, width: int) -> list[str]:
    total = figures.account
    numbers = aligned("", [total.received, total.counted, total.duplicate, total.refused])[1:]
    labels = (
        ("  received", ""),
        ("= counted", "distinct events"),
        ("+ duplicate", "the same events again"),
        ("+ rejected", "set aside in dead_letters"),
    )
    lines = [f"  {label:<11}  {number}  {text}" for (label, text), number in zip(labels, numbers, strict=True)]
    masked = [f"  Card numbers were masked in {many(total.masked, 'event')}."] if total.masked else []
    checks = ["  The sum adds up."] if figures.adds_up else _missing(figures, width)
    return ["Ledger", *(cut(line.rstrip(), width) for line in lines), *checks, *masked]


def _missing(figures: Figures, width: int) -> list[str]:
    """Say what keeps the account from adding up."""
    total = figures.account
    difference = total.received - total.counted - total.duplicate - total.refused
    faults = [f"THE SUM DOES NOT ADD UP: {difference:+,}."] if difference else []
    if figures.written_views != figures.counted_views:
        faults.append(f"VIEWS ARE MISSING: {figures.counted_views:,} counted, {figures.written_views:,} written.")
    if figures.written_rejects < total.refused:
        faults.append(f"DEAD LETTERS ARE MISSING: {total.refused:,} rejected, {figures.written_rejects:,} written.")
    return [line for fault in faults for line in wrapped(fault, width, "  ")]


def _next(figures: Figures, told: Told, width: int) -> Iterator[list[str]]:
    steps: list[tuple[str, tuple[str, ...]]] = []
    if figures.rows:
        steps.append(("Query the results:", (*told.commands.query, told.store, _PAGES)))
    if figures.fraud.open:
        steps.append(("See the alerts:", (*told.commands.query, told.store, _ALERTS)))
    if figures.account.refused:
        steps.append(("See the rejects:", (*told.commands.query, told.store, _REJECTS)))
    if not told.inputs:
        own = (*told.commands.program, "--input", "FILES", "--output", f"{told.output.rstrip('/')}2")
        steps.append(("Your own events (README, section 'Your own events'):", own))
    if figures.account.received:
        steps.append(
            ("See it all on a page, and review the alerts:", (*told.commands.page, "--store", told.output, "--open"))
        )
    if steps:
        lines = [[*wrapped(label, width, "  "), *command_lines(words, width, "    ")] for label, words in steps]
        yield ["Next", *(line for step in lines for line in step)]
