"""Progress: a line that is rewritten on a terminal, plain lines elsewhere, nothing when quiet."""

import io
import time

import pytest

from pipeline.progress import Progress
from pipeline.report import progress as report
from pipeline.report.progress import CLEAR_LINE, ProgressReport, progress_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress(read: int, total: int) -> Progress:
    made = Progress()
    made.start(total)
    made.add(read)
    return made


@pytest.mark.parametrize(
    ("read", "total", "seconds", "text"),
    [
        (0, 63_044_500, 0.2, "read 0.0 of 63.0 MB (0%), 0 s"),
        (2_100_000, 4_200_000, 12.6, "read 2.1 of 4.2 MB (50%), 13 s"),
        (1, 1_234_567_890_123, 7200, "read 0.0 of 1,234,567.9 MB (0%), 7200 s"),
        (4_200_000, 4_200_000, 3, "read all 4.2 MB, adding up, 3 s"),
        (5_000_000, 4_200_000, 3, "read all 4.2 MB, adding up, 3 s"),
        (0, 0, 0, "read all 0.0 MB, adding up, 0 s"),
    ],
)
def test_progress_text(read, total, seconds, text):
    assert progress_text(progress(read, total), seconds) == text
    assert len(text) < 60


def shown(monkeypatch, stream, *, quiet=False):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(report, "TERMINAL_SECONDS", 0.01)
    monkeypatch.setattr(report, "PLAIN_SECONDS", 0.02)
    with ProgressReport(stream, quiet=quiet, progress=progress(1_000_000, 2_000_000)):
        time.sleep(0.2)
    return stream.getvalue()


def test_a_terminal_sees_one_line_which_is_cleared_at_the_end(monkeypatch):
    text = shown(monkeypatch, Terminal())
    assert text.startswith("\rread 1.0 of 2.0 MB (50%), 0 s\x1b[K\rread")
    assert text.endswith(f"\x1b[K{CLEAR_LINE}")
    assert "\n" not in text


def test_elsewhere_lines_are_plain(monkeypatch):
    lines = shown(monkeypatch, io.StringIO()).splitlines()
    assert set(lines) == {"read 1.0 of 2.0 MB (50%), 0 s"}
    assert 2 <= len(lines) <= 10


def test_a_terminal_that_cannot_rewrite_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with ProgressReport(stream, quiet=False, progress=progress(0, 1)):
        pass
    assert stream.getvalue() == ""


def test_quiet_shows_nothing(monkeypatch):
    assert shown(monkeypatch, Terminal(), quiet=True) == ""


def test_plain_lines_come_every_five_seconds():
    assert report.PLAIN_SECONDS == 5


def test_the_line_is_cleared_when_the_run_fails(monkeypatch):
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt), ProgressReport(stream, quiet=False, progress=progress(0, 1)):
        raise KeyboardInterrupt
    assert stream.getvalue().endswith(CLEAR_LINE)


def test_nobody_reads_any_more(monkeypatch):
    class Gone(Terminal):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    shown(monkeypatch, Gone())
    with ProgressReport(None, quiet=False, progress=progress(0, 1)):
        pass
