"""The benchmarks as a document: what was found, in tables."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.chart import Bar
from benchmarks.measuring import COUNTED, DISTINCT, FEW, LOOP, SPOILT, TEXTBOOK, WHOLE
from benchmarks.processes import Pair, median_micros, ratios

MOST_START = 2.5
MOST_BYTES = 32
MOST_TIMES = {COUNTED: 2.0, WHOLE: 3.0}
MOST_SPOILT = 5.0
MOST_FRAUD_MICROS = 40
NAMES = {
    LOOP: "plain loop",
    COUNTED: "pipeline, `--no_archive`",
    WHOLE: "pipeline, everything",
    SPOILT: "pipeline, `--no_archive`, every second event invalid",
    TEXTBOOK: "textbook's Beam, views",
    DISTINCT: "textbook's Beam, distinct views",
}


class Found(NamedTuple):
    """What was measured: pairs by subject and round, the text that self-measuring modules printed, and where."""

    machine: str
    events: int
    distinct: int
    pairs: Mapping[str, Sequence[Pair]]
    large: Mapping[str, Sequence[Pair]]
    large_events: int
    bundles: str
    steps: str
    fraud: str


def bars(found: Found) -> list[Bar]:
    """Give the bars of the chart."""
    loop = found.pairs[LOOP]
    return [
        Bar("plain loop", 1.0, "#9fb3c8"),
        Bar("Millrace without the archive", median(ratios(found.pairs[COUNTED], loop)), "#2186eb", MOST_TIMES[COUNTED]),
        Bar("Millrace with everything", median(ratios(found.pairs[WHOLE], loop)), "#2186eb", MOST_TIMES[WHOLE]),
        Bar("... every second event invalid", median(ratios(found.pairs[SPOILT], loop)), "#8719e0"),
        Bar("textbook's Beam, views only", _times(found, TEXTBOOK), "#cf1124"),
        Bar("... distinct views only", _times(found, DISTINCT), "#cf1124"),
    ]


def _times(found: Found, name: str) -> float:
    """Compare with the median loop: the textbook's pipeline takes no part in the rounds."""
    return median_micros(found.pairs[name]) / median_micros(found.pairs[LOOP])


TEXT = """# Benchmarks

Written by `make bench`, which measures everything below in one go; nothing here is typed by hand.
This time: {machine}; {events:,} page views in JSON lines (2,000 URLs, ten minutes, one line
in a hundred sent twice), {distinct:,} of them distinct.

Machines differ, and are shared: look at the ratios. A subject is a whole process; its CPU time is user and system time
together; its time per event is that of {events:,} events less that of {few:,}, per event more. Subjects take turns,
round after round, and a ratio is one of the same round. Figures are medians, with the least and the greatest behind
them. Each time the pipeline's table was compared with the loop's: had one row differed, there would be no document.

![CPU time per event as a multiple of the plain loop's](images/{picture})

## Beside a plain loop

The loop (`benchmarks/plain_loop.py`) does the same work: it parses, validates as the contract does, brings URLs into
canonical form, and counts distinct views, bots' views and visitors per URL and minute. What it has not: ledger, dead
letters, masking of card numbers, bounds on hostile input, a store, an archive, and memory for more than it can hold.

{beside_the_loop}

## Memory

The most memory that a process held, above that on few events, per distinct event.

{memory}

## Invalid events

Every second line spoilt: cut off, with a URL or a time that is none, of an unknown type. Each becomes a dead letter with
all that is wrong with it, and the loop must have refused as many.

{invalid}

## A textbook's pipeline

`benchmarks/textbook_beam.py`: an element an event, `json.loads`, fixed windows, a count per URL; neither validation nor
bots nor visitors. On a tenth of the events, and a fiftieth for distinct views.

{textbook}

## Bundles

Messages of one event each, in bundles of so many messages (`benchmarks/bundles.py`), through all steps and the union;
the runner's own cost of elements and bundles, which comes on top, is not in it. Larger bundles and more events a message
are the two levers.

{bundles}

## Fraud

What the rules cost on top, per payment and per login of ordinary customers (`benchmarks/fraud.py`, {tenth:,} of each): gathering facts,
uniting them, judging them by all rules, and keeping them in the store. Page views are passed over.

{fraud}

## Steps

What each step costs in one process and without Beam (`benchmarks/steps.py`, {some:,} events).

```
{steps}
```
"""


def document(found: Found, picture: str = "benchmarks.svg") -> str:
    """Write the document."""
    return TEXT.format(
        machine=found.machine,
        events=found.events,
        distinct=found.distinct,
        few=FEW,
        picture=picture,
        beside_the_loop=_beside_the_loop(found),
        memory=_memory(found),
        invalid=_invalid(found),
        textbook=_textbook(found),
        bundles=_bundles(found),
        some=found.events // 5,
        tenth=found.events // 10,
        fraud=_fraud(found),
        steps=found.steps.rstrip(),
    )


def table(*rows: Sequence[str]) -> str:
    """Write a table of Markdown; the first row is its head, and all columns but the first hold figures."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---|" + "--:|" * (len(rows[0]) - 1), *body])


def _spread(values: Sequence[float], form: str = ".2f") -> str:
    middle, least, most = (format(value, form) for value in (median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({least} to {most})"


def _holds(value: float, limit: float) -> str:
    return f"at most {limit:g}: {'holds' if value <= limit else '**does not hold**'}"


def _beside_the_loop(found: Found) -> str:
    loop = found.pairs[LOOP]
    rows = [("", "start, CPU s", "µs CPU per event", "times the loop", "start is to be", "times are to be")]
    for name in (LOOP, COUNTED, WHOLE):
        pairs = found.pairs[name]
        start, times = median(pair.few.cpu for pair in pairs), ratios(pairs, loop)
        limit = MOST_TIMES.get(name)
        limits = (_holds(start, MOST_START), _holds(median(times), limit)) if limit else ("", "")
        micros = _spread([pair.micros for pair in pairs])
        rows.append((NAMES[name], f"{start:.2f}", micros, _spread(times) if limit else "1", *limits))
    return table(*rows)


def _memory(found: Found) -> str:
    rows: list[tuple[str, ...]] = [("", "events", "few events, MB", "many, MB", "bytes per distinct event", "is to be")]
    rows += (_memory_row(name, found.pairs[name], found.events, found.distinct) for name in (LOOP, COUNTED, WHOLE))
    distinct = found.large_events * found.distinct // found.events
    rows += (_memory_row(name, pairs, found.large_events, distinct) for name, pairs in found.large.items())
    note = "" if found.large else f"\n\n{found.large_events:,} events are measured with `make bench ARGS=--large`."
    return table(*rows) + note


def _memory_row(name: str, pairs: Sequence[Pair], events: int, distinct: int) -> tuple[str, ...]:
    few, many = (
        median(cost.peak for cost in costs) / 1e6 for costs in zip(*((p.few, p.many) for p in pairs), strict=True)
    )
    grown = [pair.growth / distinct for pair in pairs]
    judged = "" if name == LOOP else _holds(median(grown), MOST_BYTES)
    return NAMES[name], f"{events:,}", f"{few:.0f}", f"{many:.0f}", _spread(grown, ".1f"), judged


def _invalid(found: Found) -> str:
    times = ratios(found.pairs[SPOILT], found.pairs[COUNTED])
    spoilt = found.pairs[SPOILT]
    return table(
        ("", "µs CPU per event", "times all valid", "is to be", "bytes per event"),
        (
            NAMES[SPOILT],
            _spread([pair.micros for pair in spoilt]),
            _spread(times),
            _holds(median(times), MOST_SPOILT),
            _spread([pair.growth / pair.events for pair in spoilt], ".1f"),
        ),
    )


def _textbook(found: Found) -> str:
    return table(
        ("", "start, CPU s", "µs CPU per event", "times the loop"),
        *(
            (NAMES[name], f"{pair.few.cpu:.2f}", f"{pair.micros:.1f}", f"{_times(found, name):.1f}")
            for name in (TEXTBOOK, DISTINCT)
            for pair in found.pairs[name]
        ),
    )


def _bundles(found: Found) -> str:
    head = ("messages in a bundle", "µs CPU per event", "partials per event", "bytes on the wire per event")
    return table(head, *(line.split("\t") for line in found.bundles.splitlines()))


def _fraud(found: Found) -> str:
    rows = [line.split("\t") for line in found.fraud.splitlines()]
    head = ("µs CPU per event", "gather", "unite", "judge", "store", "in all", "is to be")
    return table(head, *((*row, _holds(float(row[-1]), MOST_FRAUD_MICROS)) for row in rows))
