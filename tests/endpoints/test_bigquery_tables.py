"""The tables of BigQuery hold what the local store holds, under one mapping of names."""

import re

import pytest

from pipeline.endpoints.bigquery_rows import (
    DeadLetter,
    alert_rows,
    dead_letter_rows,
    ledger_rows,
    page_view_rows,
    review_rows,
)
from pipeline.endpoints.bigquery_tables import (
    DEAD_LETTERS,
    FRAUD_ALERTS,
    LEDGER,
    NULLABLE,
    PAGE_VIEWS,
    REVIEWS,
    TABLES,
)
from pipeline.endpoints.sqlite_schema import SCHEMA
from tests.core.fraud.test_following import alert, review
from tests.emulators.rows import TEN, page_views, reject
from transforms.core.records import LedgerRow

RESULTS = (PAGE_VIEWS, FRAUD_ALERTS, REVIEWS, DEAD_LETTERS, LEDGER)
OF_BIGQUERY_ALONE = {"payload_uri"}
GOOGLES = [
    ("timestamp", "TIMESTAMP", "REQUIRED"),
    ("payloadString", "STRING", "REQUIRED"),
    ("payloadBytes", "BYTES", "REQUIRED"),
    ("attributes", "RECORD", "REPEATED"),
    ("errorMessage", "STRING", "NULLABLE"),
    ("stacktrace", "STRING", "NULLABLE"),
]
ROWS = {
    PAGE_VIEWS.name: page_view_rows(page_views("/", 0, 1)),
    FRAUD_ALERTS.name: alert_rows(alert(5)),
    REVIEWS.name: review_rows(review(1, 5)),
    DEAD_LETTERS.name: dead_letter_rows(DeadLetter(reject("0")), TEN),
    LEDGER.name: ledger_rows(LedgerRow("run", "", None, 1, 0, 0, {"not_json": 1}, 0)),
}


def local_columns(table):
    """The columns of a table of the local store, by its own schema."""
    [body] = re.findall(rf"CREATE TABLE {table} \((.*?)\n\)", SCHEMA, re.DOTALL)
    return set(re.findall(r"(\w+) (?:TEXT|INTEGER|BLOB)\b", body))


@pytest.mark.parametrize("table", RESULTS, ids=lambda table: table.name)
def test_columns_are_those_of_the_local_store(table):
    assert {column.local_name for column in table.columns} - OF_BIGQUERY_ALONE == local_columns(table.name)


@pytest.mark.parametrize("table", RESULTS, ids=lambda table: table.name)
def test_a_row_has_a_value_for_each_column_and_for_no_other(table):
    [row] = ROWS[table.name]
    assert set(row) == {column.name for column in table.columns}
    for column in table.columns:
        assert row[column.name] is not None or column.mode == NULLABLE
        for one in row[column.name] if column.fields else ():
            assert set(one) == {field.name for field in column.fields}


def test_dead_letters_begin_as_in_googles_templates():
    assert [(column.name, column.type, column.mode) for column in DEAD_LETTERS.columns[:6]] == GOOGLES
    assert {column.mode for column in DEAD_LETTERS.columns[6:]} == {NULLABLE}
    [attributes] = [column for column in DEAD_LETTERS.columns if column.name == "attributes"]
    assert [(field.name, field.type) for field in attributes.fields] == [("key", "STRING"), ("value", "STRING")]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_in_order(table):
    names = [column.name for column in table.columns]
    assert len(set(map(str.lower, names))) == len(names)
    assert {table.day_of, *table.key, *table.clustered_by} <= set(names)
    assert len(table.clustered_by) <= 4
    assert table.view_query("p.d.t").count("`p.d.t`") == 1


@pytest.mark.parametrize("timing", ["early", "on_time", "late", "final"])
def test_early_panes_have_no_row(timing):
    assert len(list(page_view_rows(page_views("/", 0, 1, timing)))) == (timing != "early")
