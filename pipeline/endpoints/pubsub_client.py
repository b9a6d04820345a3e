"""Clients of Pub/Sub, one a process; an emulator is found by PUBSUB_EMULATOR_HOST, as by Google's own libraries."""

import os
from functools import lru_cache

import grpc  # type: ignore[import-untyped]
from google.api_core.exceptions import GoogleAPICallError
from google.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

EMULATOR = "PUBSUB_EMULATOR_HOST"
_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
"""A pull may answer with more than the 4 MiB that gRPC takes by default."""


@lru_cache(maxsize=1)
def subscriber() -> SubscriberClient:
    """Give the subscriber of this process."""
    if host := os.environ.get(EMULATOR):
        return SubscriberClient(transport=SubscriberGrpcTransport(channel=grpc.insecure_channel(host, _ANY_SIZE)))
    return SubscriberClient()


@lru_cache(maxsize=1)
def publisher() -> PublisherClient:
    """Give the publisher of this process; it sends one request at a time, and keeps nothing back."""
    if host := os.environ.get(EMULATOR):
        return PublisherClient(transport=PublisherGrpcTransport(channel=grpc.insecure_channel(host, _ANY_SIZE)))
    return PublisherClient()


def in_words(error: GoogleAPICallError) -> str:
    """Tell an error of Google's clients in a sentence: its code, and what the service says."""
    return f"{error.grpc_status_code.name if error.grpc_status_code else type(error).__name__}: {error.message}"
