"""The one table of options: --help, the README, the template's metadata and Terraform's variables are made from it."""

from options.cloud_table import CLOUD_OPTIONS
from options.kinds import Choice, Count, Duration, Flag, Pair, Ratio, Size, Text, Time, WindowWidth
from options.option import Group, Option

RUNNERS = ("DirectRunner", "FnApiRunner", "PrismRunner", "FlinkRunner", "DataflowRunner")

_BOUNDED_OPTIONS = (
    Option(
        "input",
        Group.INPUT,
        Text("PATTERN"),
        "",
        "Files, folders, globs, also gs://, separated by commas (\\, in a name); - is stdin. Else the bundled sample.",
        "'logs/*.gz'",
        repeatable=True,
    ),
    Option(
        "input_format",
        Group.INPUT,
        Choice(("auto", "json", "access_log"), "FORMAT"),
        "auto",
        "How files are read: auto (by content), json or access_log.",
        "access_log",
    ),
    Option(
        "source",
        Group.INPUT,
        Text("NAME"),
        "",
        "Tells hosts apart whose logs begin alike; source of plain JSON.",
        "web-1",
    ),
    Option(
        "event_type",
        Group.INPUT,
        Text("TYPE"),
        "",
        "The contract of plain JSON, which is not CloudEvents.",
        "web.page_view.v1",
    ),
    Option(
        "id_field",
        Group.INPUT,
        Text("FIELD"),
        "",
        "Plain JSON: dotted path of the id; else message id and position.",
        "meta.id",
    ),
    Option(
        "time_field",
        Group.INPUT,
        Text("FIELD"),
        "",
        "Plain JSON: dotted path of the RFC 3339 time; else publish time.",
        "meta.time",
    ),
    Option(
        "rename",
        Group.INPUT,
        Pair(),
        "",
        "Plain JSON: a field, and its name in the contract; commas separate.",
        "page=url",
        repeatable=True,
    ),
    Option(
        "mapping",
        Group.INPUT,
        Text("FILE"),
        "",
        "YAML with event_type, id_field, time_field, source and rename for plain JSON; the command line wins.",
        "mapping.yaml",
    ),
    Option(
        "contracts",
        Group.INPUT,
        Text("FOLDER"),
        "",
        "More contracts: a JSON Schema a file (TYPE.json); gs:// too.",
        "contracts",
    ),
    Option(
        "window_duration",
        Group.RESULTS,
        WindowWidth(),
        "60s",
        "Width of the windows that views are counted in; divides a day.",
        "5m",
    ),
    Option("keep_query", Group.RESULTS, Flag(), "", "URLs that differ only in their query (?a=b) are different URLs."),
    Option("fraud_rules", Group.FRAUD, Text("FILE"), "", "YAML with fraud rules; else the bundled ones.", "mine.yaml"),
    Option(
        "fraud_from",
        Group.FRAUD,
        Time(),
        "",
        "Rules on what is new (kind chain) are silent before this time.",
        "2026-09-17T00:00:00Z",
    ),
    Option(
        "pii_key_file",
        Group.FRAUD,
        Text("FILE"),
        "",
        "A secret of 16 bytes or more: alerts name people by keyed hashes.",
        "pii.key",
    ),
    Option(
        "allowed_lateness",
        Group.TIME,
        Duration(),
        "1h",
        "Older than its publish time less this is too_late: refused.",
        "2h",
    ),
    Option(
        "max_clock_skew",
        Group.TIME,
        Duration(),
        "5m",
        "Later than its publish time plus this is in_future: refused.",
        "10m",
    ),
    Option(
        "max_message_bytes", Group.BOUNDS, Size(), "10MiB", "A larger message or line is refused as too_large.", "20MiB"
    ),
    Option(
        "max_decompressed_bytes",
        Group.BOUNDS,
        Size(),
        "100MiB",
        "A message that decompresses to more is refused.",
        "200MiB",
    ),
    Option("max_nesting", Group.BOUNDS, Count(1, 400), "64", "JSON nested deeper is refused as too_deep.", "100"),
    Option(
        "max_events_per_message",
        Group.BOUNDS,
        Count(1, 10**9),
        "100000",
        "A message with more events is refused.",
        "200000",
    ),
    Option(
        "keep_opaque_payloads",
        Group.BOUNDS,
        Flag(),
        "",
        "Dead letters keep all bytes that could not be opened (card numbers in them stay), not only size and hash.",
    ),
    Option("output", Group.OUTPUT, Text("FOLDER"), "out", "Where the results go; made if it is not there.", "out"),
    Option("no_archive", Group.OUTPUT, Flag(), "", "Keep no copy of the raw events in OUTPUT/archive."),
    Option(
        "retention",
        Group.OUTPUT,
        Duration(low=1),
        "",
        "Results older than this are removed. All are kept if not given.",
        "24h",
    ),
    Option(
        "max_reject_ratio",
        Group.OUTPUT,
        Ratio(),
        "0.1",
        "A larger part of rejects ends the run with exit status 3.",
        "0.02",
    ),
    Option(
        "url_shards",
        Group.TUNING,
        Count(1, 1024),
        "32",
        "Parts that the URLs are spread over while they are counted.",
        "128",
    ),
    Option("quiet", Group.RUNNING, Flag(), "", "Write nothing but errors."),
)

OPTIONS = tuple(sorted((*_BOUNDED_OPTIONS, *CLOUD_OPTIONS), key=lambda option: list(Group).index(Group(option.group))))
"""All options of our own, group by group."""

BEAM_OPTIONS = (
    Option(
        "runner",
        Group.RUNNING,
        Choice(RUNNERS, suffix="Runner"),
        "DirectRunner",
        "What runs the pipeline: DirectRunner (this machine), FnApiRunner, PrismRunner, FlinkRunner, DataflowRunner.",
        "FlinkRunner",
    ),
    Option("streaming", Group.RUNNING, Flag(), "", "Run until stopped; live input says so by itself."),
)
"""Beam's own options (StandardOptions) that Millrace checks and shows with its own, but does not define."""
