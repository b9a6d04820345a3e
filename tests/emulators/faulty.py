"""A BigQuery that fails as the real one does and the emulator does not: a server before it that spoils requests."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any, Self
from urllib.request import Request, urlopen

FAULTS = ("away", "lost", "quota", "partial")
"""No answer of the service; written, and the answer lost; a quota; half of the rows written."""
WELL = "none"
_TURNS = [turn for fault in FAULTS for turn in (fault, WELL, WELL, WELL)]
"""Waits double with each fault that one insertion meets."""


class FaultyBigQuery:
    """Hands requests on to an emulator; each insertion meets the next fault in turn, in a ``with``."""

    def __init__(self, emulator: str) -> None:
        self._emulator = emulator
        self._turns = cycle(_TURNS)
        self.met: Counter[str] = Counter()
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, content = faulty.answer(self.command, self.path, body, self.headers.get("Content-Type", ""))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - names of the library

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        """Answer a request, spoilt or not."""
        fault = next(self._turns) if "/insertAll" in path else WELL
        self.met[fault] += 1
        if fault == "away":
            return 503, _error("backendError", 503)
        if fault == "quota":
            return 403, _error("rateLimitExceeded", 403)
        if fault == "partial":
            return self._half(method, path, json.loads(body))
        answer = self._forward(method, path, body, kind)
        return (502, b"") if fault == "lost" else answer

    def _half(self, method: str, path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        rows = asked["rows"]
        if written := rows[::2]:
            self._forward(method, path, json.dumps(asked | {"rows": written}).encode(), "application/json")
        failed = [
            {"index": index, "errors": [{"reason": "backendError", "message": "", "location": ""}]}
            for index in range(1, len(rows), 2)
        ]
        return 200, json.dumps({"insertErrors": failed}).encode()

    def _forward(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, bytes]:
        request = Request(self._emulator + path, body or None, {"Content-Type": kind} if kind else {}, method=method)  # noqa: S310 - of this machine
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
                return answer.status, answer.read()
        except OSError as error:  # of HTTP, with a status, too
            status, read = getattr(error, "code", 502), getattr(error, "read", bytes)
            return status, read()


def _error(reason: str, code: int) -> bytes:
    return json.dumps({"error": {"code": code, "message": reason, "errors": [{"reason": reason}]}}).encode()
