"""Reading page views from Bigtable: a URL's series, and the top URLs of some minutes, without looking at the rest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Self

from google.cloud.bigtable.data import BigtableDataClient, ReadRowsQuery, RowRange
from google.cloud.bigtable.data.row_filters import CellsColumnLimitFilter

from pipeline.endpoints.bigtable import TablePath
from transforms.core.row_keys import Served, series_range, served, window_ranges

_READ_SECONDS = 30.0


class ServedPageViews:
    """The page views of a table.

    Rows are looked for by the window in their keys: Bigtable collects what is too old when it likes.

    Args:
        path: projects/P/instances/I/tables/T
    """

    def __init__(self, path: str) -> None:
        project, instance, table = TablePath.of(path)
        self._client = BigtableDataClient(project=project)
        self._table = self._client.get_table(instance, table)

    def series(self, url: str, start: int, end: int) -> list[Served]:
        """Give the windows of a URL that begin from one time on and before another, in order; microseconds."""
        return [one for one in self._rows([series_range(url, start, end)]) if one.url == url]

    def top(self, start: int, end: int, most: int) -> list[tuple[str, int]]:
        """Give the URLs with most views in the windows that begin from one time on and before another, and the views.

        All rows of these windows are read: the sum over windows can put any URL first.
        """
        views: Counter[str] = Counter()
        for row in self._rows(window_ranges(start, end)):
            views[row.url] += row.views
        return sorted(views.items(), key=lambda item: (-item[1], item[0]))[:most]

    def windows(self, start: int, end: int) -> list[Served]:
        """Give all that is served of some windows."""
        return list(self._rows(window_ranges(start, end)))

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, ranges: Sequence[tuple[bytes, bytes]]) -> Iterator[Served]:
        query = ReadRowsQuery(
            row_ranges=[RowRange(first, end) for first, end in ranges],
            row_filter=CellsColumnLimitFilter(1),  # of the cells of a row the one with most views
        )
        for row in self._table.read_rows(query, operation_timeout=_READ_SECONDS):
            yield served(row.row_key, row.cells[0].value)
