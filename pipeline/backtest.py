"""Trying fraud rules on history: ``python -m pipeline.backtest --input FILES --fraud_rules FILE``."""

import logging
import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any

from options.backtest_table import HELP
from options.help_page import wants_help
from pipeline.distribution import check_distribution
from pipeline.report.exits import fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.starting import prepare_process, run_guarded, uncollected

INTERRUPTED = "millrace: interrupted; nothing was kept"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    return run_guarded(lambda: _run(arguments), INTERRUPTED)


def _run(arguments: list[str]) -> int:
    if wants_help(arguments):
        print_text(HELP.render(get_terminal_size().columns), sys.stdout)
        return 0
    # Beam is imported only now: help comes without its 1.5 seconds.
    if fault := check_distribution():
        return fail(fault)
    prepare_process()
    with uncollected():
        from pipeline.backtesting.running import run  # noqa: PLC0415

    backtest = _read(arguments)
    logging.getLogger("pipeline").setLevel(logging.ERROR)
    run(backtest)
    return 0


def _read(arguments: list[str]) -> Any:
    """Read the command line; where it is wrong, look for all that is wrong with it, in what it names too."""
    from options.backtest import read_backtest  # noqa: PLC0415 - as above
    from options.faults import UsageError  # noqa: PLC0415
    from pipeline.backtesting.running import label_faults  # noqa: PLC0415
    from pipeline.surroundings import more_faults  # noqa: PLC0415

    try:
        return read_backtest(arguments)
    except UsageError as error:
        more = more_faults(error.values, error.faults)
        _, wrong = label_faults(error.values.get("labels") or "")
        raise UsageError((*error.faults, *more, *wrong)) from None


if __name__ == "__main__":
    sys.exit(main())
