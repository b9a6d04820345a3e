"""Pulling ahead: while messages are worked on, the next are on their way."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.api_core.exceptions import DeadlineExceeded, GoogleAPICallError, from_grpc_error
from google.api_core.gapic_v1.routing_header import to_grpc_metadata
from google.pubsub_v1.types import PullRequest, PullResponse

from pipeline.endpoints.pubsub_client import subscriber

AT_ONCE = 1000
"""Messages asked for in one pull, the most that Pub/Sub gives."""
ASKED = 3
"""Pulls under way while there is a backlog: most of a pull is waiting."""
PULL_SECONDS = 10.0
"""How long a pull may wait. One that is given up may have been answered just then, and these messages come again only
when their deadline has passed; so few are."""


class PullAhead:
    """Asks for the messages of a subscription. For one thread.

    Args:
        subscription: its full path.
    """

    def __init__(self, subscription: str) -> None:
        self._request = PullRequest(subscription=subscription, max_messages=AT_ONCE)
        routing = [("subscription", subscription)]
        self._metadata = [to_grpc_metadata(routing)]  # type: ignore[no-untyped-call]
        self._asked = 0
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def next(self, seconds: float, *, is_backlog: bool) -> PullResponse:
        """Give an answer; an empty one where none came in so many seconds. In a backlog, ask for the next ones, too.

        Raises:
            GoogleAPICallError: a pull failed.
        """
        while self._asked < (ASKED if is_backlog else 1):
            self._ask()
        try:
            return self._taken(self._answers.get(timeout=seconds))
        except Empty:
            return PullResponse()

    def rest(self) -> Iterator[PullResponse]:
        """Give what was answered and not taken."""
        while not self._answers.empty():
            try:
                yield self._taken(self._answers.get())
            except GoogleAPICallError:
                continue  # nothing was delivered, then

    def _ask(self) -> None:
        # The transport's own method: the client's is the same but that it waits for the answer.
        pull: Any = subscriber().transport.pull
        call = pull.future(self._request, timeout=PULL_SECONDS, metadata=self._metadata)
        self._asked += 1
        call.add_done_callback(self._answers.put)

    def _taken(self, call: Any) -> PullResponse:
        self._asked -= 1
        try:
            answer: PullResponse = call.result()
        except grpc.RpcError as error:
            known: GoogleAPICallError = from_grpc_error(error)  # type: ignore[no-untyped-call]
            if isinstance(known, DeadlineExceeded):
                return PullResponse()
            raise known from error
        return answer
