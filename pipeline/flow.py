"""The whole data flow. Read this first: a step a line; what runs where, and when, comes in as arguments."""

from typing import NamedTuple

import apache_beam as beam

from transforms.count_page_views import CountPageViews
from transforms.flag_fraud import FlagFraud
from transforms.follow_alerts import Followed
from transforms.gather_evidence import GatherEvidence
from transforms.keep_archive import Archivable
from transforms.keep_ledger import Entries, KeepLedger
from transforms.open_messages import OpenMessages
from transforms.outputs import Refused
from transforms.parse_events import ParseEvents
from transforms.take_reviews import TakeReviews
from transforms.validate_events import ValidateEvents


class Endpoints(NamedTuple):
    """Where messages come from and where results go: the ends of the flow.

    ``fraud_alerts`` takes a Followed, ``dead_letters`` a Refused, ``archive`` an Archivable, and ``mark`` what all of
    them give when they have written.
    """

    messages: beam.PTransform
    page_views: beam.PTransform
    fraud_alerts: beam.PTransform
    reviews: beam.PTransform
    dead_letters: beam.PTransform
    ledger: beam.PTransform
    archive: beam.PTransform
    mark: beam.PTransform


class Steps(NamedTuple):
    """The steps between the ends, with their settings."""

    open_messages: OpenMessages
    parse_events: ParseEvents
    validate_events: ValidateEvents
    count_page_views: CountPageViews
    gather_evidence: GatherEvidence
    flag_fraud: FlagFraud
    keep_ledger: KeepLedger


def build(root: beam.Pipeline, ends: Endpoints, steps: Steps) -> None:
    """Wire the flow."""
    messages = root | "Read messages" >> ends.messages
    opened = messages | "Open messages" >> steps.open_messages
    parsed = opened.events | "Parse events" >> steps.parse_events
    valid = parsed.events | "Validate events" >> steps.validate_events
    views = valid.batches | "Count page views" >> steps.count_page_views
    evidence = valid.batches | "Gather evidence" >> steps.gather_evidence
    flagged = evidence | "Flag fraud" >> steps.flag_fraud
    reviews = valid.batches | "Take reviews" >> TakeReviews()
    refused = Refused(opened.rejects, parsed.rejects, valid.rejects)
    entries = Entries(opened.received, valid.batches, views.counts, refused)
    ledger = entries | "Keep ledger" >> steps.keep_ledger
    everything = Archivable(valid.batches, *refused)

    written = (
        views.rows | "Store page views" >> ends.page_views,
        Followed(flagged, reviews) | "Store fraud alerts" >> ends.fraud_alerts,
        reviews | "Store reviews" >> ends.reviews,
        refused | "Store dead letters" >> ends.dead_letters,
        ledger | "Store ledger" >> ends.ledger,
        everything | "Keep archive" >> ends.archive,
    )
    written | "Keep mark" >> ends.mark
