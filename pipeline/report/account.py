"""The account of a run whose results are not in a store at hand, or that was stopped: a few lines."""

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


def account_status(total: Account, max_reject_ratio: float) -> int:
    """Give the exit status: 1 the account does not add up, 3 nothing or too little was admitted, else 0."""
    if not total.adds_up:
        return 1
    is_empty = total.counted + total.duplicate == 0
    return 3 if is_empty or total.refused > max_reject_ratio * total.received else 0
