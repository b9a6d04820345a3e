"""Marks: saved once what was published before is written; behind what one home has still to write."""

import time
from contextlib import closing
from datetime import timedelta

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.utils.timestamp import Timestamp

from pipeline.draining import DRAIN
from pipeline.endpoints import marks
from pipeline.endpoints.marks import KeepMark
from pipeline.endpoints.pubsub_seek import MARGIN, start_of_whole_windows
from pipeline.endpoints.sqlite_access import connect
from pipeline.endpoints.sqlite_marks import SaveMark, read_mark
from pipeline.endpoints.sqlite_schema import prepare
from tests.options.test_settings import DEFAULTS
from transforms.core.times import HOUR, MINUTE, SECOND

SUBSCRIPTION = "projects/my-shop/subscriptions/events"


@pytest.fixture
def save(tmp_path):
    path, _ = prepare(str(tmp_path), {})
    return SaveMark(path, SUBSCRIPTION)


def saved(save: SaveMark) -> int | None:
    return read_mark(save.path, SUBSCRIPTION)


def test_a_mark_never_goes_back_and_is_one_subscriptions_own(save):
    assert saved(save) is None
    save(100 * SECOND)
    save(50 * SECOND)
    assert saved(save) == 100 * SECOND
    assert read_mark(save.path, SUBSCRIPTION + "-2") is None
    with closing(connect(save.path)) as store:
        assert store.execute("SELECT count(*) FROM settings WHERE name LIKE 'mark%'").fetchone() == (1,)


def run(save: SaveMark, home: TestStream) -> None:
    options = PipelineOptions(streaming=True, allow_unsafe_triggers=True)
    with TestPipeline(runner="BundleBasedDirectRunner", options=options) as root:
        written = root | home
        (written, written | "Another" >> beam.Filter(bool)) | "Keep mark" >> KeepMark(save)


def watermarks(*ages: int) -> TestStream:
    """A home whose watermark passes times that are so many seconds ago."""
    stream = TestStream()
    for age in ages:
        stream = stream.advance_watermark_to(Timestamp(seconds=int(time.time()) - age)).advance_processing_time(1)
    return stream


@pytest.fixture
def begun(monkeypatch):
    """A run that began ten minutes ago, and believes a watermark at once."""
    now = int(time.time())
    monkeypatch.setattr(marks, "_now", lambda: now - 600)
    monkeypatch.setattr(marks, "SETTLED_SECONDS", 0)
    return now - 600


def test_the_mark_follows_the_watermark(save, begun):
    run(save, watermarks(560, 500))
    mark = saved(save)
    assert mark is not None
    assert begun * SECOND <= mark


def test_nothing_is_saved_while_a_job_drains(save, begun):
    DRAIN.set()
    try:
        run(save, watermarks(560, 500))
    finally:
        DRAIN.clear()
    assert saved(save) is None


def test_a_watermark_that_jumps_to_the_end_is_not_believed(save):
    """As when a service drains a job: all timers fire at once."""
    run(save, TestStream().advance_watermark_to_infinity())
    assert saved(save) is None


def test_where_whole_windows_begin():
    mark = 500 * HOUR
    assert start_of_whole_windows(DEFAULTS, mark) == mark - HOUR - MINUTE - 5 * MINUTE - MARGIN
    assert timedelta(microseconds=MARGIN) == timedelta(minutes=1)
