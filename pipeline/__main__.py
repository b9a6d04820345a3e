"""The command line: ``python -m pipeline``. Nothing here is ever unpickled by a worker."""

import logging
import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any

from options.help import help_text
from options.help_page import wants_help
from pipeline.json_logs import write_json_logs
from pipeline.report.exits import fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.starting import prepare_process, run_guarded, uncollected

INTERRUPTED = "millrace: interrupted; run the same command again to finish"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives the exit status (README, section 'Exit status')."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    return run_guarded(lambda: _run(arguments), INTERRUPTED)


def _run(arguments: list[str]) -> int:
    if wants_help(arguments):
        print_text(help_text(get_terminal_size().columns), sys.stdout)
        return 0
    # Beam is imported only now: help and the check of this distribution come without its 1.5 seconds.
    from pipeline.distribution import check_distribution  # noqa: PLC0415

    if fault := check_distribution():
        return fail(fault)
    prepare_process()
    with uncollected():
        from pipeline.running import run  # noqa: PLC0415

    options, settings = _read(arguments)
    logging.getLogger("pipeline").setLevel(logging.ERROR if settings.quiet else logging.INFO)
    if settings.runner == "DataflowRunner":
        write_json_logs(logging.getLogger())
    return run(settings, options)


def _read(arguments: list[str]) -> Any:
    """Read the command line; where it is wrong, look for all that is wrong with it, in what it names too."""
    from options.command_line import read_command_line  # noqa: PLC0415 - as below
    from options.faults import UsageError  # noqa: PLC0415
    from pipeline.surroundings import more_faults  # noqa: PLC0415

    try:
        return read_command_line(arguments)
    except UsageError as error:
        more = more_faults(error.values, error.faults)
        raise UsageError((*error.faults, *more)) from None


if __name__ == "__main__":
    sys.exit(main())
