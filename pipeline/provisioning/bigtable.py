"""The Bigtable table and its family, with what is collected after a day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.cloud.bigtable import Client
from google.cloud.bigtable.column_family import MaxAgeGCRule

from pipeline.endpoints.bigtable import FAMILY, KEPT_HOURS, TablePath
from pipeline.provisioning.findings import Act, Finding

RULE = MaxAgeGCRule(timedelta(hours=KEPT_HOURS))  # type: ignore[no-untyped-call]


def provision_bigtable(path: str, *, dry_run: bool) -> Iterator[Finding]:
    """Make the table and its family where they are missing, and compare the rule of collection.

    Args:
        path: projects/P/instances/I/tables/T
        dry_run: change nothing; findings say what would be done.
    """
    project, instance, name = TablePath.of(path)
    client: Any = Client(project=project, admin=True)  # type: ignore[no-untyped-call]
    table = client.instance(instance).table(name)
    resource = f"Bigtable table {path}"
    about = f"family {FAMILY}, cells older than {KEPT_HOURS} h are collected"
    if not table.exists():
        if not dry_run:
            _make(table)
        yield Finding(Act.MADE, resource, about)
        return
    held = table.list_column_families().get(FAMILY)
    if held is None:
        if not dry_run:
            table.column_family(FAMILY, gc_rule=RULE).create()
        yield Finding(Act.CHANGED, resource, f"{about}: added")
    elif held.gc_rule != RULE:
        given = str(held.gc_rule.to_pb()).replace("\n", " ").strip() if held.gc_rule else "nothing"
        yield Finding(
            Act.DRIFT, resource, f"family {FAMILY} collects {given}, expected cells older than {KEPT_HOURS} h"
        )


def _make(table: Any) -> None:
    try:
        table.create(column_families={FAMILY: RULE})
    except AlreadyExists:
        return  # by another who provisions at the same time
