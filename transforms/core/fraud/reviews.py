"""Reviews: verdicts of people on alerts, and what they mean for alerts to come."""

from collections.abc import Iterable
from typing import NamedTuple

from transforms.core.records import Event
from transforms.core.times import DAY, SECOND, parse_time

REVIEW = "fraud.review.v1"
FALSE_POSITIVE = "false_positive"
QUIET = 30 * DAY
"""How long a false positive keeps its rule and entity quiet."""


class Review(NamedTuple):
    """A verdict on an alert; ``decided_at`` in microseconds, whole seconds: a home shows no more."""

    review_id: str
    alert_id: str
    rule_id: str
    entity_type: str
    entity: str
    verdict: str
    reviewer: str
    note: str
    decided_at: int

    @property
    def case_key(self) -> str:
        """Name the case: the alerts of one entity."""
        return f"{self.entity_type}|{self.entity}"


def reviews_in(events: Iterable[Event]) -> list[Review]:
    """Take the reviews out of a batch."""
    return [_review(event) for event in events if event.type == REVIEW]


def _review(event: Event) -> Review:
    data, decided_at = event.data, parse_time(event.data["decided_at"])
    return Review(
        data["review_id"],
        data["alert_id"],
        data["rule_id"],
        data["entity_type"],
        data["entity"],
        data["verdict"],
        data["reviewer"],
        data.get("note") or "",
        decided_at - decided_at % SECOND,
    )


def effective(reviews: Iterable[Review]) -> list[Review]:
    """Give the verdict that counts for each alert: the last one decided."""
    last: dict[str, Review] = {}
    for review in reviews:
        held = last.setdefault(review.alert_id, review)
        if (review.decided_at, review.review_id) > (held.decided_at, held.review_id):
            last[review.alert_id] = review
    return list(last.values())


def suppressing(alert_id: str, first_event_time: int, reviews: Iterable[Review]) -> Review | None:
    """Give the false positive that keeps an alert quiet; the alert that was reviewed itself stays.

    Args:
        alert_id: the alert.
        first_event_time: of its first event, in microseconds.
        reviews: all of its rule and entity.
    """
    return max(
        (
            review
            for review in effective(reviews)
            if review.verdict == FALSE_POSITIVE
            and review.alert_id != alert_id
            and review.decided_at <= first_event_time < review.decided_at + QUIET
        ),
        default=None,
        key=lambda review: (review.decided_at, review.review_id),
    )
