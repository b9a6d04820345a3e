"""Files of the archive without somebody's rows: the others stay as they were, under a name of the content."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transforms.core.archive_rows import BadArchiveError, read_rows
from transforms.core.archiving import ArchiveFile, Archiver, without
from transforms.core.mentions import Mentions
from transforms.core.records import Reject
from transforms.core.times import parse_time

TEN = parse_time("2026-09-17T10:00:00Z")


def archived(payloads, attributes=None):
    """One file of rejects."""
    archiver = Archiver()
    letters = [
        Reject("parse", "not_json", "not JSON", payload, "m1", str(at), 0, TEN, attributes or {})
        for at, payload in enumerate(payloads)
    ]
    [file] = [*archiver.add_rejects(letters), *archiver.finish()]
    return file


def held(file):
    return [(row.position, row.data) for rows in read_rows(io.BytesIO(file.content), 1000) for row in rows]


def test_rows_that_mention_somebody_are_taken_out():
    payloads = [b"u%d" % (number % 10) for number in range(100)]
    file = archived(payloads)
    rest, taken = without(file, Mentions(["u7"]))
    assert taken == 10
    assert rest is not None
    assert held(rest) == [row for row in held(file) if row[1] != b"u7"]
    assert (rest.folder, rest.path) == (file.folder, rest.path)
    assert rest.path != file.path
    assert without(file, Mentions(["u7"])) == (rest, 10)
    assert without(rest, Mentions(["u7"])) == (rest, 0)


def test_a_file_without_mentions_is_the_file_itself():
    file = archived([b"u1", b"u2"])
    assert without(file, Mentions(["u7"])) == (file, 0)


def test_a_file_of_nothing_else_goes():
    assert without(archived([b"u7", b'"u7"']), Mentions(["u7"])) == (None, 2)


def test_attributes_and_message_ids_are_looked_at():
    file = archived([b"{"], {"user": "u7"})
    assert without(file, Mentions(["u7"])) == (None, 1)
    assert without(file, Mentions(["m1"])) == (None, 1)


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"x" * 100])
def test_what_is_damaged_is_told(content):
    with pytest.raises(BadArchiveError, match="Parquet"):
        without(ArchiveFile("dt=2026-09-17/hour=10/x.parquet", content), Mentions(["u7"]))


def test_another_parquet_file_is_told():
    target = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), target)
    with pytest.raises(BadArchiveError, match="other columns"):
        without(ArchiveFile("dt=2026-09-17/hour=10/x.parquet", target.getvalue()), Mentions(["u7"]))
