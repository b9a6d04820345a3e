"""Running the flow over live input, until it is stopped: starting where the last run's results end, and draining."""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from options.settings import Settings
from pipeline.endpoints import resolve
from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.prism import find_prism
from pipeline.endpoints.pubsub_pull import source_of
from pipeline.endpoints.pubsub_seek import open_input
from pipeline.errors import in_words
from pipeline.flow import build
from pipeline.housekeeping import Housekeeping
from pipeline.jobs import Job, Stops, heeding_signals
from pipeline.preparing import prepare
from pipeline.report.account import account_text
from pipeline.report.exits import FAILED_STATUS, INTERRUPTED_STATUS, fail
from pipeline.report.live import PACE, LiveLine
from pipeline.report.metrics import metrics_section
from pipeline.report.printing import print_text
from pipeline.report.progress import ProgressReport
from pipeline.work_metrics import read_metrics

LOOK_SECONDS = 0.5
STOPPED = "millrace: stopped; the same command goes on where it was"


def run_live(settings: Settings, options: PipelineOptions) -> int:
    """Run until the input is drained (SIGINT, SIGTERM) or the job ends; gives the exit status.

    Raises:
        UsageError: the command line does not fit what is there; nothing was run.
        MillraceError: the run failed in a way that the person can mend.
    """
    options.view_as(StandardOptions).streaming = True
    if resolve.shares_process(settings):
        find_prism(options)
    DRAIN.clear()
    with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
        this = prepare(settings, Path(spool))
        with open_input(resolve.live_input(settings), this.notebook) as subscription, heeding_signals() as stops:
            fed = replace(settings, input_subscription=subscription)
            pipeline = beam.Pipeline(runner=resolve.runner_for(settings), options=options)
            build(pipeline, resolve.endpoints(fed, this), resolve.steps(fed, this))
            if resolve.is_service(settings):
                return _hand_over(pipeline, settings, options)
            return _watch(fed, this, pipeline, stops)


def _hand_over(pipeline: beam.Pipeline, settings: Settings, options: PipelineOptions) -> int:
    """Submit a job to a service, which runs it from then on."""
    result = pipeline.run()
    if not settings.quiet:
        print_text(resolve.submitted(result, options), sys.stdout)
    return 0


def _watch(settings: Settings, this: resolve.Run, pipeline: beam.Pipeline, stops: Stops) -> int:
    begun = time.monotonic()
    line = LiveLine(source_of(settings.input_subscription, settings.max_unwritten))
    keeping = Housekeeping(settings, this.store) if settings.is_local else None
    try:
        job = Job(pipeline, stops)
        with ProgressReport(sys.stderr, quiet=settings.quiet, tell=line, pace=PACE):
            while not job.wait(LOOK_SECONDS):
                if stops.count > 1 or (stops.count and not resolve.shares_process(settings)):
                    job.cancel()
                    return fail(STOPPED, INTERRUPTED_STATUS)
                if keeping:
                    keeping.look()
    except Exception as error:
        if ours := in_words(error) or resolve.in_words(settings, error):
            raise ours from error
        raise
    if keeping:
        keeping.finish()
    total = this.notebook.account(this.run_id)
    if not settings.quiet:
        print_text(account_text(total, settings, time.monotonic() - begun), sys.stdout)
        if resolve.shares_process(settings):  # other runners keep their metrics to themselves
            section = metrics_section(read_metrics(job.result), get_terminal_size().columns)
            print_text("\n".join(["", *section]), sys.stdout)
    return 0 if total.adds_up else FAILED_STATUS
