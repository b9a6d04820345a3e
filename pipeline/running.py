"""Running the flow over bounded input on this machine, from settings to a summary and an exit status."""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from shutil import get_terminal_size
from typing import NamedTuple

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from options.settings import Settings
from pipeline import __version__
from pipeline.endpoints import resolve
from pipeline.endpoints.alert_log import write_alert_log
from pipeline.endpoints.archive import remove_abandoned
from pipeline.endpoints.sqlite_figures import forget_receipts, read_figures
from pipeline.endpoints.sqlite_retention import Pruned, prune
from pipeline.errors import in_words
from pipeline.flow import build
from pipeline.preparing import prepare
from pipeline.progress import PROGRESS
from pipeline.report.account import account_status, account_text
from pipeline.report.commands import commands_here
from pipeline.report.printing import print_text
from pipeline.report.progress import ProgressReport
from pipeline.report.summary import Told, alarm, exit_status, summary
from pipeline.running_live import run_live
from pipeline.work_metrics import read_metrics


def run(settings: Settings, options: PipelineOptions) -> int:
    """Run the flow and tell the result; gives the exit status.

    Raises:
        UsageError: the command line does not fit what is there; nothing was run.
        MillraceError: the run failed in a way that the person can mend.
    """
    if settings.streaming:
        return run_live(settings, options)
    with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
        this = prepare(settings, Path(spool))
        worked = _work(settings, options, this)
        if not settings.is_local:
            return _tell_account(settings, this, worked)
        write_alert_log(this.store)
        remove_abandoned(resolve.archive_of(settings))
        pruned = Pruned() if settings.retention is None else prune(this.store, settings.retention)
        return _tell(settings, this, worked, pruned)


class _Worked(NamedTuple):
    """How long the flow took, in seconds, and what its workers counted."""

    seconds: float
    metrics: Mapping[str, int]


def _work(settings: Settings, options: PipelineOptions, this: resolve.Run) -> _Worked:
    PROGRESS.start(sum(file.size for file in this.files))
    begun = time.monotonic()
    with ProgressReport(sys.stderr, quiet=settings.quiet):
        try:
            with beam.Pipeline(runner=resolve.runner_for(settings), options=options) as root:
                build(root, resolve.endpoints(settings, this), resolve.steps(settings, this))
        except Exception as error:
            if ours := in_words(error) or resolve.in_words(settings, error):
                raise ours from error
            raise
    return _Worked(time.monotonic() - begun, read_metrics(root.result))


def _tell_account(settings: Settings, this: resolve.Run, worked: _Worked) -> int:
    """Tell the result of a run whose homes are elsewhere."""
    total = this.notebook.account(this.run_id)
    status = account_status(total, settings.max_reject_ratio, adds_up=total.adds_up)
    if status or not settings.quiet:
        print_text(account_text(total, settings, worked.seconds), sys.stderr if settings.quiet else sys.stdout)
    return status


def _tell(settings: Settings, this: resolve.Run, worked: _Worked, pruned: Pruned) -> int:
    figures = read_figures(this.store, this.run_id, this.attempt)
    forget_receipts(this.store, this.attempt)
    status = exit_status(figures, settings.max_reject_ratio)
    told = Told(
        title=f"Millrace {__version__}, run {this.run_id[:12]}",
        files=len(this.files),
        size=sum(file.size for file in this.files),
        inputs=settings.inputs,
        output=settings.output,
        store=this.store,
        archive="" if settings.no_archive else resolve.archive_of(settings),
        seconds=worked.seconds,
        max_reject_ratio=settings.max_reject_ratio,
        pruned=pruned,
        commands=commands_here(),
        metrics=worked.metrics,
    )
    width = get_terminal_size().columns
    if not settings.quiet:
        print_text(summary(figures, told, width), sys.stdout)
    elif status:
        print_text(alarm(figures, told, width), sys.stderr)
    return status
