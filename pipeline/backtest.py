"""Trying fraud rules on history: ``python -m pipeline.backtest --input FILES --fraud_rules FILE``."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from options.backtest_table import HELP
from pipeline.starting import prepare_process, start, uncollected

INTERRUPTED = "millrace: interrupted; nothing was kept"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status (--help lists them)."""
    return start(argv, HELP.render, _run, INTERRUPTED)


def _run(arguments: list[str]) -> int:
    prepare_process()
    # Beam is imported only now: help comes without its 1.5 seconds.
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
