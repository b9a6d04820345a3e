"""Printing to where a person, or the next program of a pipe, reads."""

import io
import os
import sys
from typing import TextIO

from pipeline.errors import MillraceError


def print_text(text: str, stream: TextIO | None) -> None:
    """Print a text and a line's end; a reader that has seen enough (``| head -1``) is no fault.

    Raises:
        MillraceError: the stream cannot be written, as on a full disk.
    """
    if stream is None:  # closed by whoever started this process
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        let_go(stream)
    except OSError as error:
        let_go(stream)
        raise MillraceError(f"cannot print the result: {error.strerror or error}; it is in the output") from error


def escape_unprintable() -> None:
    """Let both streams write escapes for what they cannot: a terminal may know less characters than events hold."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def let_go(stream: TextIO) -> None:
    """Send what is left in the buffer nowhere; the interpreter would fail on it once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
