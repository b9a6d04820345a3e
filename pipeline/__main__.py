"""The command line: ``python -m pipeline``. Nothing here is ever unpickled by a worker."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from options.help import help_text
from pipeline.json_logs import write_json_logs
from pipeline.starting import prepare_process, start, uncollected

INTERRUPTED = "millrace: interrupted; run the same command again to finish"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives the exit status (README, section 'Exit status')."""
    return start(argv, help_text, _run, INTERRUPTED)


def _run(arguments: list[str]) -> int:
    prepare_process()
    # Beam is imported only now: help comes without its 1.5 seconds.
    with uncollected():
        from pipeline.endpoints.resolve import is_service  # noqa: PLC0415
        from pipeline.running import run  # noqa: PLC0415

    options, settings = _read(arguments)
    logging.getLogger("pipeline").setLevel(logging.ERROR if settings.quiet else logging.INFO)
    if is_service(settings):
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
