"""What runs note beside their results: the options that shape results, how far subscriptions are written, accounts."""

from collections.abc import Mapping
from typing import Protocol

from pipeline.errors import Misfit, MisfitError
from transforms.core.ledger import Account


class Notebook(Protocol):
    """Where runs into the same homes find what they have to know of each other."""

    def open(self, options: Mapping[str, str]) -> int:
        """Note the options that shape results, or compare them with those held; gives the seed of the hashes.

        Raises:
            MisfitError: results of other options are there.
            StoreError: the homes cannot be read or written.
        """

    def mark(self, subscription: str) -> int | None:
        """Give the mark of a subscription, in microseconds; None where none was saved."""

    def save_mark(self, subscription: str, mark: int) -> None:
        """Save the mark of a subscription; it never goes back."""

    def account(self, run: str) -> Account:
        """Give the account of a run."""


def refuse_differing(held: Mapping[str, str], options: Mapping[str, str], home: str, example: str) -> None:
    """Compare the options of a run with those that a home's results were made with.

    Args:
        held: the options by name, as the home has them.
        options: those of the run.
        home: names the home.
        example: an option that names another home.

    Raises:
        MisfitError: some differ; all are named.
    """
    differing = [name for name in sorted(held.keys() | options.keys()) if held.get(name) != options.get(name)]
    if differing:
        raise MisfitError(
            Misfit(
                name,
                options.get(name, "nothing"),
                f"{held.get(name, 'nothing')}, as {home} was made with, or another {example.split(maxsplit=1)[0]}",
                example,
            )
            for name in differing
        )


def mark_name(subscription: str) -> str:
    """Name the mark of a subscription among the settings."""
    return f"mark of {subscription}"
