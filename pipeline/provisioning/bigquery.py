"""The dataset, its tables and views."""

from collections.abc import Iterator, Sequence

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from pipeline.endpoints.bigquery_client import once
from pipeline.endpoints.bigquery_tables import REQUIRED, TABLES, Column, Table
from pipeline.provisioning.findings import Act, Finding

_SAME_TYPES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "STRUCT": "RECORD"}
"""Names of one type: BigQuery answers with the older ones."""


def provision_bigquery(
    client: bigquery.Client, dataset: str, *, location: str = "", dry_run: bool
) -> Iterator[Finding]:
    """Make the dataset, tables and views that are missing, and compare those that are there.

    Args:
        client: of the dataset's project.
        dataset: PROJECT.DATASET
        location: where a new dataset lies; BigQuery's own default if empty.
        dry_run: change nothing; findings say what would be done.
    """
    try:
        held = client.get_dataset(dataset, **once())
        is_there = True
        if location and str(held.location).casefold() != location.casefold():
            yield Finding(Act.DRIFT, f"BigQuery dataset {dataset}", f"lies in {held.location}, expected {location}")
    except NotFound:
        is_there = False
        if not dry_run:
            wanted = bigquery.Dataset(dataset)
            if location:
                wanted.location = location
            client.create_dataset(wanted, exists_ok=True, **once())
        yield Finding(Act.MADE, f"BigQuery dataset {dataset}", f"in {location}" if location else "")
    for table in TABLES:
        looks = is_there or not dry_run
        yield from _provision_table(client, dataset, table, dry_run=dry_run, looks=looks)
        yield from _provision_view(client, dataset, table, dry_run=dry_run, looks=looks)


def schema_field(column: Column) -> bigquery.SchemaField:
    """Write a column as BigQuery's client takes it."""
    fields = [schema_field(field) for field in column.fields]
    return bigquery.SchemaField(column.name, column.type, column.mode, description=column.about, fields=fields)


def _table(client: bigquery.Client, path: str, *, looks: bool) -> bigquery.Table | None:
    if not looks:
        return None
    try:
        return client.get_table(path, **once())
    except NotFound:
        return None


def _provision_table(
    client: bigquery.Client, dataset: str, table: Table, *, dry_run: bool, looks: bool
) -> Iterator[Finding]:
    path = f"{dataset}.{table.name}"
    resource = f"BigQuery table {path}"
    held = _table(client, path, looks=looks)
    if held is None:
        if not dry_run:
            wanted = bigquery.Table(path, [schema_field(column) for column in table.columns])
            wanted.time_partitioning = bigquery.TimePartitioning(bigquery.TimePartitioningType.DAY, table.day_of)
            wanted.clustering_fields = list(table.clustered_by)
            client.create_table(wanted, exists_ok=True, **once())
        yield Finding(Act.MADE, resource, f"by day of {table.day_of}, {len(table.columns)} columns")
        return
    missing = _missing(table.columns, held.schema)
    if addable := [column for column in missing if column.mode != REQUIRED]:
        if not dry_run:
            held.schema = [*held.schema, *(schema_field(column) for column in addable)]
            client.update_table(held, ["schema"], **once())
        for column in addable:
            yield Finding(Act.CHANGED, resource, f"column {column.name}: added")
    for what in _differences(table, held):
        yield Finding(Act.DRIFT, resource, what)


def _missing(columns: Sequence[Column], held: Sequence[bigquery.SchemaField]) -> list[Column]:
    names = {field.name.lower() for field in held}
    return [column for column in columns if column.name.lower() not in names]


def _differences(table: Table, held: bigquery.Table) -> Iterator[str]:
    """Say what differs and cannot be mended in place: columns, partitions, clustering."""
    yield from _column_differences(table.columns, held.schema)
    partitioning = held.time_partitioning
    day_of = partitioning.field if partitioning and partitioning.type_ == "DAY" else None
    if day_of != table.day_of:
        yield f"partitioned by {f'day of {day_of}' if day_of else 'no day of a column'}, expected day of {table.day_of}"
    if list(held.clustering_fields or ()) != list(table.clustered_by):
        given = ", ".join(held.clustering_fields or ()) or "nothing"
        yield f"clustered by {given}, expected {', '.join(table.clustered_by)}"


def _column_differences(
    columns: Sequence[Column], held: Sequence[bigquery.SchemaField], within: str = ""
) -> Iterator[str]:
    fields = {field.name.lower(): field for field in held}
    for column in columns:
        name = within + column.name
        field = fields.get(column.name.lower())
        if field is None:
            if column.mode == REQUIRED:
                yield f"column {name}: missing, expected {column.type} {column.mode}"
            continue
        kind = _SAME_TYPES.get(field.field_type, field.field_type)
        if (kind, field.mode) != (column.type, column.mode):
            yield f"column {name}: {kind} {field.mode}, expected {column.type} {column.mode}"
        yield from _column_differences(column.fields, field.fields, f"{name}.")
    wanted = {column.name.lower() for column in columns}
    for field in held:
        if field.mode == REQUIRED and field.name.lower() not in wanted:
            yield f"column {within}{field.name}: REQUIRED, and Millrace writes no such column"


def _provision_view(
    client: bigquery.Client, dataset: str, table: Table, *, dry_run: bool, looks: bool
) -> Iterator[Finding]:
    path = f"{dataset}.{table.view_name}"
    resource = f"BigQuery view {path}"
    query = table.view_query(f"{dataset}.{table.name}")
    held = _table(client, path, looks=looks)
    if held is None:
        if not dry_run:
            view = bigquery.Table(path)
            view.view_query = query
            client.create_table(view, exists_ok=True, **once())
        yield Finding(Act.MADE, resource, f"of {table.name}, each key once")
    elif held.table_type != "VIEW":
        yield Finding(Act.DRIFT, resource, f"a {held.table_type}, expected a view")
    elif held.view_query and held.view_query != query:  # the emulator does not tell it
        if not dry_run:
            held.view_query = query
            client.update_table(held, ["view_query"], **once())
        yield Finding(Act.CHANGED, resource, "its query")
