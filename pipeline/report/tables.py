"""Tables of names and figures, for a terminal of any width."""

from collections.abc import Iterable, Iterator

from pipeline.report.text import columns, cut, padded

_APART = "  "


class Table:
    """Rows of a name and its figures; figures are set to the right, all names to the left.

    Where a row does not fit, figures stand on a line of their own, below the name; a row without any is a heading.
    """

    def __init__(self, title: str, heads: Iterable[str]) -> None:
        self._title = title
        self._heads = tuple(heads)
        self.rows: list[tuple[str, tuple[str, ...]]] = []

    def add(self, name: str, figures: Iterable[str]) -> None:
        """Add a row."""
        self.rows.append((name, tuple(figures)))

    def lines(self, width: int) -> list[str]:
        """Write the table within ``width`` columns."""
        widths = [
            max(map(len, cells)) for cells in zip(self._heads, *(cells for _, cells in self.rows if cells), strict=True)
        ]
        room = width - sum(size + len(_APART) for size in widths)
        longest = max(columns(name) for name, cells in ((self._title, ()), *self.rows) if cells or name == self._title)
        names = 2 + max(longest, len(self._title) - 2)
        if names <= room:
            rows = [(self._title, self._heads), *((f"  {name}", cells) for name, cells in self.rows)]
            return [_line(name, cells, widths, names, width) for name, cells in rows]
        return list(self._stacked(widths, width))

    def _stacked(self, widths: list[int], width: int) -> Iterator[str]:
        size = width - sum(size + len(_APART) for size in widths)
        if columns(self._title) > size:
            yield cut(self._title, width)
            yield _line("", self._heads, widths, size, width)
        else:
            yield _line(self._title, self._heads, widths, size, width)
        for name, cells in self.rows:
            if cells and columns(name) + 2 > size:
                yield cut(f"  {name}", width)
                yield _line("", cells, widths, size, width)
            else:
                yield _line(f"  {name}", cells, widths, size, width)


def _line(name: str, cells: Iterable[str], widths: list[int], size: int, width: int) -> str:
    figures = [f"{_APART}{cell:>{room}}" for cell, room in zip(cells, widths, strict=False)]
    return (padded(name, size) + "".join(figures)).rstrip() if figures else cut(name, width)
