"""The command line: ``python -m pipeline``. Nothing here is ever unpickled by a worker."""

import logging
import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from options.help import help_text, wants_help

USAGE_STATUS = 2
FAILED_STATUS = 1
INTERRUPTED_STATUS = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives the exit status (README, section 'Exit status')."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if wants_help(arguments):
        print(help_text(get_terminal_size().columns))  # noqa: T201 - the program's output
        return 0
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    # Beam is imported only now: help and the check of this distribution come without its 1.6 seconds.
    from pipeline.distribution import check_distribution  # noqa: PLC0415

    if fault := check_distribution():
        return _fail(fault)
    from options.command_line import read_command_line  # noqa: PLC0415
    from options.faults import UsageError, render_faults  # noqa: PLC0415
    from pipeline.errors import MillraceError  # noqa: PLC0415

    try:
        options, settings = read_command_line(arguments)
    except UsageError as error:
        return _fail(render_faults(error.faults), USAGE_STATUS)
    _configure_logging(quiet=settings.quiet)
    from pipeline.running import run  # noqa: PLC0415

    try:
        return run(settings, options)
    except MillraceError as error:
        return _fail(f"millrace: {error}")
    except KeyboardInterrupt:
        return _fail("millrace: interrupted; run the same command again to finish", INTERRUPTED_STATUS)


def _fail(text: str, status: int = FAILED_STATUS) -> int:
    print(text, file=sys.stderr)  # noqa: T201 - the program's output
    return status


def _configure_logging(*, quiet: bool) -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="millrace: %(message)s")
    if not quiet:
        logging.getLogger("pipeline").setLevel(logging.INFO)
    logging.getLogger("apache_beam").setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
