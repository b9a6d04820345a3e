"""Topics, and the subscription that is read from."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from google.api_core.exceptions import AlreadyExists, NotFound
from google.pubsub_v1.types import Subscription

from pipeline.endpoints.pubsub_client import publisher, subscriber
from pipeline.provisioning.findings import Act, Finding

RETAINED = timedelta(days=7)
ACK_SECONDS = 60
REQUEST_SECONDS = 30.0
_WANTED: dict[str, Any] = {"retain_acked_messages": True, "message_retention_duration": RETAINED}


def provision_topic(path: str, *, dry_run: bool) -> Iterator[Finding]:
    """Make a topic where it is missing."""
    try:
        publisher().get_topic(topic=path, retry=None, timeout=REQUEST_SECONDS)
    except NotFound:
        if not dry_run:
            _make_topic(path)
        yield Finding(Act.MADE, f"topic {path}", "")


def provision_subscription(path: str, topic: str, *, dry_run: bool) -> Iterator[Finding]:
    """Make a subscription where it is missing, and let one that is there retain what was acknowledged.

    Args:
        path: the subscription.
        topic: its topic; empty where it is not named, and then a missing subscription cannot be made.
        dry_run: change nothing; findings say what would be done.
    """
    resource = f"subscription {path}"
    try:
        held = subscriber().get_subscription(subscription=path, retry=None, timeout=REQUEST_SECONDS)
    except NotFound:
        if not topic:
            yield Finding(Act.DRIFT, resource, "missing; name its topic: --input_topic projects/P/topics/T")
            return
        if not dry_run:
            _make_subscription(path, topic)
        yield Finding(Act.MADE, resource, f"of {topic}, acknowledged messages are retained for {RETAINED.days} days")
        return
    yield from _mended(held, resource, dry_run=dry_run)
    yield from (Finding(Act.DRIFT, resource, what) for what in _differences(held, topic))


def _make_topic(path: str) -> None:
    try:
        publisher().create_topic(name=path, retry=None, timeout=REQUEST_SECONDS)
    except AlreadyExists:
        return  # by another who provisions at the same time


def _make_subscription(path: str, topic: str) -> None:
    wanted = Subscription(name=path, topic=topic, ack_deadline_seconds=ACK_SECONDS, **_WANTED)
    try:
        subscriber().create_subscription(request=wanted, retry=None, timeout=REQUEST_SECONDS)
    except AlreadyExists:
        return  # as above


def _mended(held: Subscription, resource: str, *, dry_run: bool) -> Iterator[Finding]:
    """Let more be retained; what retains longer already stays."""
    changes = {}
    if not held.retain_acked_messages:
        changes["retain_acked_messages"] = "acknowledged messages are retained"
    if held.message_retention_duration < RETAINED:
        changes["message_retention_duration"] = f"messages are retained for {RETAINED.days} days"
    if changes and not dry_run:
        wanted = Subscription(name=held.name, **{name: _WANTED[name] for name in changes})
        request = {"subscription": wanted, "update_mask": {"paths": list(changes)}}
        subscriber().update_subscription(request=request, retry=None, timeout=REQUEST_SECONDS)
    yield from (Finding(Act.CHANGED, resource, what) for what in changes.values())


def _differences(held: Subscription, topic: str) -> Iterator[str]:
    if topic and held.topic != topic:
        yield f"of {held.topic}, expected of {topic}"
    if held.push_config.push_endpoint:
        yield f"pushes to {held.push_config.push_endpoint}, expected to be pulled from"
    if held.bigquery_config.table or held.cloud_storage_config.bucket:
        yield "exports by itself, expected to be pulled from"
    if held.filter:
        yield f"filtered by {held.filter}: Millrace does not see the rest"
    if held.dead_letter_policy.dead_letter_topic:
        yield f"dead letters go to {held.dead_letter_policy.dead_letter_topic}: what waits for a home is lost there"
