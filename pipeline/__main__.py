"""The command line: ``python -m pipeline``. Nothing here is ever unpickled by a worker."""

import gc
import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import Any, NoReturn

from options.help import help_text
from options.help_page import wants_help
from pipeline.errors import MillraceError
from pipeline.report.exits import INTERRUPTED_STATUS, USAGE_STATUS, fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.report.progress import CLEAR_LINE, rewrites

INTERRUPTED = "millrace: interrupted; run the same command again to finish"

_LIBRARIES = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
"""Settings that libraries read when they are imported: Arrow's own pool keeps 10 MB of what it has freed, and numpy
would start a thread per core for linear algebra, which nobody does here."""
_TALKATIVE = ("apache_beam.runners.common", "apache_beam.runners.worker")
"""Beam's loggers that print the stack of an exception which is also raised, and then told by us."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; gives the exit status (README, section 'Exit status')."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    terminated = signal.signal(signal.SIGTERM, _interrupt) if _in_main_thread() else None
    try:
        if wants_help(arguments):
            print_text(help_text(get_terminal_size().columns), sys.stdout)
            return 0
        return _run(arguments)
    except MillraceError as error:
        return fail(f"millrace: {error}")
    except KeyboardInterrupt:
        return fail(INTERRUPTED, INTERRUPTED_STATUS)
    except Exception as error:
        if _caused_by_interrupt(error):
            return fail(INTERRUPTED, INTERRUPTED_STATUS)
        raise
    finally:
        if _in_main_thread():
            signal.signal(signal.SIGTERM, terminated)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _interrupt(*_: object) -> NoReturn:
    """End as with Ctrl-C, so that what was spooled is removed."""
    raise KeyboardInterrupt


def _run(arguments: list[str]) -> int:
    # Beam is imported only now: help and the check of this distribution come without its 1.5 seconds.
    from pipeline.distribution import check_distribution  # noqa: PLC0415

    if fault := check_distribution():
        return fail(fault)
    for name, value in _LIBRARIES.items():
        os.environ.setdefault(name, value)
    _configure_logging()  # before Beam's options, which would do it their way
    with _uncollected():
        from options.faults import UsageError, render_faults  # noqa: PLC0415
        from pipeline.running import run  # noqa: PLC0415

    try:
        options, settings = _read(arguments)
        logging.getLogger("pipeline").setLevel(logging.ERROR if settings.quiet else logging.INFO)
        return run(settings, options)
    except UsageError as error:
        return fail(render_faults(error.faults), USAGE_STATUS)


def _read(arguments: list[str]) -> Any:
    """Read the command line; where it is wrong, look for all that is wrong with it, in what it names too."""
    from options.command_line import read_command_line  # noqa: PLC0415 - as below
    from options.faults import UsageError  # noqa: PLC0415
    from pipeline.surroundings import more_faults  # noqa: PLC0415

    try:
        return read_command_line(arguments)
    except UsageError as error:
        with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
            more = more_faults(error.values, error.faults, Path(spool))
        raise UsageError((*error.faults, *more)) from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from what imports make, which stays: 0.4 CPU seconds of looking at it in vain."""
    first, enabled = "apache_beam" not in sys.modules, gc.isenabled()
    gc.disable()
    yield
    if first:
        gc.freeze()
    if enabled:
        gc.enable()


def _configure_logging() -> None:
    start = CLEAR_LINE if rewrites(sys.stderr) else ""  # of the progress line, which may stand there
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=f"{start}millrace: %(message)s")
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _caused_by_interrupt(error: BaseException | None) -> bool:
    """Tell Ctrl-C that Beam turned into an error of its own on its way up."""
    while error:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    sys.exit(main())
