"""The local store as the page's home of results."""

import statistics
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from dashboard.case_records import CaseDetail, Quality, Queue, RuleQuality
from dashboard.casework import CLOSED
from dashboard.local import cases, decisions, ledger, views
from dashboard.local.behind import QUESTIONS, ROWS, pasteable, rows_of
from dashboard.local.reading import Reader
from dashboard.records import Behind, Health, Now, PageSeries, StoreState
from dashboard.store import Decision, QueueFilter, Span, StoreTroubleError
from pipeline.endpoints.review_log import write_review_log
from pipeline.endpoints.sqlite_schema import STORE_NAME
from transforms.core.times import SECOND, parse_time

T = TypeVar("T")
ARCHIVE = "archive"
"""The archive's place beside a store."""
_REMEMBERED = 64
_GOOD_SECONDS = 30.0
"""How long an answer is given again while the store does not change: ages go on also then."""


class LocalStore:
    """Answers from an output folder of the pipeline (``dashboard.store.Store``).

    Answers are kept until the store changes, so that a hundred viewers cost what one costs.

    Args:
        place: the output folder, or the store's file itself.
    """

    def __init__(self, place: str) -> None:
        given = Path(place)
        self.path = given if given.suffix == Path(STORE_NAME).suffix else given / STORE_NAME
        self._reader = Reader(self.path)
        self._accounts = ledger.Accounts()
        self._answers: OrderedDict[Any, tuple[str, float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def state(self) -> StoreState:
        """As in the protocol."""
        try:
            with self._reader.open() as store:
                newest = views.newest_window(store)
                (waiting,) = store.execute("SELECT count(*) FROM fraud_alerts WHERE status = 'open'").fetchone()
        except StoreTroubleError as trouble:
            return StoreState(str(self.path), trouble.code, trouble.text, trouble.remedy, "")
        return StoreState(str(self.path), "", "", "", newest, {"open_alerts": waiting})

    def change(self) -> str:
        """As in the protocol: sizes and times of the files, which a lock does not hide."""
        return "-".join(f"{at:x}.{size:x}" for at, size in ledger.marks(self.path))

    def now(self, span: Span) -> Now:
        """As in the protocol."""
        return self._answer(("now", span), lambda store: views.read_now(store, span))

    def page(self, url: str, span: Span) -> PageSeries:
        """As in the protocol."""
        return self._answer(("page", url, span), lambda store: views.read_page(store, url, span))

    def health(self) -> Health:
        """As in the protocol; not kept: its ages are those of this moment."""
        with self._reader.open() as store:
            return ledger.read_health(store, self.path, self._accounts)

    def queue(self, wanted: QueueFilter) -> Queue:
        """As in the protocol."""
        return self._answer(("queue", wanted), lambda store: cases.read_queue(store, wanted))

    def case(self, entity_type: str, entity: str) -> CaseDetail:
        """As in the protocol."""
        archive = self.path.with_name(ARCHIVE)
        read = lambda store: cases.read_case(store, archive, entity_type, entity)  # noqa: E731
        return self._answer(("case", entity_type, entity), read)

    def decide(self, decision: Decision) -> CaseDetail:
        """As in the protocol."""
        with self._reader.open():
            pass  # a store that is missing, or another's, is told as everywhere
        decisions.record(self.path, decision)
        with self._lock:
            self._answers.clear()
        return self.case(decision.entity_type, decision.entity)

    def quality(self) -> Quality:
        """As in the protocol."""
        return self._answer(("quality",), _quality)

    def behind(self, number: str, span: Span, subject: dict[str, str]) -> Behind:
        """As in the protocol."""
        question = QUESTIONS[number]
        with self._reader.open() as store:
            times = views.windows_of(store, span).values()
            values = {"url": "", "reason": "", "entity_type": "", "entity": ""} | subject
            values |= times | {"contains": span.contains}
            columns, rows = rows_of(store, question.rows_sql, values)
        sql, rows_sql = pasteable(question.sql, values), pasteable(question.rows_sql, values)
        return Behind(question.title, str(self.path), sql, rows_sql, columns, rows, ROWS)

    def mend(self) -> None:
        """Add verdicts to ``reviews.jsonl`` that a crash kept from it.

        Raises:
            StoreError: the store cannot be read, or the file not be written.
        """
        if not self.state().trouble:
            write_review_log(str(self.path))

    def _answer(self, key: Any, read: Callable[[Any], T]) -> T:
        change = self.change()
        with self._lock:
            held = self._answers.get(key)
        if held and held[0] == change and time.monotonic() - held[1] < _GOOD_SECONDS:
            answer: T = held[2]
            return answer
        with self._reader.open() as store:
            answer = read(store)
        with self._lock:
            self._answers[key] = (change, time.monotonic(), answer)
            self._answers.move_to_end(key)
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return answer


def _quality(store: Any) -> Quality:
    rules = [
        RuleQuality(*row) for row in store.execute("SELECT * FROM fraud_rule_quality ORDER BY alerts DESC, rule_id")
    ]
    newest, waiting = views.newest_window(store), [case for case in cases.all_cases(store) if case.status != CLOSED]
    ages = [0]
    if newest and waiting:
        end = parse_time(newest) + views.window_width(store)
        ages = [max(0, end - parse_time(case.first_event_time)) // SECOND for case in waiting]
    return Quality(rules, len(waiting), int(statistics.median(ages)), max(ages))
