"""A server on this machine: started on a port of its own, ready when it answers, ended by its own process id."""

import atexit
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, ClassVar

from pipeline.errors import MillraceError

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
_LOOK_EVERY = 0.1
_TOLD_LINES = 15


class Server:
    """An emulator. It may be stopped, or killed, and started again on the same port.

    On Linux it ends with the thread that started it, so that nothing is left behind by a program that is killed.

    Args:
        folder: where its log and its data go; there before.
        port: where it listens; a free one if 0.
    """

    name: ClassVar[str]
    variable: ClassVar[str]
    """The environment variable by which clients find it."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def address(self) -> str:
        """Give host and port, or the URL, as the environment variable takes it."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """Give the id of its process; 0 where it does not run."""
        return self._process.pid if self._process else 0

    def command(self) -> list[str]:
        """Give the command that starts it.

        Raises:
            MissingToolError: it is not installed; says what installs it.
        """
        raise NotImplementedError

    def environment(self) -> Mapping[str, str] | None:
        """Give the environment that it runs in; None for this process's own."""
        return None

    def start(self) -> str:
        """Start it, wait until it answers, and give its address."""
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """Start it without waiting."""
        self._log = (self._folder / f"{type(self).__name__}.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            [*_ending_with_us(), *self.command()],
            cwd=self._folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the program, which drains and then stops its servers
        )
        atexit.register(self.stop)

    def wait(self) -> str:
        """Wait until it answers, and give its address.

        Raises:
            MillraceError: it ended, or does not answer; holds the end of its log.
        """
        end = time.monotonic() + READY_SECONDS
        while not self.answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise MillraceError(f"{self.name} did not start:\n{self._told()}")
            time.sleep(_LOOK_EVERY)
        return self.address

    def answers(self) -> bool:
        """Tell whether something listens there."""
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        """End it; one that does not end by itself is killed."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._let_go()

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process:
            self._process.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self._process:
            self._process.wait()
        if self._log:
            self._log.close()
        self._process = self._log = None
        atexit.unregister(self.stop)

    def _told(self) -> str:
        text = (self._folder / f"{type(self).__name__}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-_TOLD_LINES:])


def free_port() -> int:
    """Find a port of this machine that nobody uses."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
    return port


def _ending_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
