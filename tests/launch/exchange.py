"""What the parts of the fake have in common: a request, a response, and errors in Google's form."""

import json
from typing import Any, NamedTuple


class Request(NamedTuple):
    """A request: ``query`` has the first value of each name, ``headers`` are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body or b"{}"))


class Response(NamedTuple):
    """A response; ``headers`` beside those of its content."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def answer(content: Any, *headers: tuple[str, str]) -> Response:
    return Response(200, json.dumps(content).encode(), headers=headers)


def refuse(status: int, message: str, reason: str = "") -> Response:
    error = {"code": status, "message": message, "status": reason, "errors": [{"message": message, "reason": reason}]}
    return Response(status, json.dumps({"error": error}).encode())
