"""Pulling from a subscription in a splittable DoFn: at least once on any portable runner, as on Prism and Flink."""

import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Duration, Timestamp
from google.api_core import exceptions
from google.pubsub_v1.types import PullResponse

from pipeline.endpoints.cloud_errors import is_passing, told
from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.pubsub_ahead import AT_ONCE, PullAhead
from pipeline.endpoints.pubsub_client import in_words
from pipeline.endpoints.pubsub_leases import Leases, Taken, leases_of
from pipeline.endpoints.pubsub_watermark import SubscriptionClock
from pipeline.endpoints.stalls import STALLS, until_it_passes
from pipeline.errors import InputError
from transforms.core.records import Message

FULL = AT_ONCE // 2
"""From so many on there is taken to be a backlog."""
BUNDLE_SECONDS = 1.0
BUNDLE_BYTES = 32 << 20
PULL_SECONDS = 1.0
BLOCKED_SECONDS = 0.2
END = 1 << 62
ORDERING_KEY = "ordering_key"
"""The attribute that carries a message's ordering key, where it has one and no attribute of that name."""


class _Tracker(OffsetRestrictionTracker):
    """Counts messages of a subscription, which has no end, and of which there is one part."""

    def is_bounded(self) -> bool:
        return False

    def try_split(self, fraction_of_remainder: float) -> Any:
        """Take what is left off, to go on later; never divide it."""
        return super().try_split(fraction_of_remainder) if fraction_of_remainder == 0 else None


class _Provider(RestrictionProvider):
    def initial_restriction(self, _: str) -> OffsetRange:
        return OffsetRange(0, END)

    def create_tracker(self, restriction: OffsetRange) -> _Tracker:
        return _Tracker(restriction)

    def restriction_size(self, _: str, __: OffsetRange) -> int:
        return 1

    def split(self, _: str, restriction: OffsetRange) -> Iterator[OffsetRange]:
        yield restriction

    def truncate(self, _: str, __: OffsetRange) -> None:
        """Read no more when a job is drained."""


class Source:
    """What this process knows of a subscription that it pulls from.

    Args:
        subscription: its full path.
        max_unwritten: bytes that may be pulled while a home of results is stalled.
    """

    def __init__(self, subscription: str, max_unwritten: int) -> None:
        self.subscription = subscription
        self.leases: Leases = leases_of(subscription)
        self.clock = SubscriptionClock()
        self.pulled_messages = 0
        self.watermark: int | None = None
        self._max_unwritten = max_unwritten
        self._unwritten = 0
        self._ahead = PullAhead(subscription)
        self._is_backlog = False

    def is_blocked(self) -> bool:
        """Tell whether so much waits for a home that nothing more is to be read."""
        if not STALLS.current():
            self._unwritten = 0
        return self._unwritten >= self._max_unwritten

    def pull(self, seconds: float) -> tuple[list[str], list[Message]]:
        """Pull messages, and wait for them a while; gives their ids of acknowledgement, too."""
        self.leases.renew()
        try:
            answer = until_it_passes(
                "read",
                self.subscription,
                lambda: self._ahead.next(seconds, is_backlog=self._is_backlog),
                _passing,
            )
        except exceptions.GoogleAPICallError as error:
            raise InputError(f"cannot read {self.subscription}: {in_words(error)}") from error
        received = PullResponse.pb(answer).received_messages
        if not received:
            return self._pulled_in_vain()
        self._is_backlog = len(received) >= FULL
        messages = [_message(one.message) for one in received]
        ids = [one.ack_id for one in received]
        sizes = [len(message.data) for message in messages]
        published = [message.publish_time or 0 for message in messages]
        self.leases.take({ack: Taken(at, size) for ack, at, size in zip(ids, published, sizes, strict=True)})
        self.clock.pulled(time.time_ns() // 1000, min(published), was_full=self._is_backlog)
        self.pulled_messages += len(ids)
        self._unwritten += sum(sizes)
        return ids, messages

    def let_go(self) -> None:
        """Give back what was asked for ahead: nothing more is to be read."""
        for answer in self._ahead.rest():
            self.leases.give_back([one.ack_id for one in PullResponse.pb(answer).received_messages])

    def _pulled_in_vain(self) -> tuple[list[str], list[Message]]:
        self._is_backlog = False
        self.clock.pulled_in_vain()
        return [], []


@cache
def source_of(subscription: str, max_unwritten: int) -> Source:
    """Give what this process knows of a subscription."""
    return Source(subscription, max_unwritten)


class PullMessages(beam.DoFn):
    """Pulls the messages of a subscription for about a second a bundle; a message's timestamp is its publish time.

    A message is acknowledged when the runner has the results of its bundle in its hands.

    Args:
        max_unwritten: as of Source.
        is_late: acknowledge one finalization later: Flink finalizes, at a checkpoint, bundles that are not in it.
    """

    def __init__(self, max_unwritten: int, *, is_late: bool = False) -> None:
        self._max_unwritten = max_unwritten
        self._is_late = is_late

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        subscription: str,
        # The class itself, and before the next two: with an instance, or behind them, nothing is ever acknowledged.
        finalizer: Any = beam.DoFn.BundleFinalizerParam,
        tracker: Any = beam.DoFn.RestrictionParam(_Provider()),  # noqa: B008 - Beam's way to declare parameters
        watermark: Any = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider()),  # noqa: B008
    ) -> Iterator[TimestampedValue]:
        """Pull until the bundle is full, and come back later."""
        source = source_of(subscription, self._max_unwritten)
        source.leases.renew()
        older = source.leases.finalized() if self._is_late else []
        position, pulled, size = tracker.current_restriction().start, [], 0
        until = time.monotonic() + BUNDLE_SECONDS
        while (left := until - time.monotonic()) > 0 and size < BUNDLE_BYTES and not DRAIN.is_set():
            if source.is_blocked():
                time.sleep(BLOCKED_SECONDS)
                continue
            ids, messages = source.pull(min(max(left, 0.1), PULL_SECONDS))
            if not ids:
                continue
            position += len(ids)
            if not tracker.try_claim(position - 1):
                source.leases.give_back(ids)
                return
            pulled += ids
            for message in messages:
                size += len(message.data)
                yield TimestampedValue(message, Timestamp(micros=message.publish_time))
        # Always: Prism asks to finalize every bundle, and the worker fails where nothing was registered.
        finalizer.register(_Finalize(source, pulled, older, is_late=self._is_late))
        if DRAIN.is_quiet() and not STALLS.current():
            tracker.try_claim(END - 1)
            return
        if DRAIN.is_set():
            source.let_go()
            time.sleep(BLOCKED_SECONDS)
        else:
            _advance(source, watermark)
        tracker.defer_remainder(Duration(seconds=0))


class _Finalize:
    """Called by the runner when the results of a bundle are in its hands."""

    def __init__(self, source: Source, pulled: list[str], older: list[str], *, is_late: bool) -> None:
        self._leases = source.leases
        self._now, self._later = ([], pulled) if is_late else (pulled, [])
        self._older = older

    def __call__(self) -> None:
        self._leases.finalize(self._later)
        self._leases.acknowledge([*self._now, *self._older])


def _advance(source: Source, estimator: Any) -> None:
    """Move the watermark on; it never goes back."""
    if source.is_blocked():
        return
    now = source.clock.watermark(time.time_ns() // 1000, source.leases.oldest())
    held = estimator.current_watermark()
    if now is not None and (held is None or Timestamp(micros=now) > held):
        source.watermark = now
        estimator.set_watermark(Timestamp(micros=now))


def _message(raw: Any) -> Message:
    """Take a message of Pub/Sub as it is on the wire."""
    attributes = dict(raw.attributes)
    if raw.ordering_key:
        attributes.setdefault(ORDERING_KEY, raw.ordering_key)
    published = raw.publish_time
    return Message(raw.data, attributes, raw.message_id, published.seconds * 1_000_000 + published.nanos // 1000)


def _passing(error: Exception) -> str | None:
    """Say of an error of a pull why it may pass."""
    return told(error) if is_passing(error) or isinstance(error, exceptions.Cancelled) else None
