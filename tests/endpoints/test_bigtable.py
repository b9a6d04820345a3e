"""What Bigtable may do to a batch of rows, and what is in the table at the end of each."""

import re

import pytest
from google.api_core import exceptions as api
from google.cloud.bigtable.data.exceptions import FailedMutationEntryError, MutationsExceptionGroup

from pipeline.endpoints import bigtable, stalls
from pipeline.endpoints.bigtable import StoreInBigtable, write_cells
from pipeline.endpoints.cloud_errors import Home
from pipeline.errors import StoreError
from tests.emulators.rows import page_views, write
from transforms.core.records import PageViews
from transforms.core.row_keys import cells_of

PATH = "projects/local-dev/instances/serving/tables/t"
LIVE = Home(f"Bigtable {PATH}", is_live=True)
PASSING = [
    api.ServiceUnavailable("away"),
    api.DeadlineExceeded("slow"),
    api.Aborted("again"),
    api.ResourceExhausted("quota"),
    api.InternalServerError("internal"),
    RuntimeError("no response entry received for mutation"),
]


class FakeTable:
    """A table in memory; ``faults`` are what the next requests meet: the error of a row by its place, or of all."""

    def __init__(self):
        self.cells, self.requests, self.faults = {}, [], []

    def bulk_mutate_rows(self, entries, operation_timeout, attempt_timeout, retryable_errors):
        assert (retryable_errors, operation_timeout, attempt_timeout) == ((), 30.0, 30.0)
        self.requests.append(len(entries))
        errors, is_written = self.faults.pop(0) if self.faults else ({}, False)
        failed = []
        for index, entry in enumerate(entries):
            if is_written or index not in errors:
                [cell] = entry.mutations
                self.cells.setdefault(entry.row_key, {})[cell.timestamp_micros] = cell.new_value
            if index in errors:
                failed.append(FailedMutationEntryError(index, entry, errors[index]))
        if failed:
            raise MutationsExceptionGroup(failed, len(entries))

    def newest(self):
        return {key: held[max(held)] for key, held in self.cells.items()}


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(stalls, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(stalls, "LONGEST_WAIT_SECONDS", 0.002)
    fake = FakeTable()
    client = type("Client", (), {"get_table": lambda *_: fake, "close": lambda _: None})
    monkeypatch.setattr(bigtable, "BigtableDataClient", lambda **_: client())
    return fake


def cells(count=5):
    return [cell for number in range(count) for cell in cells_of(page_views(f"/{number}", 0, number + 1))]


def held(made):
    return {cell.key: cell.value for cell in made}


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_rows_that_fail_in_passing_are_sent_again_and_only_those(table, error):
    table.faults = [({1: error, 4: error}, False), ({0: error}, False)]
    write_cells(table, LIVE, cells())
    assert table.requests == [10, 2, 1]
    assert table.newest() == held(cells())


def test_a_lost_answer_changes_nothing(table):
    table.faults = [(dict.fromkeys(range(10), api.DeadlineExceeded("lost")), True)] * 2
    write_cells(table, LIVE, cells())
    assert table.newest() == held(cells())
    assert {len(versions) for versions in table.cells.values()} == {1}


@pytest.mark.parametrize("is_live", [True, False])
def test_a_row_that_is_refused_is_named_with_its_code(table, is_live):
    table.faults = [({3: api.InvalidArgument("bad family")}, False)] * 2
    key = re.escape(cells()[3].key.decode())
    with pytest.raises(StoreError, match=rf"cannot write Bigtable {PATH}: {key}: INVALID_ARGUMENT: 400 bad family"):
        write_cells(table, LIVE._replace(is_live=is_live), cells())


def test_a_missing_table_is_waited_for_live_and_told_otherwise(table):
    missing = (dict.fromkeys(range(10), api.NotFound("no such table")), False)
    table.faults = [missing] * 3
    write_cells(table, LIVE, cells())
    assert table.newest() == held(cells())
    table.faults = [missing]
    with pytest.raises(StoreError, match=r"404 no such table; make what is missing.*python -m pipeline\.provision"):
        write_cells(table, LIVE._replace(is_live=False), cells())


def test_of_panes_in_any_order_the_greatest_is_read(table):
    for order in ([3, 9, 5], [9, 5, 3]):
        for views in order:
            write([page_views("/", 0, views, "early")], PageViews, StoreInBigtable(PATH, is_live=True))
        assert table.newest() == held(cells_of(page_views("/", 0, 9)))
    write([page_views("/", 0, views) for views in (3, 12, 5)], PageViews, StoreInBigtable(PATH, is_live=True))
    assert table.newest() == held(cells_of(page_views("/", 0, 12)))


def test_requests_are_bounded(table):
    rows = [page_views(f"/{number}", 0, 1) for number in range(1300)]
    write(rows, PageViews, StoreInBigtable(PATH, is_live=True))
    assert sum(table.requests) == 2600
    assert max(table.requests) <= 1000
