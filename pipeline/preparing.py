"""What comes before every run on this machine: a look at what the command line names, the store, the run's id."""

from pathlib import Path

from options.faults import Fault, UsageError
from options.settings import Settings
from pipeline import __version__
from pipeline.endpoints import resolve
from pipeline.endpoints.files import InputFile
from pipeline.endpoints.sqlite_figures import new_attempt
from pipeline.errors import MisfitError
from pipeline.surroundings import key_faults, look_around, with_reviews
from transforms.core.fraud.pseudonyms import key_fingerprint
from transforms.core.identity import stable_id
from transforms.core.mapping import FieldMapping
from transforms.core.times import format_time
from transforms.pii_key import read_pii_key


def prepare(settings: Settings, spool: Path) -> resolve.Run:
    """Look at everything that the command line names, before anything is written.

    Raises:
        UsageError: the command line does not fit what is there.
        MillraceError: something is there and cannot be read, or the store cannot be written.
    """
    event_type = settings.mapping.event_type if settings.mapping else ""
    files, contracts, faults = look_around(
        settings.inputs, settings.contracts, event_type, spool, with_files=not settings.streaming
    )
    files = with_reviews(files, settings.output) if settings.is_local else files
    if faults := [*faults, *key_faults(settings.pii_key_file)]:
        raise UsageError(faults)
    shaping = shaping_options(settings, contracts)
    notebook = resolve.notebook_of(settings)
    try:
        seed = notebook.open(shaping)
    except MisfitError as error:
        raise UsageError(Fault(*misfit) for misfit in error.misfits) from error
    attempt = new_attempt()
    this_run = f"live-{attempt}" if settings.streaming else run_id(files, shaping, settings)
    return resolve.Run(this_run, attempt, files, notebook, seed, contracts, str(spool))


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
