"""How a command that runs Beam starts, and what can end it: settings of libraries, logging, signals; without Beam."""

import gc
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import NoReturn

from options.faults import UsageError, render_faults
from options.help_page import wants_help
from pipeline.distribution import check_distribution
from pipeline.errors import MillraceError
from pipeline.report.exits import INTERRUPTED_STATUS, USAGE_STATUS, fail
from pipeline.report.printing import escape_unprintable, print_text
from pipeline.report.progress import CLEAR_LINE, rewrites

_LIBRARIES = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
"""Settings that libraries read when they are imported: Arrow's own pool keeps 10 MB of what it has freed, and numpy
would start a thread per core for linear algebra, which nobody does here."""
_TALKATIVE = ("apache_beam.runners.common", "apache_beam.runners.worker")
"""Beam's loggers that print the stack of an exception which is also raised, and then told by us."""


def start(
    argv: Sequence[str] | None, help_text: Callable[[int], str], run: Callable[[list[str]], int], interrupted: str
) -> int:
    """Start a command, and take it to its exit status.

    Args:
        argv: its words, without the program's name; those of the process if None.
        help_text: writes what --help prints, for a width in columns.
        run: runs the command over its words; gives the exit status.
        interrupted: what is told when it is interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    if wants_help(arguments):
        print_text(help_text(get_terminal_size().columns), sys.stdout)
        return 0
    if fault := check_distribution():
        return fail(fault)
    return run_guarded(lambda: run(arguments), interrupted)


def prepare_process() -> None:
    """Set what has to be set before Beam is imported, and before its options, which would log in their own way."""
    for name, value in _LIBRARIES.items():
        os.environ.setdefault(name, value)
    start = CLEAR_LINE if rewrites(sys.stderr) else ""  # of the progress line, which may stand there
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=f"{start}millrace: %(message)s")
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Connecting to Bigtable emulator")  # that is known: a variable says so
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from what imports make, which stays: 0.4 CPU seconds of looking at it in vain."""
    first, enabled = "apache_beam" not in sys.modules, gc.isenabled()
    gc.disable()
    yield
    if first:
        gc.freeze()
    if enabled:
        gc.enable()


def run_guarded(run: Callable[[], int], interrupted: str) -> int:
    """Run a command to its exit status: a wrong command line, what a person can mend, and an interruption are told."""
    with _terminated_as_interrupted():
        try:
            return run()
        except UsageError as error:
            return fail(render_faults(error.faults), USAGE_STATUS)
        except MillraceError as error:
            return fail(f"millrace: {error}")
        except KeyboardInterrupt:
            return fail(interrupted, INTERRUPTED_STATUS)
        except Exception as error:
            if _caused_by_interrupt(error):
                return fail(interrupted, INTERRUPTED_STATUS)
            raise


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does, so that what was spooled is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _caused_by_interrupt(error: BaseException | None) -> bool:
    """Tell Ctrl-C that Beam turned into an error of its own on its way up."""
    while error:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False
