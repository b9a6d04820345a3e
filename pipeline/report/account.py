"""The account of a run: the exit status that follows from it, and a few lines where no store at hand has more."""

from options.settings import Settings
from transforms.core.ledger import Account


def account_text(total: Account, settings: Settings, seconds: float) -> str:
    """Write what came of a run."""
    refused = ", ".join(f"{reason} {number:,}" for reason, number in total.rejected.items())
    how, where = ("Drained" if settings.streaming else "Done"), settings.output_dataset or settings.output
    lines = [
        f"{how} after {seconds:,.0f} s; results are in {where}.",
        f"received {total.received:,} = counted {total.counted:,} + duplicate {total.duplicate:,}"
        f" + rejected {total.refused:,}" + (f" ({refused})" if refused else ""),
    ]
    if not total.adds_up:
        lines.insert(0, "FAILED: the ledger does not add up; results are incomplete.")
    return "\n".join(lines)


def account_status(total: Account, max_reject_ratio: float, *, adds_up: bool) -> int:
    """Give the exit status: 1 it does not add up, 3 nothing or too little was admitted, else 0."""
    if not adds_up:
        return 1
    return 3 if nothing_admitted(total) or too_many_rejects(total, max_reject_ratio) else 0


def nothing_admitted(total: Account) -> bool:
    """Tell a run that counted nothing."""
    return total.counted + total.duplicate == 0


def too_many_rejects(total: Account, max_reject_ratio: float) -> bool:
    """Tell a run whose rejects exceed the ratio allowed."""
    return total.refused > max_reject_ratio * total.received
