"""What the API answers with. Times are ISO 8601 in UTC to the second (``2026-09-17T10:40:00Z``), "" for none."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Series:
    """Numbers over time: a value a step, the first at ``start``. Windows in which nothing happened are 0."""

    start: str
    step_seconds: int
    views: list[int]
    bot_views: list[int]


@dataclass(frozen=True)
class TopPage:
    """A page by its views; ``before`` is its views in the span of the same length just before."""

    url: str
    views: int
    bot_views: int
    before: int
    trend: list[int]


@dataclass(frozen=True)
class EventRate:
    """Events admitted (counted and duplicate) by event type, as all runs counted them, over ``minutes``."""

    minutes: int
    by_type: dict[str, int]


@dataclass(frozen=True)
class Now:
    """Page views of a span that ends with the newest window, or where it was asked to end.

    ``visitors`` are distinct visitors, bots' included, of the last ``visitors_minutes``; ``urls`` are distinct pages of
    the whole span.
    """

    newest: str
    start: str
    end: str
    contains: str
    views: int
    bot_views: int
    urls: int
    visitors: int
    visitors_minutes: int
    rate: EventRate
    series: Series
    pages: list[TopPage]


@dataclass(frozen=True)
class PageSeries:
    """One page over a span; ``visitors`` has a value a step, as ``series`` has."""

    url: str
    start: str
    end: str
    series: Series
    visitors: list[int]


@dataclass(frozen=True)
class RunAccount:
    """The ledger of one run: received = counted + duplicate + rejected, each counted where it happened."""

    run: str
    received: int
    counted: int
    duplicate: int
    rejected: int
    masked: int
    first_minute: str
    last_minute: str
    missing: int
    being_written: bool


@dataclass(frozen=True)
class RejectReason:
    """A reason to refuse, over all runs, with an example and what to do."""

    reason: str
    count: int
    meaning: str
    remedy: str
    option: str
    example_error: str
    example_payload: str
    example_where: str


@dataclass(frozen=True)
class Freshness:
    """How old what is seen is. ``written_at`` is when page views were last stored, ``now`` this machine's clock.

    ``lag_seconds`` is the age of the newest window's end, ``quiet_seconds`` that of ``written_at``.
    """

    newest_window_end: str
    written_at: str
    now: str
    lag_seconds: int
    quiet_seconds: int
    is_history: bool


@dataclass(frozen=True)
class Alarm:
    """Something that a person should know; ``level`` is ``red`` (results are wrong or missing) or ``amber``."""

    level: str
    title: str
    text: str


@dataclass(frozen=True)
class Health:
    """The state of the pipeline's results."""

    level: str
    alarms: list[Alarm]
    total: RunAccount
    runs: list[RunAccount]
    runs_in_all: int
    rejects: list[RejectReason]
    freshness: Freshness


@dataclass(frozen=True)
class Behind:
    """The SQL of a number and of its rows, ready to paste, and the rows, at most ``limit``."""

    title: str
    store: str
    sql: str
    rows_sql: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    limit: int


@dataclass(frozen=True)
class StoreState:
    """Which store is shown, and whether it can be read: ``trouble`` is "" or a code, told by the two beside it."""

    store: str
    trouble: str
    text: str
    remedy: str
    newest: str
    stored: dict[str, int] = field(default_factory=dict)
