"""Running the flow over bounded input on this machine, from settings to a summary and an exit status."""

import re
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from shutil import get_terminal_size

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from options.settings import Settings
from pipeline import __version__
from pipeline.endpoints import resolve, sqlite_schema
from pipeline.endpoints.contract_files import load_contracts
from pipeline.endpoints.files import InputFile
from pipeline.endpoints.finding import find_inputs
from pipeline.endpoints.sqlite_figures import forget_receipts, read_figures
from pipeline.errors import MillraceError
from pipeline.flow import build
from pipeline.progress import PROGRESS
from pipeline.report.progress import ProgressReport
from pipeline.report.summary import Told, exit_status, summary
from transforms.core.identity import stable_id

SAMPLE = str(Path(__file__).parent / "sample" / "data")
_OURS = re.compile(r"(?:StoreError|InputError): (.*?)(?: \[while running|$)", re.MULTILINE)


def run(settings: Settings, options: PipelineOptions) -> int:
    """Run the flow and tell the result; gives the exit status.

    Raises:
        MillraceError: the run failed in a way that the person can mend.
    """
    with tempfile.TemporaryDirectory(prefix="millrace-") as spool:
        files = find_inputs(settings.inputs or (SAMPLE,), Path(spool))
        contracts = load_contracts(settings.contracts)
        shaping = shaping_options(settings, contracts)
        store, seed = sqlite_schema.prepare(settings.output, shaping)
        this = resolve.Run(run_id(files, shaping, settings), files, store, seed, contracts)
        forget_receipts(store, this.run_id)
        seconds = _work(settings, options, this)
        return _tell(settings, this, seconds)


def _work(settings: Settings, options: PipelineOptions, this: resolve.Run) -> float:
    PROGRESS.start(sum(file.size for file in this.files))
    begun = time.monotonic()
    with ProgressReport(sys.stderr, quiet=settings.quiet):
        try:
            with beam.Pipeline(runner=resolve.runner_for(settings), options=options) as root:
                build(root, resolve.endpoints(settings, this), resolve.steps(settings, this))
        except RuntimeError as error:  # in-process runners hand on a worker's exception as text
            if ours := _OURS.findall(str(error)):
                raise MillraceError(ours[-1]) from error
            raise
    return time.monotonic() - begun


def _tell(settings: Settings, this: resolve.Run, seconds: float) -> int:
    figures = read_figures(this.store, this.run_id)
    status = exit_status(figures, settings.max_reject_ratio)
    told = Told(
        title=f"Millrace {__version__}, run {this.run_id[:12]}",
        files=len(this.files),
        size=sum(file.size for file in this.files),
        input_name=", ".join(settings.inputs) or "the bundled sample",
        output=settings.output,
        store=this.store,
        seconds=seconds,
        max_reject_ratio=settings.max_reject_ratio,
    )
    if status or not settings.quiet:
        stream = sys.stderr if settings.quiet else sys.stdout
        with suppress(BrokenPipeError):
            stream.write(summary(figures, told, get_terminal_size().columns) + "\n")
            stream.flush()
    return status


def shaping_options(settings: Settings, contracts: dict[str, str]) -> dict[str, str]:
    """Give the options that shape results, as text: an output holds results of one such set only."""
    mapping = settings.mapping
    return {
        "--window_duration": f"{settings.window_duration // 1_000_000}s",
        "--keep_query": str(settings.keep_query).lower(),
        "the mapping": "none" if mapping is None else str(tuple(mapping)),
        "the contracts": stable_id(*(part for item in sorted(contracts.items()) for part in item))[:12],
    }


def run_id(files: list[InputFile], shaping: dict[str, str], settings: Settings) -> str:
    """Name a bounded run by its inputs (names, sizes, times) and options: the same run again is the same run."""
    inputs = [f"{file.name}|{file.size}|{file.modified}" for file in files]
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
