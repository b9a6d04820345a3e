"""Write the bundled sample: ``python -m pipeline.sample.generate FOLDER``.

The same seed gives the same bytes, so what is committed can be read here instead of taken on trust. The generator
knows what it wrote: ``tables`` gives the counts that README.md shows and that a run has to arrive at.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from pipeline.sample import traffic
from pipeline.sample.access_log import log_lines
from pipeline.sample.casting import customers
from pipeline.sample.items import (
    REASONS,
    WHOLE_DAY,
    Line,
    stream_of,
    take,
    zipped,
)
from pipeline.sample.pubsub import push_lines
from pipeline.sample.web import web_lines
from pipeline.simulator import kinds
from pipeline.simulator.outcomes import COUNTED, DUPLICATE
from pipeline.simulator.shop import Customer

SEED = 20260917
CUSTOMERS = 600
ORDERS = 1_000
ACCOUNT = ("received", COUNTED, DUPLICATE, "rejected")


class SampleFile(NamedTuple):
    """A file's bytes, its number of lines, and how often each label was given."""

    data: bytes
    lines: int
    labels: Counter[str]

    def account(self) -> dict[str, int]:
        """Give the four numbers of the ledger: received = counted + duplicate + rejected."""
        rejected = sum(self.labels[reason] for reason in REASONS)
        counted, duplicate = self.labels[COUNTED], self.labels[DUPLICATE]
        return dict(zip(ACCOUNT, (counted + duplicate + rejected, counted, duplicate, rejected), strict=True))


def generate(seed: int = SEED) -> dict[str, SampleFile]:
    """Generate all files of the sample, by name."""
    people = customers(stream_of(seed, "customers"), CUSTOMERS)
    web = _file(web_lines(seed, people))
    return {
        "web.jsonl.gz": web._replace(data=zipped(web.data)),
        "pubsub.jsonl": _file(push_lines(seed, people)),
        "access.log": _file(log_lines(seed, people)),
        "orders.json": _orders(seed, people),
    }


def _file(lines: Iterable[Line]) -> SampleFile:
    written = list(lines)
    data = b"".join(line.text + b"\n" for line in written)
    return SampleFile(data, len(written), Counter(chain.from_iterable(line.labels for line in written)))


def _orders(seed: int, people: Sequence[Customer]) -> SampleFile:
    """Write one JSON array over many lines, as exports of databases are."""
    items = take(traffic.payments(stream_of(seed, "orders"), people, WHOLE_DAY), ORDERS, kinds.ORDER)
    text = json.dumps([item.document for item in items], indent=1) + "\n"
    labels = Counter(chain.from_iterable(item.labels for item in items))
    return SampleFile(text.encode(), text.count("\n"), labels)


def tables(files: Mapping[str, SampleFile]) -> str:
    """Render the counts as the two tables of README.md: the account of each file, and what else is in it."""
    accounts = [(name, *(f"{n:,}" for n in (file.lines, *file.account().values()))) for name, file in files.items()]
    named = {label for file in files.values() for label in file.labels} - set(ACCOUNT)
    order = [*REASONS, *sorted(named - set(REASONS))]
    details = [(label, *(_number(file.labels[label]) for file in files.values())) for label in order]
    return f"{_table(('file', 'lines', *ACCOUNT), accounts)}\n{_table(('', *files), details)}"


def _number(count: int) -> str:
    return f"{count:,}" if count else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the files into a folder, and their counts to the standard output."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.sample.generate", description="Write the bundled sample.")
    parser.add_argument("folder", type=Path, help="where to write; made if it does not exist")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another day (default: %(default)s)")
    options = parser.parse_args(argv)
    files = generate(options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        (options.folder / name).write_bytes(file.data)
    sys.stdout.write(tables(files))


if __name__ == "__main__":
    main()
