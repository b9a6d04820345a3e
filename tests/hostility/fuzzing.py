"""``make fuzz``: mutated messages through the command, and again from the archive, until something does not hold."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.hostility.checks import differences, faults, write
from tests.hostility.mutations import KINDS, TYPES, Kind
from tests.program import LENIENT, ROOT

FIRST = 50_000
LARGEST = 250_000
NOTHING_ADMITTED = 3
"""The exit status, which comes with a sentence on stderr."""
GROWTH = 1.3
"""A run of any number of messages may take this much more memory than one of ``FIRST``."""


class Chunk(NamedTuple):
    """Messages for one run, told by their seed; they are made anew each time, for memory is measured."""

    name: str
    kind: Kind
    seed: int
    size: int

    def messages(self) -> Iterator[bytes]:
        return self.kind.made(self.seed, self.size)


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
    peaks: dict[str, list[int]] = {}
    for number, chunk in enumerate(_chunks(messages, seed)):
        path = write(folder / ("in.jsonl.gz" if number % 2 else "in.jsonl"), chunk.messages())
        outcome = judge(folder, chunk.kind, path, chunk.name, chunk.size)
        print(f"seed {seed}, chunk {number}: {chunk.size:,} {chunk.name}, {outcome.peak >> 20:,} MiB", flush=True)
        if outcome.faults:
            print("\n".join(outcome.faults))
            kept = Path(f"fuzz-{seed}-{number}.jsonl").absolute()
            print(f"kept: {write(kept, shrink(folder, chunk))} ({chunk.name})")
            return 1
        if chunk.size >= FIRST:
            peaks.setdefault(chunk.name, []).append(outcome.peak)
    grown = [kind for kind, held in peaks.items() if max(held) > GROWTH * held[0]]
    print(
        f"{messages:,} mutated messages, as many types; memory {'grows: ' + ', '.join(grown) if grown else 'is flat'}"
    )
    return int(bool(grown))


def _chunks(messages: int, seed: int) -> Iterator[Chunk]:
    """Part the messages among the kinds, and add as many types; the first run of each kind is a small one."""
    shares = [(name, kind, messages // len(KINDS)) for name, kind in KINDS.items()]
    for name, kind, share in [*shares, ("types", TYPES, messages)]:
        begun = range(FIRST, share, LARGEST)
        sizes = [min(FIRST, share), *(min(LARGEST, share - at) for at in begun)]
        yield from (Chunk(name, kind, seed * 1_000_003 + number, size) for number, size in enumerate(sizes))


def judge(folder: Path, kind: Kind, path: Path, name: str, count: int) -> Outcome:
    """Run the command over a file, and again over the archive that it wrote."""
    output, replayed = folder / "out", folder / "again"
    for earlier in (output, replayed):
        shutil.rmtree(earlier, ignore_errors=True)
    status, told, peak = measured(output, ["--input", str(path), *kind.options])
    found = [] if status in (0, NOTHING_ADMITTED) else [f"exit status {status}"]
    if told and (status != NOTHING_ADMITTED or "Traceback" in told):
        found.append(f"on stderr: {told[-2000:]}")
    if found:
        return Outcome(found, peak)
    found += faults(output, name, count)
    again, told, _ = measured(replayed, ["--input", str(output / "archive"), *kind.options[2:]])
    found += differences(output, replayed) if again == status else [f"from the archive, exit status {again}: {told}"]
    return Outcome(found, peak)


def measured(output: Path, rest: Sequence[str]) -> tuple[int, str, int]:
    """Run the command as a process; give its exit status, its stderr, and its peak memory in bytes."""
    command = [sys.executable, "-m", "pipeline", *LENIENT, "--output", str(output), *rest]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().decode("utf-8", "replace")
    return process.returncode, text, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def shrink(folder: Path, chunk: Chunk) -> list[bytes]:
    """Halve a failing chunk as long as a half of it fails; of a part, the numbers of its messages are not known."""
    messages = list(chunk.messages())
    while len(messages) > 1:
        middle = len(messages) // 2
        halves = (messages[:middle], messages[middle:])
        failing = next((half for half in halves if _fails(folder, chunk.kind, half)), None)
        if failing is None:
            break
        messages = failing
    return messages


def _fails(folder: Path, kind: Kind, messages: list[bytes]) -> bool:
    return bool(judge(folder, kind, write(folder / "in.jsonl", messages), "", len(messages)).faults)


if __name__ == "__main__":
    sys.exit(main())
