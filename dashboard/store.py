"""What the page asks of a store. ``dashboard/local`` answers from SQLite; another home of results is another class."""

from typing import NamedTuple, Protocol

from dashboard.case_records import CaseDetail, Quality, Queue
from dashboard.records import Behind, Health, Now, PageSeries, StoreState


class StoreTroubleError(Exception):
    """The store cannot answer now; ``code`` is for programs, ``text`` and ``remedy`` for people."""

    def __init__(self, code: str, text: str, remedy: str) -> None:
        super().__init__(text)
        self.code, self.text, self.remedy = code, text, remedy


class ConflictError(Exception):
    """Somebody else acted on the case first, or it is not in a state for this; nothing was written."""


class UnknownCaseError(Exception):
    """There is no case of that entity."""


class Span(NamedTuple):
    """What is looked at: ``hours`` up to ``until`` (ISO 8601; "" is the newest window), of URLs with ``contains``."""

    hours: int
    until: str = ""
    contains: str = ""


class QueueFilter(NamedTuple):
    """Which cases: ``status`` open, claimed, waiting (both), closed or all; "" leaves a filter out."""

    status: str = "waiting"
    pattern: str = ""
    severity: str = ""
    text: str = ""
    order: str = "score"


class Decision(NamedTuple):
    """What a reviewer does to a case, as they saw it: ``expected_version`` is the version that they looked at.

    ``action_id`` is the client's: sent again, the same action is no second one. ``verdict`` and ``alert_ids`` are those
    of a close.
    """

    action_id: str
    entity_type: str
    entity: str
    action: str
    expected_version: int
    reviewer: str
    note: str = ""
    verdict: str = ""
    alert_ids: tuple[str, ...] = ()


class Store(Protocol):
    """A home of results. Every method may be called from several threads, and takes a bounded time.

    All but ``state`` and ``change`` raise StoreTroubleError where the store is missing, locked, slow or not ours.
    """

    def state(self) -> StoreState:
        """Tell which store this is, and whether it can be read."""
        ...

    def change(self) -> str:
        """Give a mark that differs after every write; cheap, and never waits for a lock."""
        ...

    def now(self, span: Span) -> Now:
        """Give page views of a span."""
        ...

    def page(self, url: str, span: Span) -> PageSeries:
        """Give the series of one page."""
        ...

    def health(self) -> Health:
        """Give the ledger, rejects, freshness, and what is wrong."""
        ...

    def queue(self, wanted: QueueFilter) -> Queue:
        """Give the cases that pass a filter, in order."""
        ...

    def case(self, entity_type: str, entity: str) -> CaseDetail:
        """Give everything about a case; raises UnknownCaseError where there is none."""
        ...

    def decide(self, decision: Decision) -> CaseDetail:
        """Record an action and its verdicts; nothing, where it raises ConflictError or UnknownCaseError."""
        ...

    def quality(self) -> Quality:
        """Give the rules by their verdicts, and the age of the queue."""
        ...

    def behind(self, number: str, span: Span, subject: dict[str, str]) -> Behind:
        """Give the rows behind a number, and the SQL for both; raises KeyError where there is no such number."""
        ...
