"""Printing to where a person, or the next program of a pipe, reads."""

import os
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
        _let_go(stream)
    except OSError as error:
        _let_go(stream)
        raise MillraceError(f"cannot print the result: {error.strerror or error}; it is in the output") from error


def _let_go(stream: TextIO) -> None:
    """Send what is left in the buffer nowhere; the interpreter would fail on it once more when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
