"""Choosing runner, ends and panes for a run: the one module that knows runners."""

import logging
import os
import time
from functools import partial
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import PipelineRunner

from options.settings import Settings
from pipeline.endpoints.archive import FOLDER, NoArchive, StoreFiles
from pipeline.endpoints.bigquery_notebook import BigQueryNotebook
from pipeline.endpoints.both import Both
from pipeline.endpoints.files import InputFile, ReadFiles
from pipeline.endpoints.marks import KeepMark, NoMark
from pipeline.endpoints.notebooks import Notebook
from pipeline.endpoints.pubsub import PullSubscription, ReadNatively
from pipeline.endpoints.pubsub_seek import LiveInput
from pipeline.endpoints.sqlite import StoreDeadLetters, store_ledger, store_page_views
from pipeline.endpoints.sqlite_fraud import Judging, StoreFraudAlerts, store_reviews
from pipeline.endpoints.sqlite_notebook import LocalNotebook
from pipeline.errors import MillraceError
from pipeline.flow import Endpoints, Steps
from transforms.core.contracts import fields_of, named_contract
from transforms.core.fraud.rules import FraudRules
from transforms.core.mapping import FieldMapping
from transforms.core.page_views import ViewRules
from transforms.core.splitting import Bounds
from transforms.core.times import MINUTE
from transforms.core.validation import TimePolicy
from transforms.count_page_views import CountPageViews
from transforms.flag_fraud import FlagFraud
from transforms.gather_evidence import GatherEvidence
from transforms.keep_archive import KeepArchive
from transforms.keep_ledger import KeepLedger
from transforms.open_messages import OpenMessages
from transforms.panes import FINAL, LIVE, Panes
from transforms.parking import Parking
from transforms.parse_events import ParseEvents
from transforms.validate_events import ValidateEvents

LOG = logging.getLogger(__name__)
IN_PROCESS = "FnApiRunner"
PRISM = "PrismRunner"
DATAFLOW = "DataflowRunner"
MARGIN = MINUTE
"""How much further back a live run begins than follows from its options: clocks differ."""
_TO_GET = {
    PRISM: "Beam fetches Prism from GitHub. Where that cannot be reached: make prism, or, with Go:"
    f"\n  go install github.com/apache/beam/sdks/v2/go/cmd/prism@v{beam.__version__}\n  --prism_location PATH",
    "FlinkRunner": "Beam needs Java and its Flink job server: --flink_job_server_jar PATH, --flink_master ADDRESS.",
}
"""What a runner needs that is not installed with Beam."""


class Run(NamedTuple):
    """What one run needs to know beside its settings; ``attempt`` tells apart two that do the same run at once."""

    run_id: str
    attempt: str
    files: list[InputFile]
    notebook: Notebook
    seed: int
    contracts: dict[str, str]
    spool: str = ""
    """A folder for what waits on disk, removed with the run."""

    @property
    def store(self) -> str:
        """Name the local store; empty where results go elsewhere."""
        return self.notebook.store if isinstance(self.notebook, LocalNotebook) else ""


def runner_for(settings: Settings) -> PipelineRunner | str:
    """Choose the runner; Beam's DirectRunner is a switch that small edits flip, so it is resolved here."""
    name = _name(settings)
    if name == IN_PROCESS:
        LOG.info("%s: bounded input runs on Beam's in-process FnApiRunner", settings.runner)
        return FnApiRunner()
    if name != settings.runner:
        LOG.info("%s: input without an end runs on Prism", settings.runner)
    return name


def _name(settings: Settings) -> str:
    if settings.runner not in ("DirectRunner", IN_PROCESS):
        return settings.runner
    return PRISM if settings.streaming else IN_PROCESS


def shares_process(settings: Settings) -> bool:
    """Tell whether workers are threads of this process, so that it can be told to read no more."""
    return _name(settings) in (IN_PROCESS, PRISM)


def is_service(settings: Settings) -> bool:
    """Tell whether the runner is a service, which works on when this process has ended."""
    return settings.runner == DATAFLOW


def submitted(result: Any, options: PipelineOptions) -> str:
    """Tell of a job that a service has taken."""
    if not result.has_job:
        return "The job was written; it is not started by this command."
    place = options.view_as(GoogleCloudOptions)
    where = f"https://console.cloud.google.com/dataflow/jobs/{place.region}/{result.job_id()}?project={place.project}"
    return f"Job {result.job_id()} was submitted: {where}"


def in_words(settings: Settings, error: Exception) -> MillraceError | None:
    """Tell a failure of a runner that is no part of this process, which has no words of ours."""
    name = _name(settings)
    if name == IN_PROCESS:
        return None
    first = (str(error) or type(error).__name__).splitlines()[0]
    hint = _TO_GET.get(name, "")
    return MillraceError(f"{name} could not run the pipeline: {first}" + (f"\n{hint}" if hint else ""))


def archive_of(settings: Settings) -> str:
    """Name the archive of the output."""
    return os.path.join(settings.output, FOLDER)  # noqa: PTH118  an output may be no local path


def endpoints(settings: Settings, run: Run) -> Endpoints:
    """Choose where messages come from and where results go."""
    return _local_ends(settings, run) if settings.is_local else _cloud_ends(settings, run)


def _cloud_ends(settings: Settings, run: Run) -> Endpoints:
    from pipeline.endpoints.cloud_ends import CloudEnds  # noqa: PLC0415 - Bigtable's client takes a third of a second

    ends = CloudEnds(
        settings.output_dataset,
        settings.output_bigtable,
        "" if settings.no_archive else settings.output_directory,
        _panes(settings),
        time.time_ns() // 1000,
        settings.alerts_topic,
        settings.dead_letter_topic,
    )
    return Endpoints(
        messages=_messages(settings, run, archive=""),
        page_views=ends.page_views(),
        reviews=ends.reviews(),
        fraud_alerts=ends.fraud_alerts(),
        dead_letters=ends.dead_letters(),
        ledger=ends.ledger(),
        archive=ends.archive(),
        mark=_mark(settings, run),
    )


def _local_ends(settings: Settings, run: Run) -> Endpoints:
    archive = archive_of(settings)
    panes = _panes(settings)
    return Endpoints(
        messages=_messages(settings, run, archive),
        page_views=store_page_views(run.store, run.attempt),
        reviews=store_reviews(run.store, run.attempt),
        fraud_alerts=StoreFraudAlerts(run.store, run.attempt, Judging(*_judging(settings))),
        dead_letters=StoreDeadLetters(run.store, "" if settings.streaming else run.attempt),
        ledger=store_ledger(run.store, run.attempt),
        archive=NoArchive() if settings.no_archive else KeepArchive(StoreFiles(archive), panes),
        mark=_mark(settings, run),
    )


def notebook_of(settings: Settings) -> Notebook:
    """Choose where runs into the same homes note what they have to know of each other."""
    return LocalNotebook(settings.output) if settings.is_local else BigQueryNotebook(settings.output_dataset)


def live_input(settings: Settings) -> LiveInput:
    """Say what a live run reads, and how far before its mark it begins to see whole windows.

    A window that is not written for good at the mark ends after the mark less the lateness, or is open; its first event
    was published no earlier than the clock skew before its begin. The local store keeps the evidence of fraud as sets;
    elsewhere a rule must see again all that it looks back on.
    """
    look_back = 0 if settings.is_local else settings.fraud_rules.look_back
    back = settings.allowed_lateness + settings.max_clock_skew + max(settings.window_duration, look_back) + MARGIN
    return LiveInput(settings.input_subscription, settings.input_topic, back)


def _mark(settings: Settings, run: Run) -> beam.PTransform:
    if not settings.input_subscription:
        return NoMark()
    return KeepMark(partial(run.notebook.save_mark, settings.input_subscription))


def _messages(settings: Settings, run: Run, archive: str) -> beam.PTransform:
    files = ReadFiles(run.files, settings.input_format, settings.max_message_bytes, archive=archive)
    if not settings.streaming:
        return files
    subscription = settings.input_subscription
    if settings.runner == DATAFLOW:
        live: beam.PTransform = ReadNatively(
            subscription, settings.input_topic, settings.id_attribute, settings.timestamp_attribute
        )
    else:
        live = PullSubscription(subscription, settings.max_unwritten, is_late=settings.runner == "FlinkRunner")
    return Both(live, files) if run.files else live


def _panes(settings: Settings) -> Panes:
    return LIVE if settings.streaming else FINAL


def _knowing(mapping: FieldMapping | None, contracts: dict[str, str]) -> FieldMapping | None:
    """Tell a mapping the fields of its contract."""
    if mapping is None:
        return None
    return mapping._replace(known=fields_of(contracts[named_contract(mapping.event_type, contracts)]))


def _judging(settings: Settings) -> tuple[FraudRules, int | None, str]:
    return settings.fraud_rules, settings.fraud_from, settings.pii_key_file


def steps(settings: Settings, run: Run) -> Steps:
    """Make the steps as the settings say."""
    bounds = Bounds(
        message_bytes=settings.max_message_bytes,
        decompressed_bytes=settings.max_decompressed_bytes,
        nesting=settings.max_nesting,
        events_per_message=settings.max_events_per_message,
        keep_opaque_payloads=settings.keep_opaque_payloads,
    )
    rules = ViewRules(settings.window_duration, settings.keep_query, settings.url_shards, run.seed)
    # FnApiRunner holds its shuffle in memory, several times over; other runners may share no disk.
    parking = Parking(run.spool if _name(settings) == IN_PROCESS else "")
    panes = _panes(settings)
    mapping = _knowing(settings.mapping, run.contracts)
    return Steps(
        OpenMessages(bounds, run.seed, mapping.identifying if mapping else None),
        ParseEvents(mapping, settings.source),
        ValidateEvents(run.contracts, TimePolicy(settings.allowed_lateness, settings.max_clock_skew)),
        CountPageViews(rules, panes, parking),
        GatherEvidence(settings.fraud_rules, run.seed, panes, parking, settings.pii_key_file),
        FlagFraud(*_judging(settings)),
        KeepLedger(run.run_id, run.seed, panes, parking),
    )
