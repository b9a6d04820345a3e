"""Pub/Sub's gRPC as far as a launch uses it: a subscription is looked at, and gone back on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.pubsub_v1 import types

_SERVICE = "google.pubsub.v1.Subscriber"


class FakePubSub:
    """Every subscription is there; ``looks`` and ``seeks`` are what was asked, ``retains`` is what they do."""

    def __init__(self) -> None:
        self.retains = True
        self.seeks: list[str] = []
        self.looks: list[str] = []

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(2))
        handlers = {
            "GetSubscription": _unary(self._get, types.GetSubscriptionRequest, types.Subscription),
            "Seek": _unary(self._seek, types.SeekRequest, types.SeekResponse),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(None)

    def _get(self, request: Any, _: Any) -> Any:
        self.looks.append(request.subscription)
        return types.Subscription(
            name=request.subscription, retain_acked_messages=self.retains, message_retention_duration=timedelta(days=7)
        )

    def _seek(self, request: Any, _: Any) -> Any:
        self.seeks.append(request.subscription)
        return types.SeekResponse()


def _unary(method: Any, request: Any, response: Any) -> Any:
    return grpc.unary_unary_rpc_method_handler(
        method, request_deserializer=request.deserialize, response_serializer=response.serialize
    )
