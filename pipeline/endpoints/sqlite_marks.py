"""Marks of live runs in the local store: how far each subscription is written."""

from contextlib import closing
from dataclasses import dataclass

from pipeline.endpoints.sqlite_access import Store, connect, in_transaction, patiently
from transforms.core.times import format_time, parse_time


@dataclass(frozen=True)
class SaveMark:
    """Saves the mark of a subscription; it never goes back."""

    path: str
    subscription: str

    def __call__(self, mark: int) -> None:
        """Save a mark, in microseconds."""
        with closing(connect(self.path)) as store:
            in_transaction(store, lambda store: self._save(store, mark))

    def _save(self, store: Store, mark: int) -> None:
        row = _name(self.subscription), format_time(mark)
        store.execute(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
            row,
        )


def read_mark(path: str, subscription: str) -> int | None:
    """Give the mark of a subscription, in microseconds; None where none was saved."""
    query = "SELECT value FROM settings WHERE name = ?"
    with closing(connect(path)) as store:
        row = patiently(store, lambda: store.execute(query, (_name(subscription),)).fetchone())
    return parse_time(row[0]) if row else None


def _name(subscription: str) -> str:
    return f"mark of {subscription}"
