"""The demo: ``python -m dashboard.demo``. Simulated traffic with attacks runs through the pipeline, with the page open.

The programs are those that everybody runs: the simulator once, the page, and the pipeline again and again into one
store, each time on a file of the events that came since.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from dashboard.playing import AHEAD, BEHIND, HISTORY, Playing, Tape
from options.demo import HELP, DemoSettings, read_demo
from options.faults import UsageError, render_faults
from options.help_page import wants_help
from pipeline.report.exits import USAGE_STATUS, fail
from pipeline.report.printing import escape_unprintable, print_text
from transforms.core.times import HOUR, SECOND, format_time

EVENTS, ATTACKS, NEGATIVES = 150_000, 64, 24
PAUSE_SECONDS = 5.0
"""Between the starts of two runs, where they are faster."""
_STOP_SECONDS = 10


class DemoError(Exception):
    """A part of the demo failed."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    escape_unprintable()
    if wants_help(arguments):
        print_text(HELP.render(shutil.get_terminal_size().columns), sys.stdout)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        settings = read_demo(arguments)
        with tempfile.TemporaryDirectory(prefix="millrace-demo-") as folder:
            _play(settings, Path(folder))
    except UsageError as error:
        return fail(render_faults(error.faults), USAGE_STATUS)
    except DemoError as error:
        return fail(f"millrace: {error}")
    except KeyboardInterrupt:
        print_text("The demo has stopped; what it made is removed.", sys.stdout)
    return 0


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _play(settings: DemoSettings, folder: Path) -> None:
    traffic, output = folder / "traffic.jsonl", folder / "out"
    playing = Playing(_now(), settings.speed)
    print_text("1/3 simulating two days of a shop, with attacks on it", sys.stdout)
    _simulate(traffic, playing, settings.seed)
    with traffic.open("rb") as lines:
        tape = Tape(lines)
        print_text("2/3 running the pipeline over what is past (about a quarter of a minute)", sys.stdout)
        _run(folder, output, tape.take(playing.first + HISTORY))
        playing = playing._replace(begun=_now())
        page = _serve(settings, output)
        try:
            print_text("3/3 playing what comes; Ctrl-C stops", sys.stdout)
            _follow(folder, output, tape, playing, page)
        finally:
            _end(page)


def _follow(folder: Path, output: Path, tape: Tape, playing: Playing, page: "subprocess.Popen[bytes]") -> None:
    """Run the pipeline on what has come, again and again."""
    while not tape.is_over:
        begun = time.monotonic()
        _run(folder, output, tape.take(playing.due(_now())))
        if page.poll() is not None:
            raise DemoError("the page ended; see above")
        time.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - begun)))
    print_text("The simulated traffic is over; the page stays until Ctrl-C.", sys.stdout)
    page.wait()


def _simulate(traffic: Path, playing: Playing, seed: int) -> None:
    hours = (HISTORY + BEHIND + AHEAD) // HOUR
    command = ["pipeline.simulate", "--events", str(EVENTS), "--seed", str(seed), "--start", format_time(playing.first)]
    command += ["--duration", f"{hours}h", "--attacks", str(ATTACKS), "--hard_negatives", str(NEGATIVES)]
    _wait_for([*command, "--in_future", "0", "--malformed", "0.004", "--quiet", "--output", str(traffic)])


def _run(folder: Path, output: Path, lines: Iterable[bytes]) -> None:
    """Run the pipeline on some lines, as a file of its own: the same file again would be the same run."""
    part = folder / f"part-{time.time_ns()}.jsonl"
    with part.open("wb") as file:
        file.writelines(lines)
    if part.stat().st_size:
        _wait_for(["pipeline", "--input", str(part), "--output", str(output), "--max_reject_ratio", "1", "--quiet"])
    part.unlink()


def _wait_for(command: list[str]) -> None:
    process = subprocess.Popen([sys.executable, "-m", *command])  # noqa: S603 - our own programs
    try:
        status = process.wait()
    except BaseException:
        _end(process)
        raise
    if status:
        raise DemoError(f"python -m {command[0]} ended with status {status}; see above")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a program: asked first, made to where it takes too long; what it made is removed anyway."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _serve(settings: DemoSettings, output: Path) -> "subprocess.Popen[bytes]":
    has_screen = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    shown = ["--open"] if has_screen and not settings.no_open else []
    command = [sys.executable, "-m", "dashboard", "--store", str(output), "--port", str(settings.port), *shown]
    return subprocess.Popen(command)  # noqa: S603


def _now() -> int:
    return time.time_ns() // 1000 // SECOND * SECOND


if __name__ == "__main__":
    sys.exit(main())
