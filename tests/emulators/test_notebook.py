"""What runs note in BigQuery beside their results."""

import pytest

from pipeline.endpoints.bigquery import Place, insert_lines
from pipeline.endpoints.bigquery_notebook import BigQueryNotebook
from pipeline.endpoints.bigquery_rows import ledger_rows, line_of
from pipeline.endpoints.bigquery_tables import LEDGER
from pipeline.errors import MisfitError
from transforms.core.ledger import Account
from transforms.core.records import LedgerRow
from transforms.core.times import SECOND

OPTIONS = {"--window_duration": "60s", "--keep_query": "false"}
SUBSCRIPTION = "projects/local-dev/subscriptions/events"


@pytest.fixture
def notebook(dataset):
    return BigQueryNotebook(dataset)


def test_options_are_noted_once_and_others_refused(notebook):
    seed = notebook.open(OPTIONS)
    assert notebook.open(OPTIONS) == seed
    with pytest.raises(MisfitError) as caught:
        notebook.open(OPTIONS | {"--window_duration": "5m"})
    [misfit] = caught.value.misfits
    assert (misfit.option, misfit.given) == ("--window_duration", "5m")
    assert misfit.expected.startswith("60s, as local-dev.")


def test_a_mark_never_goes_back(notebook):
    assert notebook.mark(SUBSCRIPTION) is None
    notebook.save_mark(SUBSCRIPTION, 100 * SECOND)
    notebook.save_mark(SUBSCRIPTION, 50 * SECOND)
    assert notebook.mark(SUBSCRIPTION) == 100 * SECOND
    assert notebook.mark(f"{SUBSCRIPTION}-2") is None


def test_the_account_of_a_run(notebook, dataset, client):
    assert notebook.account("one") == Account(0, 0, 0, {}, 0)
    rows = [
        LedgerRow("one", "", None, 5, 0, 0, {"not_json": 1}, 1),
        LedgerRow("one", "", None, 7, 0, 0, {"not_json": 2, "not_utf8": 1}, 1),
        LedgerRow("one", "web.page_view.v1", 60 * SECOND, 0, 3, 1, {}, 0),
        LedgerRow("two", "web.page_view.v1", 60 * SECOND, 0, 9, 9, {}, 0),
    ]
    place = Place(dataset, LEDGER, is_live=True)
    insert_lines(client, place, [line_of(LEDGER, one) for row in rows for one in ledger_rows(row)], may_refuse=False)
    assert notebook.account("one") == Account(7, 3, 1, {"not_json": 2, "not_utf8": 1}, 1)
