"""Running the flow over bounded input on this machine, from settings to a summary and an exit status."""

import sys
import tempfile
import time
from pathlib import Path
from shutil import get_terminal_size

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from options.faults import Fault, UsageError
from options.settings import Settings
from pipeline import __version__
from pipeline.endpoints import resolve, sqlite_schema
from pipeline.endpoints.alert_log import write_alert_log
from pipeline.endpoints.archive import remove_abandoned
from pipeline.endpoints.files import InputFile
from pipeline.endpoints.sqlite_figures import forget_receipts, new_attempt, read_figures
from pipeline.endpoints.sqlite_retention import Pruned, prune
from pipeline.errors import MisfitError, in_words
from pipeline.flow import build
from pipeline.progress import PROGRESS
from pipeline.report.commands import commands_here
from pipeline.report.printing import print_text
from pipeline.report.progress import ProgressReport
from pipeline.report.summary import Told, alarm, exit_status, summary
from pipeline.surroundings import key_faults, look_around, with_reviews
from transforms.core.fraud.pseudonyms import key_fingerprint
from transforms.core.identity import stable_id
from transforms.core.mapping import FieldMapping
from transforms.core.times import format_time
from transforms.pii_key import read_pii_key


def run(settings: Settings, options: PipelineOptions) -> int:
    """Run the flow and tell the result; gives the exit status.

    Raises:
        UsageError: the command line does not fit what is there; nothing was run.
        MillraceError: the run failed in a way that the person can mend.
    """
    with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
        this = _prepare(settings, Path(spool))
        seconds = _work(settings, options, this)
        write_alert_log(this.store)
        remove_abandoned(resolve.archive_of(settings))
        pruned = Pruned() if settings.retention is None else prune(this.store, settings.retention)
        return _tell(settings, this, seconds, pruned)


def _prepare(settings: Settings, spool: Path) -> resolve.Run:
    """Look at everything that the command line names, before anything is written."""
    event_type = settings.mapping.event_type if settings.mapping else ""
    files, contracts, faults = look_around(settings.inputs, settings.contracts, event_type, spool)
    files = with_reviews(files, settings.output)
    if faults := [*faults, *key_faults(settings.pii_key_file)]:
        raise UsageError(faults)
    shaping = shaping_options(settings, contracts)
    try:
        store, seed = sqlite_schema.prepare(settings.output, shaping)
    except MisfitError as error:
        raise UsageError(Fault(*misfit) for misfit in error.misfits) from error
    this_run = run_id(files, shaping, settings)
    return resolve.Run(this_run, new_attempt(), files, store, seed, contracts, str(spool))


def _work(settings: Settings, options: PipelineOptions, this: resolve.Run) -> float:
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
    return time.monotonic() - begun


def _tell(settings: Settings, this: resolve.Run, seconds: float, pruned: Pruned) -> int:
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
        seconds=seconds,
        max_reject_ratio=settings.max_reject_ratio,
        pruned=pruned,
        commands=commands_here(),
    )
    width = get_terminal_size().columns
    if not settings.quiet:
        print_text(summary(figures, told, width), sys.stdout)
    elif status:
        print_text(alarm(figures, told, width), sys.stderr)
    return status


def shaping_options(settings: Settings, contracts: dict[str, str]) -> dict[str, str]:
    """Give the options that shape results, as text: an output holds results of one such set only."""
    mapping = settings.mapping
    fingerprint = stable_id(*(part for item in sorted(contracts.items()) for part in item))[:12]
    return {
        "--window_duration": f"{settings.window_duration // 1_000_000}s",
        "--keep_query": str(settings.keep_query).lower(),
        "--mapping (or the options it stands for)": "none" if mapping is None else _mapping_in_words(mapping),
        "--contracts": f"contracts of fingerprint {fingerprint}",
        "--fraud_rules": f"rules of fingerprint {settings.fraud_rules.digest[:12]}",
        "--pii_key_file": key_fingerprint(read_pii_key(settings.pii_key_file)),
        "--fraud_from": "nothing" if settings.fraud_from is None else format_time(settings.fraud_from),
    }


def _mapping_in_words(mapping: FieldMapping) -> str:
    values = mapping._asdict() | {
        "rename": ",".join(f"{before}={after}" for before, after in mapping.rename),
        "known": "",
    }
    return " ".join(f"--{name} {value}" for name, value in values.items() if value)


def run_id(files: list[InputFile], shaping: dict[str, str], settings: Settings) -> str:
    """Name a bounded run by its inputs (names, sizes, times, ends) and options: the same run again is the same run."""
    inputs = [f"{file.name}|{file.size}|{file.modified}|{file.ends}" for file in files]
    deciding = (
        settings.input_format,
        settings.source,
        settings.allowed_lateness,
        settings.max_clock_skew,
        settings.max_message_bytes,
        settings.max_decompressed_bytes,
        settings.max_nesting,
        settings.max_events_per_message,
    )
    return stable_id(__version__, repr(sorted(shaping.items())), repr(deciding), *inputs)
