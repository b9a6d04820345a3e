"""Marks: saved once what was published before is written; behind what one home has still to write."""

import time
from contextlib import closing
from dataclasses import replace
from functools import partial

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.utils.timestamp import Timestamp

from pipeline.endpoints import marks
from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.marks import KeepMark
from pipeline.endpoints.resolve import MARGIN, live_input
from pipeline.endpoints.sqlite_access import connect
from pipeline.endpoints.sqlite_notebook import LocalNotebook
from tests.options.test_settings import DEFAULTS
from transforms.core.times import HOUR, MINUTE, SECOND

SUBSCRIPTION = "projects/my-shop/subscriptions/events"


@pytest.fixture
def notebook(tmp_path):
    notebook = LocalNotebook(str(tmp_path))
    notebook.open({})
    return notebook


def test_a_mark_never_goes_back_and_is_one_subscriptions_own(notebook):
    assert notebook.mark(SUBSCRIPTION) is None
    notebook.save_mark(SUBSCRIPTION, 100 * SECOND)
    notebook.save_mark(SUBSCRIPTION, 50 * SECOND)
    assert notebook.mark(SUBSCRIPTION) == 100 * SECOND
    assert notebook.mark(SUBSCRIPTION + "-2") is None
    with closing(connect(notebook.store)) as store:
        assert store.execute("SELECT count(*) FROM settings WHERE name LIKE 'mark%'").fetchone() == (1,)


def run(notebook: LocalNotebook, home: TestStream) -> None:
    options = PipelineOptions(streaming=True, allow_unsafe_triggers=True)
    with TestPipeline(runner="BundleBasedDirectRunner", options=options) as root:
        written = root | home
        (written, written | "Another" >> beam.Filter(bool)) | "Keep mark" >> KeepMark(
            partial(notebook.save_mark, SUBSCRIPTION)
        )


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


def test_the_mark_follows_the_watermark(notebook, begun):
    run(notebook, watermarks(560, 500))
    mark = notebook.mark(SUBSCRIPTION)
    assert mark is not None
    assert begun * SECOND <= mark


def test_nothing_is_saved_while_a_job_drains(notebook, begun):
    DRAIN.set()
    try:
        run(notebook, watermarks(560, 500))
    finally:
        DRAIN.clear()
    assert notebook.mark(SUBSCRIPTION) is None


def test_a_watermark_that_jumps_to_the_end_is_not_believed(notebook):
    """As when a service drains a job: all timers fire at once."""
    run(notebook, TestStream().advance_watermark_to_infinity())
    assert notebook.mark(SUBSCRIPTION) is None


def test_how_far_before_the_mark_whole_windows_begin():
    """Lateness, clock skew and a window; where no home keeps evidence, what rules look back on in place of that."""
    live = replace(DEFAULTS, streaming=True, input_subscription=SUBSCRIPTION)
    assert live_input(live).back == HOUR + 5 * MINUTE + MINUTE + MARGIN
    in_cloud = replace(live, output_dataset="my-shop.millrace")
    assert live_input(in_cloud).back == HOUR + 5 * MINUTE + 48 * HOUR + MARGIN
