"""The summary at the end of a run: pure text, for a terminal of any width."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.endpoints.sqlite_figures import Example, Figures
from transforms.core.reasons import ADVICE, Reason

NARROW = 60


class Told(NamedTuple):
    """What the summary says of a run beside its figures. ``seconds`` is wall time, ``size`` bytes of input."""

    title: str
    files: int
    size: int
    input_name: str
    output: str
    store: str
    seconds: float
    max_reject_ratio: float


def exit_status(figures: Figures, max_reject_ratio: float) -> int:
    """Give the exit status: 1 the account does not add up, 3 nothing or too little was admitted, else 0."""
    if not figures.adds_up:
        return 1
    return 3 if nothing_admitted(figures) or too_many_rejects(figures, max_reject_ratio) else 0


def nothing_admitted(figures: Figures) -> bool:
    """Tell a run that counted nothing."""
    return figures.account.counted + figures.account.duplicate == 0


def too_many_rejects(figures: Figures, max_reject_ratio: float) -> bool:
    """Tell a run whose rejects exceed the ratio allowed."""
    return figures.account.refused > max_reject_ratio * figures.account.received


def summary(figures: Figures, told: Told, width: int) -> str:
    """Write the summary, at most ``width`` columns wide where values allow."""
    width = max(width, NARROW)
    sections = [
        *_alarm(figures, told, width),
        _heading(figures, told, width),
        *_top_pages(figures, width),
        *_rejects(figures, width),
        _ledger(figures),
        _next(figures, told),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def printable(text: str, width: int) -> str:
    """Cut a text to a width and show control characters as escapes: values of events are hostile to a terminal."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: width + 1])
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def _alarm(figures: Figures, told: Told, width: int) -> Iterator[list[str]]:
    if not figures.adds_up:
        yield ["FAILED: the ledger does not add up; results are incomplete. Run again, and report this if it stays."]
    elif figures.account.received == 0:
        yield ["NOTHING WAS READ: the input holds no events. Check --input."]
    elif nothing_admitted(figures) or too_many_rejects(figures, told.max_reject_ratio):
        yield _commonest(figures, width)


def _commonest(figures: Figures, width: int) -> list[str]:
    reason, count = max(figures.account.rejected.items(), key=lambda item: item[1])
    share = figures.account.refused / figures.account.received
    head = "NOTHING WAS ADMITTED" if nothing_admitted(figures) else "TOO MANY REJECTS"
    advice = ADVICE[Reason(reason)]
    lines = [
        f"{head}: {figures.account.refused:,} of {figures.account.received:,} events were rejected ({share:.0%}).",
        f"The commonest reason is {reason} ({count:,}): {advice.meaning}",
        *_example(figures.examples.get(reason), width),
        f"What to do: {advice.remedy}",
    ]
    return [*lines, f"The option that probably helps: {advice.option}"] if advice.option else lines


def _heading(figures: Figures, told: Told, width: int) -> list[str]:
    rate = figures.account.received / told.seconds if told.seconds else 0
    files = "1 file" if told.files == 1 else f"{told.files:,} files"
    return [
        told.title,
        f"  Input   {printable(told.input_name, width - 40)}: {files}, {_bytes(told.size)}",
        f"  Output  {told.output}",
        f"  Time    {told.seconds:.1f} s, {rate:,.0f} events/s",
        *([f"  Spans   {figures.first_window} to {figures.last_window}"] if figures.rows else []),
    ]


def _bytes(size: int) -> str:
    value, units = float(size), iter(("bytes", "KB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 1000 and (larger := next(units, "")):  # noqa: PLR2004 - SI prefixes
        value, unit = value / 1000, larger
    return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"


def _top_pages(figures: Figures, width: int) -> Iterator[list[str]]:
    if figures.top_pages:
        room = width - 24
        lines = [
            f"  {printable(page.url, room):<{room}} {page.views:>9,} {page.bot_views:>9,}" for page in figures.top_pages
        ]
        head = f"{'Top pages':<{room + 2}} {'views':>9} {'by bots':>9}"
        yield [head, *lines, f"  {figures.urls:,} URLs, {figures.rows:,} rows in page_views"]


def _rejects(figures: Figures, width: int) -> Iterator[list[str]]:
    rejected = sorted(figures.account.rejected.items(), key=lambda item: (-item[1], item[0]))
    if rejected:
        lines = ["Rejects, with an example each"]
        for reason, count in rejected:
            example = figures.examples.get(reason)
            text = printable(example.error_message, width - 34) if example else ""
            lines.append(f"  {reason:<22} {count:>7,}  {text}")
        yield lines


def _example(example: Example | None, width: int) -> list[str]:
    if not example:
        return []
    where = f" (message {example.message_id}, position {example.position or '-'})"
    return [
        f"For example: {printable(example.error_message, width)}",
        f"  {printable(example.payload, width - 2)}",
        f" {printable(where, width)}",
    ]


def _ledger(figures: Figures) -> list[str]:
    total = figures.account
    lines = [
        ("received", total.received, ""),
        ("counted", total.counted, "= distinct events"),
        ("duplicate", total.duplicate, "+ the same events again"),
        ("rejected", total.refused, "+ set aside in dead_letters"),
    ]
    verdict = (
        "adds up"
        if total.adds_up
        else f"DOES NOT ADD UP: {total.received - total.counted - total.duplicate - total.refused:+,}"
    )
    checks = [f"  The sum {verdict}."]
    if figures.written_views != figures.counted_views:
        checks.append(f"  VIEWS ARE MISSING: {figures.counted_views:,} counted, {figures.written_views:,} written.")
    if figures.written_rejects < total.refused:
        checks.append(f"  DEAD LETTERS ARE MISSING: {total.refused:,} rejected, {figures.written_rejects:,} written.")
    masked = [f"  Card numbers were masked in {total.masked:,} events."] if total.masked else []
    return [
        "Ledger",
        *(f"  {name:<10} {number:>12,}  {text}".rstrip() for name, number, text in lines),
        *checks,
        *masked,
    ]


def _next(figures: Figures, told: Told) -> list[str]:
    query = "SELECT url, window_start, views FROM page_views ORDER BY views DESC LIMIT 5"
    lines = ["Next", f"  Query the results:  sqlite3 {told.store} '{query}'"]
    if figures.account.refused:
        query = "SELECT reason, error_message FROM dead_letters"
        lines.append(f"  See the rejects:    sqlite3 {told.store} '{query}'")
    return [
        *lines,
        "  Your own events:    python -m pipeline --input FILES --output out2   (README, 'Your own events')",
    ]
