"""Alerts that are followed without a database: what is open depends on what was heard, not on when."""

import json
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fraud.following import Judged, Remembered, Sources, Told, follow, last_of, spread
from transforms.core.fraud.reviews import FALSE_POSITIVE, Review
from transforms.core.fraud.settling import AlertRow, Change, settle
from transforms.core.times import DAY, HOUR, MINUTE, format_time, parse_time

TEN = parse_time("2026-09-17T10:00:00Z")


def alert(start, length=10, seen=5, *, score=50, entity="1.2.3.4", rule="cards"):
    """An alert whose episode begins at a minute past ten and has a length in minutes."""
    first, end = TEN + start * MINUTE, TEN + (start + length) * MINUTE
    times = [format_time(time) for time in (first, end, first + 1, end - 1)]
    name = f"{rule} {entity} {start}"
    head = (name, "card_testing", rule, "1", "review", score, "ip", entity)
    return AlertRow._make([*head, *times, "[]", '["e"]', seen, "open", "", ""])


def review(number, start, verdict=FALSE_POSITIVE, hours=0, rule="cards"):
    return Review(
        f"r{number}", alert(start, rule=rule).alert_id, rule, "ip", "1.2.3.4", verdict, "ada", "", TEN + hours * HOUR
    )


def hear(*told, entity=None):
    """Follow what is told, at one second after the other; gives what is remembered and all that was told of it."""
    entity, changes, rows = entity or Remembered(), [], []
    for second, one in zip(count(), told, strict=False):
        entity, settled = follow(entity, one, f"2026-09-18T00:{second // 60:02d}:{second % 60:02d}Z")
        changes += [(change.change, change.row.alert_id) for change in settled.changes]
        rows += settled.rows
    return entity, changes, rows


def opened(entity):
    return sorted(row._replace(updated_at="") for row in entity.rows.values() if row.status == "open")


def test_an_alert_is_opened_raised_and_moved_once_each():
    first, more = alert(5), alert(5, seen=6)
    higher, longer = alert(5, seen=9, score=80), alert(2, 20, 12, score=80)
    told = [Told(1, (one,)) for one in (first, first, more, higher, longer)]
    entity, changes, rows = hear(*told)
    assert changes == [
        ("opened", first.alert_id),
        ("raised", first.alert_id),
        ("moved", first.alert_id),
        ("opened", longer.alert_id),
    ]
    assert opened(entity) == [longer]
    gone = entity.rows[first.alert_id]
    assert (gone.status, gone.superseded_by) == ("withdrawn", longer.alert_id)
    assert [row.evidence_seen for row in rows] == [5, 6, 9, 9, 12]


def test_what_follows_from_nothing_is_withdrawn_and_may_come_back():
    entity, changes, _ = hear(Told(1, (alert(5),)), Told(1, ()), Told(1, (alert(5),)))
    assert [change for change, _ in changes] == ["opened", "withdrawn", "opened"]
    assert opened(entity) == [alert(5)]


def test_of_two_sources_the_one_that_saw_more_is_believed():
    few, many = alert(5, seen=3, score=55), alert(5, seen=8, score=70)
    for order in ((few, many), (many, few)):
        entity, *_ = hear(*(Told(number, (one,)) for number, one in enumerate(order)))
        assert opened(entity) == [many]


PIECES = [
    Told(1, (alert(5), alert(300))),
    Told(2, (alert(5, seen=9),)),
    Told(3, (alert(100, rule="declines"),)),
    Told(review=review(1, 5, hours=1)),
    Told(review=review(1, 5, hours=1)._replace(note="no fraud")),
    Told(review=review(2, 300, "confirmed_fraud", 9)),
    Told(review=review(3, 100, rule="declines", hours=1)),
]


@given(st.permutations(PIECES), st.lists(st.sampled_from(PIECES)))
def test_what_is_open_does_not_depend_on_the_order(order, repeats):
    entity, *_ = hear(*repeats, *order)
    assert opened(entity) == opened(hear(*PIECES)[0])
    assert [row.alert_id for row in opened(entity)] == ["cards 1.2.3.4 5", "declines 1.2.3.4 100"]


def test_an_event_has_an_id_that_a_repeat_shares():
    changes = [
        Change("opened", alert(5)._replace(updated_at=at)) for at in ("2026-09-18T00:00:00Z", "2026-09-19T00:00:00Z")
    ]
    first, second = (json.loads(change.event()) for change in changes)
    assert first["id"] == second["id"] == changes[0].event_id
    assert (first["type"], first["subject"], first["specversion"]) == ("fraud.alert.v1", alert(5).alert_id, "1.0")
    assert first["data"]["event_ids"] == ["e"]
    assert first["data"]["change"] == "opened"


def test_settling_writes_nothing_that_is_there():
    settled = settle([alert(5)._replace(updated_at="before")], [alert(5)], "now")
    assert settled == ([], [])


def test_sources_tell_whom_they_told_before():
    one, other = alert(5), alert(6, entity="5.6.7.8")
    sources, messages = spread(Sources(), Judged([1, 2], [(1, one), (1, other)]), None)
    assert messages == [("ip|1.2.3.4", Told(1, (one,))), ("ip|5.6.7.8", Told(1, (other,)))]
    sources, messages = spread(sources, Judged([1, 2], [(1, one)]), None)
    assert messages == [("ip|1.2.3.4", Told(1, (one,))), ("ip|5.6.7.8", Told(1, ()))]
    sources, messages = spread(sources, Judged([1], []), None)
    assert messages == [("ip|1.2.3.4", Told(1, ()))]
    assert sources.told == {}


def test_what_is_older_than_evidence_is_settled_for_good():
    old, new = alert(0), alert(60 * 24 * 31)
    sources, messages = spread(Sources(), Judged([1], [(1, old)], TEN + HOUR), 30 * DAY)
    entity, changes, _ = hear(*(told for _, told in messages))
    sources, messages = spread(sources, Judged([1], [(1, new)], TEN + 31 * DAY + HOUR), 30 * DAY)
    entity, more, _ = hear(*(told for _, told in messages), entity=entity)
    assert [*changes, *more] == [("opened", old.alert_id), ("opened", new.alert_id)]
    assert opened(entity) == [new]
    assert last_of(entity) == parse_time(new.window_end)


def test_a_source_is_forgotten_with_its_alerts():
    sources, _ = spread(Sources(), Judged([1], [(1, alert(0))], TEN), 30 * DAY)
    assert list(sources.told) == [1]
    sources, messages = spread(sources, Judged([2], [], TEN + 31 * DAY), 30 * DAY)
    assert (sources.told, messages) == ({}, [])


def test_old_reviews_are_forgotten():
    entity, *_ = hear(Told(review=review(1, 0)), Told(1, (alert(60 * 24 * 80),), horizon=TEN + 61 * DAY))
    assert entity.reviews == {}
