"""What tests of failing runs share: input, its tables where nothing fails, a small disk, permissions that hold."""

import ctypes
import os

import pytest

from pipeline.endpoints import sqlite, sqlite_access
from tests.pipeline.runs import run, views_file
from tests.program import read_tables


@pytest.fixture
def heeded_permissions(tmp_path):
    """Permissions hold this thread back, and those that it starts: root puts down what lets it read everything."""
    before = put_down_capabilities(OVERRIDING) if os.geteuid() == 0 else None
    yield
    if before is not None:
        put_down_capabilities(0, before)


OVERRIDING = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as in linux/capability.h


def put_down_capabilities(bits: int, effective: int | None = None) -> int:
    """Set the effective capabilities to those given, else those held, without ``bits``; give those held before."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the version of the call, and this thread
    data = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, data) == 0
    before = data[0]
    data[0] = (before if effective is None else effective) & ~bits
    assert libc.capset(header, data) == 0
    return int(before)


@pytest.fixture
def views(tmp_path):
    return views_file(tmp_path / "views.jsonl", range(400))


@pytest.fixture
def undisturbed(tmp_path, views, capsys):
    assert run(capsys, "--input", views, "--output", tmp_path / "undisturbed", "--quiet").status == 0
    return read_tables(tmp_path / "undisturbed")


@pytest.fixture
def small_disk(monkeypatch):
    """Give stores at most so many pages, from now on; None: as many as they like."""

    def limit(pages):
        class Small(sqlite_access.Store):
            def __init__(self, *arguments, **names):
                super().__init__(*arguments, **names)
                self.execute(f"PRAGMA max_page_count = {pages or 1 << 30}")

        monkeypatch.setattr(sqlite_access, "Store", Small)

    monkeypatch.setattr(sqlite_access, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(sqlite, "BATCH_BYTES", 20_000)
    return limit
