"""A command of ours in a process of its own: started, watched, drained, and its log read."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Self

from pipeline.errors import MillraceError

STOP_SECONDS = 180.0


class Command:
    """A module that runs, with its log in a file. Ctrl-C of the terminal does not reach it.

    Args:
        room: the folder of its log, which is named as the module.
        module: what ``python -m`` runs.
        arguments: its command line.
    """

    def __init__(self, room: Path, module: str, *arguments: str) -> None:
        self._path = room / f"{module}.log"
        self._name = module
        self._log: IO[bytes] = self._path.open("wb")
        command = [sys.executable, "-m", module, *arguments]
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            command, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._log.close()

    @property
    def pid(self) -> int:
        """Give the id of its process."""
        return self._process.pid

    def check(self) -> None:
        """Raise where it has ended."""
        if self._process.poll() is not None:
            raise MillraceError(f"python -m {self._name} ended:\n{self.told()}")

    def finish(self) -> None:
        """Wait for its end; it has to end well."""
        with self:
            if self._process.wait():
                raise MillraceError(f"python -m {self._name} failed:\n{self.told()}")

    def stop(self) -> None:
        """Interrupt it, and wait for its end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(STOP_SECONDS)

    def drain(self, urgent: threading.Event) -> int:
        """Interrupt it, and wait until it is drained, or interrupt it again where that is urgent."""
        self._process.send_signal(signal.SIGINT)
        end = time.monotonic() + STOP_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if urgent.wait(0.2):
                urgent.clear()
                self._process.send_signal(signal.SIGINT)
        return self._process.wait(1)

    def last_line(self) -> str:
        """Give the last line of its log."""
        return (self.told(2_000).splitlines() or [""])[-1]

    def told(self, size: int = 4_000) -> str:
        """Give the end of its log."""
        return self._path.read_text(errors="replace")[-size:].strip()
