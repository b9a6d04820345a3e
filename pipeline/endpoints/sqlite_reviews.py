"""Reviews in the local store: united with those held, and the alerts follow."""

from collections.abc import Sequence

from pipeline.endpoints.sqlite_access import Store
from pipeline.endpoints.sqlite_alerts import settle
from transforms.core.fraud.reviews import Review
from transforms.core.times import format_time

_HELD_REVIEW = "SELECT * FROM reviews WHERE review_id = ?"


def join_reviews(store: Store, reviews: Sequence[Review]) -> None:
    """Add reviews; of two under one id the greater one is kept, whichever came first."""
    keys = set()
    for review in reviews:
        row = _row(review)
        held = store.execute(_HELD_REVIEW, (review.review_id,)).fetchone()
        if held is None or row > held:
            store.execute("INSERT OR REPLACE INTO reviews VALUES (?,?,?,?,?,?,?,?,?,?)", row)
            keys |= {(row[2], row[3], row[4])} | ({(held[2], held[3], held[4])} if held else set())
    settle(store, keys)


def _row(review: Review) -> tuple[str, ...]:
    *names, verdict, reviewer, note, decided_at = review
    return (*names, review.case_key, verdict, reviewer, note, format_time(decided_at))
