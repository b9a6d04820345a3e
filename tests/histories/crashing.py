"""Runs that die in the middle of a write, as with ``kill -9``.

Each is forked from a server that has imported everything and run nothing, so that it costs no more than a run here.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.program import run_here

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["pipeline.running", __name__])
SECONDS = 120


def crash(out: Path, words: Sequence[str], act: int) -> int:
    """Run the command until it has half done its ``act``-th write; give its exit code, -9 where it came to that."""
    process = SERVER.Process(target=_run_and_die, args=(out, words, act))
    process.start()
    process.join(SECONDS)
    assert process.exitcode is not None
    return process.exitcode


def _run_and_die(out: Path, words: Sequence[str], act: int) -> None:
    from pipeline.endpoints import sqlite, sqlite_figures, sqlite_schema  # noqa: PLC0415 - after the fork

    acts = count(1)

    def die_in_time() -> None:
        if next(acts) == act:
            os.kill(os.getpid(), signal.SIGKILL)

    sqlite.BATCH_BYTES = 1
    for module in (sqlite, sqlite_figures, sqlite_schema):
        module.in_transaction = _with_death(module.in_transaction, die_in_time)  # type: ignore[attr-defined]
    rename = Path.rename

    def renamed(path: Path, target: Path) -> Path:
        die_in_time()
        return rename(path, target)

    Path.rename = renamed  # type: ignore[method-assign, assignment]
    raise SystemExit(run_here(out, *words))


def _with_death(in_transaction: Callable[..., Any], die_in_time: Callable[[], None]) -> Callable[..., Any]:
    """Make a transaction in which the process may die before it is committed."""

    def in_mortal_transaction(store: Any, join: Callable[[Any], Any]) -> Any:
        def mortal_join(store: Any) -> Any:
            result = join(store)
            die_in_time()
            return result

        return in_transaction(store, mortal_join)

    return in_mortal_transaction
