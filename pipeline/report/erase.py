"""What erasing found, for a person: a line a place."""

from collections.abc import Sequence

from pipeline.erasing.findings import Erased


def line_of(erased: Erased, *, dry_run: bool) -> str:
    """Write what was, or would be, erased from one place."""
    return f"{'would erase' if dry_run else 'erased':12} {erased.place}: {erased.rows:,} row{'s'[: erased.rows != 1]}"


def conclusion(erased: Sequence[Erased], *, dry_run: bool) -> str:
    """Say in a sentence what it comes to."""
    if not erased:
        return "Mentioned nowhere; nothing to do."
    rows = sum(one.rows for one in erased)
    told = f"{rows:,} row{'s'[: rows != 1]} in {len(erased):,} place{'s'[: len(erased) != 1]}"
    return f"{told}. Nothing was changed: add --yes to erase." if dry_run else f"{told} erased."
