"""Where a live run begins to read: going back on its subscription to whole windows, and a subscription for a topic."""

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from google.api_core import exceptions

from pipeline.endpoints.notebooks import Notebook
from pipeline.endpoints.pubsub_client import in_words, subscriber
from pipeline.errors import InputError
from transforms.core.times import SECOND, format_time

LOG = logging.getLogger(__name__)

CALL_SECONDS = 30
_TO_MAKE = "Make it: python -m pipeline.provision"


class LiveInput(NamedTuple):
    """What a live run reads: a subscription, or a topic where that is empty.

    ``back`` says, in microseconds, how far before its mark a start without state begins.
    """

    subscription: str
    topic: str
    back: int


@contextmanager
def open_input(given: LiveInput, notebook: Notebook) -> Iterator[str]:
    """Give the subscription to read, gone back to where whole windows begin; one of our own where a topic is named.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    if given.subscription:
        seek_back(given, notebook)
        yield given.subscription
        return
    LOG.warning("reading a topic: what is published while no job runs is lost; a subscription would keep it")
    subscription = _subscribe(given.topic)
    try:
        yield subscription
    finally:
        with suppress(exceptions.GoogleAPICallError):
            subscriber().delete_subscription({"subscription": subscription}, timeout=CALL_SECONDS)


def seek_back(given: LiveInput, notebook: Notebook) -> None:
    """Let a subscription give again what the windows need that are not written whole.

    A first run begins with what was not acknowledged. Until it has saved a mark of its own, the mark is that of the
    oldest message kept: a run that ends before may have acknowledged anything.

    Raises:
        InputError: there is no such subscription, or it may not be used.
    """
    name = given.subscription
    try:
        found = subscriber().get_subscription({"subscription": name}, timeout=CALL_SECONDS)
        if not found.retain_acked_messages:
            LOG.warning("%s keeps no acknowledged messages: windows that were open at the last end may be short", name)
            return
        mark = notebook.mark(name)
        if mark is None:
            kept = int(found.message_retention_duration.total_seconds()) * SECOND
            notebook.save_mark(name, time.time_ns() // 1000 - kept)
            return
        begin = mark - given.back
        subscriber().seek(
            {"subscription": name, "time": datetime.fromtimestamp(begin / SECOND, UTC)}, timeout=CALL_SECONDS
        )
        LOG.info("reading again what was published since %s: all is written up to %s", *map(format_time, (begin, mark)))
    except exceptions.NotFound as error:
        raise InputError(f"there is no subscription {name}\n{_TO_MAKE} --input_subscription {name}") from error
    except exceptions.GoogleAPICallError as error:
        raise InputError(f"cannot read {name}: {in_words(error)}") from error


def _subscribe(topic: str) -> str:
    project = topic.split("/")[1]
    name = f"projects/{project}/subscriptions/millrace-{secrets.token_hex(6)}"
    request = {"name": name, "topic": topic, "ack_deadline_seconds": 60}
    expiration = {"ttl": timedelta(days=1)}
    try:
        subscriber().create_subscription(request | {"expiration_policy": expiration}, timeout=CALL_SECONDS)
    except exceptions.NotFound as error:
        raise InputError(f"there is no topic {topic}\n{_TO_MAKE} --input_topic {topic}") from error
    except exceptions.GoogleAPICallError as error:
        raise InputError(f"cannot subscribe to {topic}: {in_words(error)}") from error
    return name
