"""The tables of BigQuery: columns, keys, partitions, and the views that people query."""

from collections.abc import Sequence
from typing import NamedTuple

REQUIRED, NULLABLE, REPEATED = "REQUIRED", "NULLABLE", "REPEATED"


class Column(NamedTuple):
    """A column. ``local`` is its name in the local store, where that is another."""

    name: str
    type: str
    mode: str = REQUIRED
    about: str = ""
    fields: Sequence["Column"] = ()
    local: str = ""

    @property
    def local_name(self) -> str:
        """Give its name in the local store."""
        return self.local or self.name


class Table(NamedTuple):
    """A table, partitioned by the day of a column, with a view that shows each key once.

    ``view`` makes the view's query, of the table's full name.
    """

    name: str
    columns: Sequence[Column]
    key: Sequence[str]
    day_of: str
    clustered_by: Sequence[str]
    view: str

    @property
    def view_name(self) -> str:
        """Give the name of the view."""
        return f"{self.name}_current"

    def view_query(self, table: str) -> str:
        """Write the view's query over a table, by its full name in backquotes."""
        return self.view.format(table=f"`{table}`")


def _greatest(key: Sequence[str], columns: Sequence[Column]) -> str:
    """Show the column-wise greatest of each key: what a count that only grows comes to."""
    rest = [f"MAX({column.name}) AS {column.name}" for column in columns if column.name not in key]
    names = ", ".join(key)
    return f"SELECT {', '.join([names, *rest])} FROM {{table}} GROUP BY {names}"  # noqa: S608 - names of our own


def _last(key: Sequence[str], order: Sequence[str]) -> str:
    """Show the row of each key that is the last in some order; what the key names can be pruned by."""
    descending = ", ".join(f"{name} DESC" for name in order)
    place = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(key)} ORDER BY {descending})"
    return f"SELECT * FROM {{table}} WHERE TRUE QUALIFY {place} = 1"  # noqa: S608 - as above


_VIEW_COLUMNS = (
    Column("url", "STRING", about="The page, in canonical form."),
    Column("window_start", "TIMESTAMP", about="The first instant of the window."),
    Column("window_end", "TIMESTAMP", about="The first instant after the window."),
    Column("views", "INT64", about="Distinct page views."),
    Column("bot_views", "INT64", about="Those of bots, by a public list of user agents."),
    Column("visitors", "INT64", about="Distinct visitors."),
    Column("updated_at", "TIMESTAMP", about="When this row was written."),
)
_VIEW_KEY = ("url", "window_start", "window_end")

PAGE_VIEWS = Table(
    "page_views", _VIEW_COLUMNS, _VIEW_KEY, "window_start", ("url",), _greatest(_VIEW_KEY, _VIEW_COLUMNS)
)

FRAUD_ALERTS = Table(
    "fraud_alerts",
    (
        Column("alert_id", "STRING", about="A hash of rule, entity and the start of the episode."),
        Column("pattern", "STRING"),
        Column("rule_id", "STRING"),
        Column("rule_version", "STRING"),
        Column("severity", "STRING", about="review or high."),
        Column("score", "INT64", about="0 to 100."),
        Column("entity_type", "STRING"),
        Column("entity", "STRING"),
        Column("window_start", "TIMESTAMP"),
        Column("window_end", "TIMESTAMP"),
        Column("first_event_time", "TIMESTAMP"),
        Column("last_event_time", "TIMESTAMP"),
        Column("reasons", "STRING", about="JSON: what was observed, and the threshold."),
        Column("event_ids", "STRING", about="JSON: the deciding events first, at most 50."),
        Column("evidence_seen", "INT64", about="Facts behind it; of two rows of an alert the one with more is later."),
        Column("status", "STRING", about="open or withdrawn."),
        Column("superseded_by", "STRING", about="The alert that took its place, or empty."),
        Column("updated_at", "TIMESTAMP"),
    ),
    ("alert_id",),
    "window_start",
    ("entity_type", "entity"),
    _last(("alert_id", "window_start"), ("evidence_seen", "updated_at")),
)

_REVIEW_COLUMNS = (
    Column("review_id", "STRING"),
    Column("alert_id", "STRING"),
    Column("rule_id", "STRING"),
    Column("entity_type", "STRING"),
    Column("entity", "STRING"),
    Column("case_key", "STRING", about="entity_type|entity."),
    Column("verdict", "STRING"),
    Column("reviewer", "STRING"),
    Column("note", "STRING"),
    Column("decided_at", "TIMESTAMP"),
)

REVIEWS = Table(
    "reviews",
    _REVIEW_COLUMNS,
    ("review_id",),
    "decided_at",
    ("entity_type", "entity"),
    _last(("review_id",), [column.name for column in _REVIEW_COLUMNS[1:]]),
)

DEAD_LETTERS = Table(
    "dead_letters",
    (
        # The first six as in the dead-letter tables of Google's templates.
        Column("timestamp", "TIMESTAMP", about="The publish time; of what has none, when the run began."),
        Column(
            "payloadString",
            "STRING",
            about="The payload as text; what is no UTF-8 is replaced.",
            local="payload_string",
        ),
        Column("payloadBytes", "BYTES", about="The payload, card numbers masked.", local="payload_bytes"),
        Column(
            "attributes",
            "RECORD",
            REPEATED,
            "",
            (Column("key", "STRING", NULLABLE), Column("value", "STRING", NULLABLE)),
        ),
        Column("errorMessage", "STRING", NULLABLE, local="error_message"),
        Column("stacktrace", "STRING", NULLABLE),
        Column("dead_letter_id", "STRING", NULLABLE, "The same reject made twice has the same."),
        Column("stage", "STRING", NULLABLE, "The step that refused."),
        Column("reason", "STRING", NULLABLE, "docs/rejects.md says what each means."),
        Column("violations", "STRING", NULLABLE, "JSON: breaches of the contract, with pointers."),
        Column("event_type", "STRING", NULLABLE),
        Column("message_id", "STRING", NULLABLE),
        Column("position", "STRING", NULLABLE),
        Column("publish_time", "TIMESTAMP", NULLABLE),
        Column("attempt", "INT64", NULLABLE),
        Column("pipeline_version", "STRING", NULLABLE),
        Column("payload_uri", "STRING", NULLABLE, "The file with the payload, where it is above 1 MiB."),
    ),
    ("dead_letter_id",),
    "timestamp",
    ("stage", "reason"),
    # Not by timestamp, too, which would let partitions be left out: of what has no publish time it differs by run.
    _last(("dead_letter_id",), ("timestamp", "attempt", "pipeline_version")),
)

LEDGER = Table(
    "ledger",
    (
        Column("run", "STRING"),
        Column("event_type", "STRING", about="Empty where it is unknown."),
        Column("minute", "TIMESTAMP", NULLABLE, "Null where it is unknown."),
        Column("received", "INT64"),
        Column("counted", "INT64"),
        Column("duplicate", "INT64"),
        Column("rejected", "RECORD", REPEATED, "", (Column("reason", "STRING"), Column("events", "INT64"))),
        Column("masked", "INT64"),
    ),
    ("run", "event_type", "minute"),
    "minute",
    ("run",),
    "SELECT run, event_type, minute, MAX(received) AS received, MAX(counted) AS counted, MAX(duplicate) AS duplicate,"
    " ARRAY_AGG(IF(reason IS NULL, NULL, STRUCT(reason AS reason, events AS events)) IGNORE NULLS ORDER BY reason)"
    " AS rejected,"
    " MAX(masked) AS masked FROM ("
    "SELECT run, event_type, minute, one.reason AS reason, MAX(one.events) AS events, MAX(received) AS received,"
    " MAX(counted) AS counted, MAX(duplicate) AS duplicate, MAX(masked) AS masked"
    " FROM {table} AS entry LEFT JOIN UNNEST(entry.rejected) AS one GROUP BY run, event_type, minute, reason)"
    " GROUP BY run, event_type, minute",
)

SETTINGS = Table(
    "settings",
    (
        Column("name", "STRING", about="An option that shapes results, or the mark of a subscription."),
        Column("value", "STRING"),
        Column("updated_at", "TIMESTAMP"),
    ),
    ("name",),
    "updated_at",
    ("name",),
    _last(("name",), ("value", "updated_at")),
)
"""What runs into the dataset must agree on, and how far they are."""

TABLES = (PAGE_VIEWS, FRAUD_ALERTS, REVIEWS, DEAD_LETTERS, LEDGER, SETTINGS)
