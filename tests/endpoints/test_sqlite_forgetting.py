"""Forgetting old fraud: what stays is what there would be if nothing had been removed."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import strategies as st

from options.fraud_rules import default_fraud_rules
from pipeline.endpoints.sqlite_access import connect, in_transaction
from pipeline.endpoints.sqlite_forgetting import forget
from pipeline.endpoints.sqlite_fraud import Judging, held_evidence, join_evidence
from tests.core.fraud.judged import event_of_admitted
from tests.endpoints.stores import make_store, select
from tests.histories.counts import drawn
from tests.histories.fraud import admitted, fraud_events
from tests.oracle.fraud_acts import approved, at, change, declined, success
from tests.oracle.records import Admitted
from transforms.core.fraud.evidence import pack, unite, unpack
from transforms.core.fraud.gathering import Gatherer
from transforms.core.times import DAY, HOUR
from transforms.flag_fraud import Flagged
from transforms.gather_evidence import SOME

RULES = default_fraud_rules()
OPEN = (
    "SELECT rule_id, entity_type, entity, window_start, window_end, severity, score, event_ids, reasons"
    " FROM fraud_alerts WHERE status = 'open'"
)
FORGOTTEN = "SELECT value FROM settings WHERE name = 'fraud_forgotten_before'"


def join(path: str, events: list[Admitted], retention: int | None = None) -> int:
    """Join the evidence of events as a run does, and forget what is too old; gives the number of alerts forgotten."""
    gatherer = Gatherer(RULES, seed=7, slots=1)
    gatherer.add(map(event_of_admitted, events))
    evidence = pack(unite(unpack(part) for _, part in gatherer.flush()))
    with closing(connect(path)) as store:
        in_transaction(store, lambda store: join_evidence(store, [Flagged(SOME, evidence, ())], Judging(RULES)))
        return in_transaction(store, lambda store: 0 if retention is None else forget(store, retention))


def earlier(events: list[Admitted], days: int) -> list[Admitted]:
    """The same some days before, as events of their own."""
    return [
        event._replace(time=event.time - timedelta(days=days), identity=(f"{days} days before", event.identity[1]))
        for event in events
    ]


@drawn(
    25,
    300,
    events=fraud_events(),
    days=st.sampled_from([1, 29, 40]),
    cut=st.integers(0, 10),
    retention=st.sampled_from([0, HOUR, DAY, 35 * DAY, 45 * DAY]),
)
def test_what_stays_is_what_there_would_be(events, days, cut, retention):
    told = admitted(events)
    history = [*told, *earlier(told, days)]
    Random(cut).shuffle(history)
    first, second = history[: len(history) * cut // 10], history[len(history) * cut // 10 :]
    with TemporaryDirectory() as folder:
        whole, pruned = (make_store(Path(folder) / name) for name in ("whole", "pruned"))
        for part in (first, second, first):
            join(whole, part)
            join(pruned, part, retention)
        edges = select(pruned, FORGOTTEN)
        edge = edges[0][0] if edges else ""
        assert select(pruned, OPEN) == [row for row in select(whole, OPEN) if row[4] >= edge]


BURST = [declined(card, at(card / 4)) for card in range(6)]


@pytest.mark.parametrize(("days", "retention", "forgotten"), [(40, 30 * DAY, 2), (40, 41 * DAY, 0), (1, HOUR, 2)])
def test_what_ended_before_goes_and_does_not_come_back(tmp_path, days, retention, forgotten):
    path, old = make_store(tmp_path), earlier(BURST, days)
    events = [*old, approved(99, at(30), ip="192.0.2.9")]
    assert join(path, events, retention) == forgotten
    left = 2 - forgotten
    told = "SELECT (SELECT count(*) FROM fraud_alerts), (SELECT count(*) FROM fraud_found),"
    told += " (SELECT count(*) FROM fraud_outbox)"
    assert select(path, told) == [(left, left, left)]
    assert join(path, [*old, *earlier(BURST[:3], days)], retention) == 0
    assert select(path, told) == [(left, left, left)]


def facts(path: str) -> list[tuple[int, ...]]:
    with closing(connect(path)) as store:
        slots = store.execute("SELECT slot FROM fraud_evidence").fetchall()
        return [tuple(row) for (slot,) in slots for row in unpack(held_evidence(store, slot)).rows.tolist()]


def test_evidence_goes_that_no_rule_looks_back_to(tmp_path):
    path = make_store(tmp_path)
    past = [success("a", at(hours=-hours), device_id="usual") for hours in (24 * 40, 48)]
    join(path, past)
    before = len(facts(path))
    join(path, [success("b", at())], DAY)
    assert before > len(facts(path)) - len(facts_of([success("b", at())])) > 0
    join(path, [success("a", at(), device_id="new"), change("payout", at(5))], DAY)
    assert [row[:3] for row in select(path, OPEN)] == [("takeover.payout_change", "account", "a")]


def facts_of(events: list[Admitted]) -> list[tuple[int, ...]]:
    gatherer = Gatherer(RULES, seed=7, slots=1)
    gatherer.add(map(event_of_admitted, events))
    return [tuple(row) for _, part in gatherer.flush() for row in unpack(part).rows.tolist()]


def test_one_broken_clock_makes_nothing_old(tmp_path):
    path = make_store(tmp_path)
    assert join(path, [*BURST, success("b", at() + timedelta(days=20_000))], DAY) == 0
    assert len(select(path, OPEN)) == 2
