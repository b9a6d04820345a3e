"""What workers count while they work: few names, each with a bounded set of labels, one call a batch or less.

On Dataflow a counter is ``dataflow.googleapis.com/job/user_counter``, labelled by name and step; a retried bundle
counts once. Exact numbers are in the ledger: these are for dashboards and alarms.
"""

from collections import Counter
from collections.abc import Sequence

from apache_beam.metrics import Metrics

from transforms.core.reasons import Reason
from transforms.core.records import Reject
from transforms.panes import EARLY, FINAL_PANE, LATE, ON_TIME

NAMESPACE = "millrace"

RECEIVED = Metrics.counter(NAMESPACE, "received")
"""Raw events, and messages that could not be opened; redelivered ones again."""
ADMITTED = Metrics.counter(NAMESPACE, "admitted")
"""Events that passed all checks; duplicates again."""
REJECTED = Metrics.counter(NAMESPACE, "rejected")
REJECTED_FOR = {reason: Metrics.counter(NAMESPACE, f"rejected_{reason}") for reason in Reason}
LATE_VIEWS = Metrics.counter(NAMESPACE, "late")
"""Page views, duplicates too, that came after the end of their window."""
AFTER_EXPIRY = Metrics.counter(NAMESPACE, "after_expiry")
"""Parts of results for a window whose state was forgotten: written as partial results, which joins make harmless."""
PANES = {timing: Metrics.counter(NAMESPACE, f"panes_{timing}") for timing in (EARLY, ON_TIME, LATE, FINAL_PANE)}
ALERTS = Metrics.counter(NAMESPACE, "alerts")
"""Fraud alerts found; one that goes on is found again with each look at its entity."""
ALERT_CHANGES = Metrics.counter(NAMESPACE, "alert_changes")
"""Alerts opened, raised, moved or withdrawn, where no local store settles them."""
LEDGER = {
    column: Metrics.counter(NAMESPACE, f"ledger_{column}")
    for column in ("received", "counted", "duplicate", "rejected")
}
"""What the columns of the ledger gained; redelivery gains nothing."""
ROWS_WRITTEN = Metrics.counter(NAMESPACE, "rows_written")
WRITE_MS = Metrics.distribution(NAMESPACE, "write_ms")
"""How long a write to a home in Google Cloud took, its retries included."""
WRITE_RETRIES = Metrics.counter(NAMESPACE, "write_retries")


def count_rejects(rejects: Sequence[Reject]) -> None:
    """Count rejects, in all and by reason."""
    REJECTED.inc(len(rejects))
    for reason, count in Counter(reject.reason for reject in rejects).items():
        REJECTED_FOR[Reason(reason)].inc(count)
