"""What is measured: the subjects, run in turn as whole processes, and their tables compared."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.page_view_lines import half_spoilt, page_view_lines
from benchmarks.processes import Cost, FailedError, Pair, run

FEW = 1_000
LOOP, COUNTED, WHOLE, SPOILT = "loop", "counted", "whole", "spoilt"
TEXTBOOK, DISTINCT = "textbook", "distinct"
Table = list[list[Any]]
"""URL, minute since 1970, views, bots' views, visitors; in order."""


class Inputs(NamedTuple):
    """Files of events, few and many; every second line of ``spoilt`` is no good event."""

    few: Path
    many: Path
    spoilt_few: Path
    spoilt: Path
    events: int


def make_inputs(folder: Path, events: int) -> Inputs:
    """Write the files."""
    few, many = folder / "few.jsonl", folder / "many.jsonl"
    spoilt_few, spoilt = folder / "spoilt_few.jsonl", folder / "spoilt.jsonl"
    write(few, page_view_lines(FEW))
    write(many, page_view_lines(events))
    for whole, half in ((few, spoilt_few), (many, spoilt)):
        with whole.open("rb") as lines:
            write(half, half_spoilt(lines))
    return Inputs(few, many, spoilt_few, spoilt, events)


def write(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines."""
    with path.open("wb") as file:
        file.writelines(lines)


class Measuring:
    """Runs subjects on files in a folder of its own, and keeps the tables that they gave.

    Args:
        folder: where outputs go; each is removed when it was looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tables: dict[Path, Table] = {}
        self.refused: dict[Path, int] = {}

    def loop(self, file: Path) -> Cost:
        """Run the plain loop; its table is the one that others must give."""
        output = self._folder / "loop.out"
        cost = run("benchmarks.plain_loop", str(file), output=output)
        *rows, refused = map(json.loads, output.read_bytes().splitlines())
        self.tables[file], self.refused[file] = rows, refused
        return cost

    def pipeline(self, file: Path, *options: str) -> Cost:
        """Run the pipeline.

        Raises:
            FailedError: it gave another table than the loop, or refused other events.
        """
        output = self._folder / "out"
        arguments = ("--input", str(file), "--output", str(output), "--quiet", "--max_reject_ratio", "1", *options)
        try:
            cost = run("pipeline", *arguments, output=self._folder / "pipeline.out")
            with closing(sqlite3.connect(output / "millrace.db")) as store:
                _compare(list(_stored(store)), self.tables[file], "the pipeline")
                (refused,) = store.execute("SELECT count(*) FROM dead_letters").fetchone()
        finally:
            shutil.rmtree(output, ignore_errors=True)
        if refused != self.refused[file]:
            raise FailedError(f"the pipeline refused {refused} events, the loop {self.refused[file]}")
        return cost

    def textbook(self, file: Path, *options: str) -> Cost:
        """Run the textbook's pipeline.

        Raises:
            FailedError: it gave other views than the loop, though it was to count distinct ones.
        """
        output = self._folder / "textbook.out"
        cost = run("benchmarks.textbook_beam", str(file), *options, output=output)
        if options:
            rows = sorted(map(json.loads, output.read_bytes().splitlines()))
            _compare(rows, [row[:3] for row in self.tables[file]], "the textbook's pipeline")
        return cost


def _stored(store: sqlite3.Connection) -> Iterator[list[Any]]:
    query = "SELECT url, strftime('%s', window_start) / 60, views, bot_views, visitors FROM page_views ORDER BY 1, 2"
    return map(list, store.execute(query))


def _compare(given: Table, wanted: Table, whose: str) -> None:
    if given != wanted:
        differing = next((pair for pair in zip(given, wanted, strict=False) if pair[0] != pair[1]), None)
        raise FailedError(f"{whose} gave another table: {len(given)} rows, not {len(wanted)}; {differing}")


def rounds(inputs: Inputs, measuring: Measuring, count: int, tell: Callable[[str], None]) -> dict[str, list[Pair]]:
    """Measure the subjects in turn, so that what disturbs one disturbs all."""
    pairs: dict[str, list[Pair]] = {LOOP: [], COUNTED: [], WHOLE: [], SPOILT: []}
    measuring.loop(inputs.spoilt_few), measuring.loop(inputs.spoilt)
    more = inputs.events - FEW
    for number in range(1, count + 1):
        tell(f"round {number} of {count}")
        loop = measuring.loop(inputs.few), measuring.loop(inputs.many)
        counted = (measuring.pipeline(file, "--no_archive") for file in (inputs.few, inputs.many))
        whole = (measuring.pipeline(file) for file in (inputs.few, inputs.many))
        spoilt = (measuring.pipeline(file, "--no_archive") for file in (inputs.spoilt_few, inputs.spoilt))
        for name, (few, many) in ((LOOP, loop), (COUNTED, counted), (WHOLE, whole), (SPOILT, spoilt)):
            pairs[name].append(Pair(few, many, more))
    return pairs


def textbook(folder: Path, measuring: Measuring, events: int) -> dict[str, list[Pair]]:
    """Measure the textbook's pipeline, on fewer events: the first 1,000 to a fifth or all of ``events``."""
    pairs: dict[str, list[Pair]] = {}
    for name, options, many in ((TEXTBOOK, (), events), (DISTINCT, ("--distinct",), events // 5)):
        files = folder / "textbook_few.jsonl", folder / "textbook_many.jsonl"
        for file, length in zip(files, (FEW, many), strict=True):
            write(file, islice(page_view_lines(many), length))
            measuring.loop(file)
        few, most = (measuring.textbook(file, *options) for file in files)
        pairs[name] = [Pair(few, most, many - FEW)]
    return pairs


def large(folder: Path, measuring: Measuring, events: int) -> dict[str, list[Pair]]:
    """Measure the pipeline once on many more events, for its memory."""
    few, many = folder / "large_few.jsonl", folder / "large.jsonl"
    write(few, page_view_lines(FEW))
    write(many, page_view_lines(events))
    pairs: dict[str, list[Pair]] = {}
    measuring.loop(few), measuring.loop(many)
    for name, options in ((COUNTED, ("--no_archive",)), (WHOLE, ())):
        pairs[name] = [Pair(measuring.pipeline(few, *options), measuring.pipeline(many, *options), events - FEW)]
    many.unlink()
    return pairs
