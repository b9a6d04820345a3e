"""``make fuzz``: chunks of mutated messages through the real command, until one does what it must not."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.hostility.checks import arguments, faults, write
from tests.hostility.mutations import KINDS
from tests.program import LENIENT, ROOT

CHUNK = 50_000
NOTHING_ADMITTED = 3
"""The exit status, which comes with a sentence on stderr."""
GROWTH = 1.25
"""Later chunks may take this much more memory than the first of their kind."""


class Outcome(NamedTuple):
    """What a run of the command did wrong, and the most memory that it held, in bytes."""

    faults: list[str]
    peak: int


def main(argv: list[str] | None = None) -> int:
    """Fuzz; gives 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("messages", type=int)
    parser.add_argument("seed", type=int)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="millrace-fuzz-") as folder:
        return _fuzz(Path(folder), asked.messages, asked.seed)


def _fuzz(folder: Path, messages: int, seed: int) -> int:
    peaks: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for number, (kind, count) in enumerate(_chunks(messages)):
        chunk = list(KINDS[kind](seed * 1_000_003 + number, count))
        outcome = judge(folder, kind, chunk)
        print(f"seed {seed}, chunk {number}: {count:,} {kind}, {outcome.peak >> 20:,} MiB", flush=True)
        if outcome.faults:
            print("\n".join(outcome.faults))
            kept = Path(f"fuzz-{seed}-{number}.jsonl").absolute()
            print(f"kept: {write(kept, shrink(folder, kind, chunk))} ({kind})")
            return 1
        if count == CHUNK:
            peaks[kind].append(outcome.peak)
    grown = [kind for kind, held in peaks.items() if held and max(held) > GROWTH * held[0]]
    print(f"{messages:,} messages; memory {'grows: ' + ', '.join(grown) if grown else 'is flat'}")
    return int(bool(grown))


def _chunks(messages: int) -> Iterator[tuple[str, int]]:
    kinds = list(KINDS)
    for number, start in enumerate(range(0, messages, CHUNK)):
        yield kinds[number % len(kinds)], min(CHUNK, messages - start)


def judge(folder: Path, kind: str, chunk: list[bytes], *, whole: bool = True) -> Outcome:
    """Run the command over a chunk; of a part of a chunk the numbers of its messages are not known."""
    output = folder / "out"
    shutil.rmtree(output, ignore_errors=True)
    status, told, peak = measured(output, arguments(kind, write(folder / "in", chunk)))
    found = [] if status in (0, NOTHING_ADMITTED) else [f"exit status {status}"]
    if told and (status != NOTHING_ADMITTED or "Traceback" in told):
        found.append(f"on stderr: {told[-2000:]}")
    if status in (0, NOTHING_ADMITTED):
        found += faults(output, kind if whole else "lines", len(chunk))
    return Outcome(found, peak)


def measured(output: Path, rest: list[str]) -> tuple[int, str, int]:
    """Run the command as a process; give its exit status, its stderr, and its peak memory in bytes."""
    command = [sys.executable, "-m", "pipeline", *LENIENT, "--output", str(output), *rest]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().decode("utf-8", "replace")
    return process.returncode, text, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def shrink(folder: Path, kind: str, chunk: list[bytes]) -> list[bytes]:
    """Halve a failing chunk as long as a half of it fails."""
    while len(chunk) > 1:
        middle = len(chunk) // 2
        halves = (chunk[:middle], chunk[middle:])
        failing = next((half for half in halves if judge(folder, kind, half, whole=False).faults), None)
        if failing is None:
            break
        chunk = failing
    return chunk


if __name__ == "__main__":
    sys.exit(main())
