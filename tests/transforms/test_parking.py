"""Parking: sets that waited in files are the sets that travelled; what the disk refuses is told in a sentence."""

import errno
import os
from pathlib import Path

import pytest
from apache_beam.transforms.window import GlobalWindows

from tests.transforms.alone import TEN_SECONDS, elements, outputs_of, values_of
from tests.transforms.test_counting import (
    BATCHES,
    NOON,
    SEED,
    SORTED_ROWS,
    added_up,
    by_key,
    entries_of,
)
from transforms import flushing
from transforms.core.page_views import ViewRules
from transforms.core.records import EventBatch
from transforms.count_page_views import CountPageViews
from transforms.keep_ledger import KeepLedger
from transforms.panes import LIVE
from transforms.parking import Fetcher, Park, Parking, ParkingError
from transforms.unite_sets import UniteSets

MESSAGE = (
    "cannot keep intermediate results in {}: {}"
    "\nSet TMPDIR to a folder with more room (about 50 bytes an event), and run the same command again."
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "parking"
    made.mkdir()
    return Parking(str(made))


def parked(folder: Parking, *partials: bytes) -> list[bytes]:
    park = Park(folder)
    tickets = [ticket for partial in partials for _, ticket in park.process((3, partial))]
    park.teardown()
    return tickets


@pytest.mark.parametrize("flush_at", [2, 100_000])
@pytest.mark.parametrize("windows", [GlobalWindows(), TEN_SECONDS], ids=["global", "ten seconds"])
def test_rows_are_the_same(folder, windows, flush_at, monkeypatch, tmp_path):
    monkeypatch.setattr(flushing, "FLUSH_AT", flush_at)
    rules = ViewRules(seed=SEED)
    counted = outputs_of(
        lambda root: root | elements(BATCHES, windows, EventBatch) | CountPageViews(rules, parking=folder), tmp_path
    )
    assert sorted(counted["rows"], key=by_key) == SORTED_ROWS
    assert added_up(counted["counts"])["web.page_view.v1", 0, "duplicate"] == 1
    assert all(file.name.startswith("sets-") for file in os.scandir(folder.folder))


def test_the_ledger_is_the_same(folder, tmp_path):
    def wire(parking):
        keep = KeepLedger("run", SEED, parking=parking)
        return lambda root: entries_of(root, GlobalWindows(), GlobalWindows()) | keep

    parked_rows, rows = (
        sorted(values_of(outputs_of(wire(place), tmp_path / name)["main"]), key=str)
        for name, place in (("with", folder), ("without", Parking()))
        if not (tmp_path / name).mkdir()
    )
    assert parked_rows == rows
    assert [row.received for row in rows if row.minute is None] == [10]
    assert [row.counted for row in rows if row.minute == NOON] == [4]


def test_tickets_are_small_and_give_what_was_parked(folder):
    partials = [bytes([number]) * 100_000 for number in range(3)]
    tickets = parked(folder, *partials)
    assert max(map(len, tickets)) < 200
    fetcher = Fetcher(folder)
    assert [fetcher.fetch(ticket)[0:100_000] for ticket in tickets] == partials
    assert fetcher.fetch(tickets[1])[99_998:100_000] == b"\1\1"
    fetcher.close()


def test_without_a_folder_nothing_is_fetched():
    partial = b"partial"
    assert Fetcher(Parking()).fetch(partial) is partial


def test_workers_write_files_of_their_own(folder):
    first, second = parked(folder, b"first"), parked(folder, b"second")
    assert len(list(Path(folder.folder).iterdir())) == 2
    fetcher = Fetcher(folder)
    assert [fetcher.fetch(ticket)[0:5] for ticket in (*first, *second)] == [b"first", b"secon"]
    fetcher.close()


def test_a_full_disk(folder, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ParkingError) as told:
        parked(folder, b"partial")
    assert str(told.value) == MESSAGE.format(folder.folder, "No space left on device")


def test_writes_that_come_short_are_gone_on_with(folder, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:2]))
    (ticket,) = parked(folder, b"partial")
    fetcher = Fetcher(folder)
    assert fetcher.fetch(ticket)[0:7] == b"partial"
    fetcher.close()


def test_a_folder_that_was_removed(folder):
    Path(folder.folder).rmdir()
    with pytest.raises(ParkingError, match="No such file or directory"):
        parked(folder, b"partial")


def test_a_file_that_was_removed_or_cut_off(folder):
    (ticket,) = parked(folder, b"partial")
    (file,) = os.scandir(folder.folder)
    os.truncate(file.path, 3)
    fetcher = Fetcher(folder)
    with pytest.raises(ParkingError, match="were cut off; run the same command again"):
        fetcher.fetch(ticket)[0:7]
    fetcher.close()
    Path.unlink(file.path)
    with pytest.raises(ParkingError, match="No such file or directory"):
        fetcher.fetch(ticket)


def test_a_run_without_an_end_parks_nothing(folder):
    with pytest.raises(ValueError, match="for a single pane only"):
        UniteSets(60_000_000, LIVE, folder)
