"""Writing the files that are made from the code: ``python -m templates.generate`` (make template-files)."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.endpoints.bigquery_tables import TABLES, Column, Table
from templates.metadata import metadata
from templates.terraform_variables import parameters_tf

FOLDER = Path(__file__).parent


def files() -> Iterator[tuple[Path, str]]:
    """Give each file, relative to this folder, and its text."""
    yield Path("metadata.json"), _json(metadata())
    yield Path("terraform/parameters.tf"), parameters_tf()
    tables = Path("terraform/modules/bigquery/tables")
    for table in TABLES:
        yield tables / f"{table.name}.json", _json(table_definition(table))


def table_definition(table: Table) -> dict[str, Any]:
    """Write a table of BigQuery as the module ``bigquery`` reads it."""
    return {
        "day_of": table.day_of,
        "clustered_by": list(table.clustered_by),
        "view_name": table.view_name,
        "view": table.view,
        "schema": [_column(column) for column in table.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    about = {"description": column.about} if column.about else {}
    fields = {"fields": [_column(field) for field in column.fields]} if column.fields else {}
    return {"name": column.name, "type": column.type, "mode": column.mode, **about, **fields}


def _json(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"


def main() -> int:
    """Write them all; gives the exit status."""
    for path, text in files():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
