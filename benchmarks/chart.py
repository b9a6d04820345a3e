"""A bar chart as SVG: lengths on a logarithmic scale, each with its figure."""

from collections.abc import Iterator, Sequence
from math import ceil, log10
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 250, 70, 34, 56
INK, FAINT = "#1f2933", "#d5dbe1"
STYLE = f'font-family="Helvetica, Arial, sans-serif" font-size="14" fill="{INK}"'
NOTE = "logarithmic scale; a dash marks the limit that we set ourselves"


class Bar(NamedTuple):
    """A bar: its label, its length, its colour, and a limit that it should not pass."""

    label: str
    value: float
    colour: str
    limit: float | None = None


def chart(bars: Sequence[Bar], title: str = "CPU time per event, as a multiple of the plain loop's") -> str:
    """Draw the chart."""
    height = TOP + ROW * len(bars) + 46
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {STYLE} role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="20" y="30" font-size="16" font-weight="bold">{escape(title)}</text>',
            *_grid(bars, height),
            *(line for number, bar in enumerate(bars) for line in _bar(bar, TOP + ROW * number, _decades(bars))),
            f'<text x="{LEFT}" y="{height - 8}" font-size="12" fill="#616e7c">{NOTE}</text>',
            "</svg>\n",
        ]
    )


def _decades(bars: Sequence[Bar]) -> int:
    return max(1, ceil(log10(max(bar.value for bar in bars))))


def _x(value: float, decades: int) -> float:
    """Place a value: a tenth of the axis lies below 1, so that the loop has a bar."""
    share = 0.1 + 0.9 * max(0.0, log10(value)) / decades
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _grid(bars: Sequence[Bar], height: int) -> Iterator[str]:
    decades = _decades(bars)
    for power in range(decades + 1):
        for step in (1, 2, 5):
            value = step * 10**power
            if value <= 10**decades:
                x = _x(value, decades)
                yield f'<path d="M{x:.1f} {TOP - 8}V{height - 40}" stroke="{FAINT}"/>'
                yield f'<text x="{x:.1f}" y="{height - 26}" font-size="12" text-anchor="middle">{value}</text>'


def _bar(bar: Bar, top: int, decades: int) -> Iterator[str]:
    end, middle = _x(bar.value, decades), top + 16
    yield f'<text x="{LEFT - 12}" y="{middle + 1}" text-anchor="end">{escape(bar.label)}</text>'
    yield f'<rect x="{LEFT}" y="{top + 2}" width="{end - LEFT:.1f}" height="18" rx="2" fill="{bar.colour}"/>'
    figure = end
    if bar.limit is not None:
        limit = _x(bar.limit, decades)
        figure = max(end, limit + 2)
        yield f'<path d="M{limit:.1f} {top - 2}v26" stroke="{INK}" stroke-width="2"/>'
    yield f'<text x="{figure + 7:.1f}" y="{middle + 1}" font-weight="bold">{bar.value:.3g}</text>'
