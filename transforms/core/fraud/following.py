"""Following alerts without a database: what is remembered of a slot of evidence, and of an entity, and what changes.

Evidence of one entity can tell of another (an IP's of the accounts that were taken over from it). So there are two
memories: of a slot of sources, whom they have told of; and of an entity, what each source says of it, its reviews, and
its rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from transforms.core.fraud.reviews import QUIET, Review
from transforms.core.fraud.settling import AlertRow, Settled, settle, unsuppressed
from transforms.core.times import FIRST, parse_time


class Judged(NamedTuple):
    """What evidence of some sources comes to: all of their alerts, and so none of any other.

    ``newest`` is the time of the newest fact, in microseconds.
    """

    sources: Sequence[int]
    found: Sequence[tuple[int, AlertRow]]
    newest: int = FIRST


class Told(NamedTuple):
    """What an entity hears: all alerts that one source now has of it, or a review.

    What began before ``horizon`` is settled for good: the evidence for it is being forgotten.
    """

    source: int = 0
    alerts: Sequence[AlertRow] = ()
    review: Review | None = None
    horizon: int = FIRST


class Hearers(NamedTuple):
    """Whom a source has told of, and when the last of these alerts ends."""

    keys: Sequence[str] = ()
    end: int = FIRST


class Sources(NamedTuple):
    """What is remembered of a slot: whom each source has told of, and the newest fact."""

    told: Mapping[int, Hearers] = {}
    newest: int = FIRST


class Remembered(NamedTuple):
    """What is remembered of an entity: alerts by source, rows by alert, reviews by their id."""

    found: Mapping[int, Sequence[AlertRow]] = {}
    rows: Mapping[str, AlertRow] = {}
    reviews: Mapping[str, Review] = {}


def case_key(row: AlertRow) -> str:
    """Name the entity of an alert, as reviews do."""
    return f"{row.entity_type}|{row.entity}"


def spread(sources: Sources, judged: Judged, kept: int | None) -> tuple[Sources, list[tuple[str, Told]]]:
    """Tell entities what some sources now say of them; those of which nothing is said any more hear that, too.

    Args:
        sources: what is remembered.
        judged: what is new.
        kept: microseconds that evidence is remembered for; None where it is never forgotten.
    """
    newest = max(sources.newest, judged.newest)
    horizon = FIRST if kept is None else newest - kept
    says: dict[int, dict[str, list[AlertRow]]] = {}
    for source, row in judged.found:
        if parse_time(row.window_start) >= horizon:
            says.setdefault(source, {}).setdefault(case_key(row), []).append(row)
    told = {source: hearers for source, hearers in sources.told.items() if hearers.end >= horizon}
    messages = []
    for source in judged.sources:
        now = says.get(source, {})
        hearing = dict.fromkeys((*told.pop(source, Hearers()).keys, *now))
        messages += [(key, Told(source, tuple(now.get(key, ())), horizon=horizon)) for key in hearing]
        if now:
            ends = [parse_time(row.window_end) for rows in now.values() for row in rows]
            told[source] = Hearers(tuple(now), max(ends))
    return Sources(told, newest), messages


def follow(entity: Remembered, told: Told, now: str) -> tuple[Remembered, Settled]:
    """Take in what an entity hears, and give what is remembered from now on, and the rows and tellings that change.

    The open rows do not depend on the order in which it is heard.
    """
    found, reviews = dict(entity.found), dict(entity.reviews)
    if told.review:
        held = reviews.get(told.review.review_id)
        reviews[told.review.review_id] = max(held, told.review) if held else told.review
    else:
        found[told.source] = told.alerts
    found = {source: kept for source, alerts in found.items() if (kept := _since(alerts, told.horizon))}
    rows = {row.alert_id: row for row in _since(entity.rows.values(), told.horizon)}
    reviews = {key: review for key, review in reviews.items() if review.decided_at + QUIET >= told.horizon}
    settled = Settled([], [])
    for rule in sorted({row.rule_id for row in chain(rows.values(), *found.values())}):
        quieting = [review for review in reviews.values() if review.rule_id == rule]
        following = unsuppressed(_of_rule(chain(*found.values()), rule), quieting)
        changed = settle(_of_rule(rows.values(), rule), following, now)
        settled.rows.extend(changed.rows)
        settled.changes.extend(changed.changes)
    rows |= {row.alert_id: row for row in settled.rows}
    return Remembered(found, rows, reviews), settled


def last_of(entity: Remembered) -> int:
    """Give the latest time of what is remembered of an entity, in microseconds."""
    ends = [parse_time(row.window_end) for row in entity.rows.values()]
    return max([*ends, *(review.decided_at + QUIET for review in entity.reviews.values())], default=0)


def _since(rows: Iterable[AlertRow], horizon: int) -> tuple[AlertRow, ...]:
    return tuple(row for row in rows if parse_time(row.window_start) >= horizon)


def _of_rule(rows: Iterable[AlertRow], rule: str) -> list[AlertRow]:
    return [row for row in rows if row.rule_id == rule]
