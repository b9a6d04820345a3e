"""KeepArchive alone: which files come of what, under two windowings, and that a block's end closes them."""

import io
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.transforms.window import GlobalWindows

from tests.transforms.alone import TEN_SECONDS, elements, outputs_of, values_of
from transforms.core.archive_rows import read_rows
from transforms.core.archiving import ArchiveFile
from transforms.core.records import ArchiveRow, Event, EventBatch, Form, Origin, Reject, Rejects, Unreadable
from transforms.core.times import HOUR, SECOND
from transforms.keep_archive import Archivable, KeepArchive

NOON = 1_789_646_400 * SECOND  # 2026-09-17T12:00:00Z
LOG = Origin("f", form=Form.ACCESS_LOG, by_line=True, encoding="gzip", block="part 0")
LIVE = Origin("m-1", NOON, {"a": "b"}, prefix="7/")


@pytest.fixture(params=[GlobalWindows(), TEN_SECONDS], ids=["global", "ten seconds"])
def windows(request):
    return request.param


class Spell(beam.PTransform):
    """A store that gives the files as text, in place of writing them."""

    def expand(self, files):
        return files | beam.ParDo(_Spell()).with_output_types(str)


class _Spell(beam.DoFn):
    def process(self, file: ArchiveFile):
        yield f"{file.path} {file.content.hex()}"


def batch_of(origin: Origin, *rows: tuple[int, bytes, int, bool]) -> EventBatch:
    events = [Event("1", "s", "t", time, {}, 0, masked) for _, _, time, masked in rows]
    return EventBatch(origin, events, [raw for _, raw, _, _ in rows], [position for position, _, _, _ in rows])


def archived(tmp_path, windows: Any, batches: list[EventBatch], rejects: list[Rejects]) -> list[tuple[str, Any]]:
    """The folder and the rows of each file."""

    def wire(root):
        admitted = root | "Batches" >> elements(batches, windows, EventBatch)
        refused, none, none_too = (
            root | name >> elements(some, windows, Rejects)
            for name, some in (("Refused", rejects), ("None", []), ("None too", []))
        )
        return Archivable(admitted, refused, none, none_too) | KeepArchive(Spell())

    files = [text.split(" ") for text in values_of(outputs_of(wire, tmp_path)["main"])]
    assert all(path.endswith(".parquet") for path, _ in files)
    read = [(path.rpartition("/")[0], list(read_rows(io.BytesIO(bytes.fromhex(text)), 2))) for path, text in files]
    return sorted((folder, [row for rows in lists for row in rows]) for folder, lists in read)


def test_files_of_what_was_admitted_and_refused(windows, tmp_path):
    seen = Unreadable("too_large", 9, "ab", "larger than 8 bytes")
    whole = Reject("open", "not_json", "", b"[", "m-2", "7", 0, NOON + HOUR, {"a": "b"}, whole=True)
    cut = Reject("open", "too_large", "", b"x", "f-1", "5", 0, form=Form.JSON_LINES, unreadable=seen)
    rows = archived(
        tmp_path,
        windows,
        [
            batch_of(LOG, (0, b"one", NOON, False), (4, b"two", NOON + HOUR, False)),
            batch_of(LIVE, (2, b"three", NOON - 1, True)),
        ],
        [(whole,), (cut,)],
    )
    one, two = (f"f-{digest}" for digest in ("911faba7321fe1a0", "6c0560bdcb29998b"))
    line = ArchiveRow("f", "", None, {}, b"", Form.ACCESS_LOG, "gzip")
    three = ArchiveRow("m-1", "7/2", NOON, {"a": "b"}, b"three", Form.MESSAGE, "", masked=True, time=NOON - 1)
    assert rows == [
        ("dt=2026-09-17/hour=11", [three]),
        ("dt=2026-09-17/hour=12", [line._replace(message_id=one, position="0", data=b"one", time=NOON)]),
        ("dt=2026-09-17/hour=13", [line._replace(message_id=two, position="4", data=b"two", time=NOON + HOUR)]),
        ("dt=2026-09-17/hour=13", [ArchiveRow("m-2", "7/", NOON + HOUR, {"a": "b"}, b"[", Form.MESSAGE)]),
        ("dt=unknown", [ArchiveRow("f-1", "5", None, {}, b"x", Form.JSON_LINES, unreadable=seen)]),
    ]


def test_a_block_is_a_file_and_what_is_kept_is_passed_over(windows, tmp_path):
    parts = [LOG, LOG, LOG._replace(block="part 1"), LOG._replace(block="part 2", kept=True)]
    batches = [batch_of(part, (n, str(n).encode(), NOON, False)) for n, part in enumerate(parts)]
    files = archived(tmp_path, windows, batches, [])
    assert [(folder, [row.data for row in rows]) for folder, rows in files] == [
        ("dt=2026-09-17/hour=12", [b"0", b"1"]),
        ("dt=2026-09-17/hour=12", [b"2"]),
    ]


def test_times_that_are_mixed_make_no_file_each(windows, tmp_path):
    rows = [(hour, str(hour).encode(), NOON + hour * HOUR, False) for hour in range(30)]
    files = archived(tmp_path, windows, [batch_of(LOG, *reversed(rows))], [])
    assert [folder for folder, _ in files] == ["dt=2026-09-17/hour=12"]
    assert [row.position for row in files[0][1]] == [str(hour) for hour in reversed(range(30))]
