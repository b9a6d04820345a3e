"""What runs note in the local store beside their results."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.endpoints.notebooks import mark_name
from pipeline.endpoints.sqlite_access import Store, connect, in_transaction, patiently
from pipeline.endpoints.sqlite_figures import read_account
from pipeline.endpoints.sqlite_schema import STORE_NAME, prepare
from transforms.core.ledger import Account
from transforms.core.times import format_time, parse_time


@dataclass(frozen=True)
class LocalNotebook:
    """The notebook of an output folder."""

    output: str

    @property
    def store(self) -> str:
        """Name the store."""
        return str(Path(self.output) / STORE_NAME)

    def open(self, options: Mapping[str, str]) -> int:
        """Make the store, or check that it fits; gives the seed of its hashes."""
        return prepare(self.output, options)[1]

    def mark(self, subscription: str) -> int | None:
        """Give the mark of a subscription."""
        query = "SELECT value FROM settings WHERE name = ?"
        with closing(connect(self.store)) as store:
            row = patiently(store, lambda: store.execute(query, (mark_name(subscription),)).fetchone())
        return parse_time(row[0]) if row else None

    def save_mark(self, subscription: str, mark: int) -> None:
        """Save the mark of a subscription."""
        row = mark_name(subscription), format_time(mark)

        def save(store: Store) -> None:
            store.execute(
                "INSERT INTO settings VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
                row,
            )

        with closing(connect(self.store)) as store:
            in_transaction(store, save)

    def account(self, run: str) -> Account:
        """Give the account of a run."""
        return read_account(self.store, run)
