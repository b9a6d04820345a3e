"""The service as a process of its own, as people start it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.program import ROOT


@contextmanager
def served(store: Path, *options: str) -> Iterator[str]:
    """The page over a store; gives its address."""
    command = [sys.executable, "-u", "-m", "dashboard", "--store", str(store), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout
        welcome = process.stdout.readline()
        yield next(word for word in welcome.split() if word.startswith("http://"))
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()
