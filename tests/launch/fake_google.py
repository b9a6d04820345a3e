"""The services of Google that a launch talks to, in one process: tokens, Storage, Dataflow, Flex Templates, BigQuery.

They keep what they are sent. What they do not know they refuse, with 404, so that a launch that needs more fails.
"""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.launch.exchange import Request, Response, answer, refuse
from tests.launch.fake_pubsub import FakePubSub
from tests.launch.fake_storage import FakeStorage

PROJECT = "my-shop-1"
LaunchFlex = Callable[[str, str, dict[str, Any]], Response]
_JOBS = re.compile(r"/v1b3/projects/([^/]+)/locations/([^/]+)/jobs(?:/([^/]+))?(?:/messages|/metrics)?")
_FLEX = re.compile(r"/v1b3/projects/([^/]+)/locations/([^/]+)/flexTemplates:launch")
_TIMES = {"createTime": "2026-01-01T00:00:00Z", "currentStateTime": "2026-01-01T00:00:00Z"}


class FakeGoogle:
    """A server on 127.0.0.1. ``jobs`` are the jobs that were created, as they were sent."""

    def __init__(self) -> None:
        self.storage = FakeStorage()
        self.pubsub = FakePubSub()
        self.jobs: list[dict[str, Any]] = []
        self.statements: list[str] = []
        self.refused: list[str] = []
        self.launch_flex: LaunchFlex = lambda project, region, body: refuse(
            404, f"no launcher: {project} {region} {body}"
        )

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"google": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.pubsub.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.pubsub.stop()

    def environment(self, folder: Path) -> dict[str, str]:
        """Give the variables that lead Google's clients here, with a service account of its own."""
        account = folder / "account.json"
        account.write_text(json.dumps(service_account(f"{self.url}/token")), encoding="utf-8")
        return {
            "STORAGE_EMULATOR_HOST": self.url,
            "BIGQUERY_EMULATOR_HOST": self.url,
            "PUBSUB_EMULATOR_HOST": self.pubsub.address,
            "GOOGLE_APPLICATION_CREDENTIALS": str(account),
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "NO_GCE_CHECK": "true",
        }

    def proxy(self) -> dict[str, str]:
        """Give the variables that bring here what goes to Dataflow by its name; what is encrypted is refused here."""
        here = "127.0.0.1,localhost"
        through = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"), self.url)
        return {**through, "NO_PROXY": here, "no_proxy": here}

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            return answer({"access_token": "fake", "expires_in": 3600, "token_type": "Bearer"})
        if match := _FLEX.fullmatch(request.path):
            return self.launch_flex(match[1], match[2], request.json())
        if match := _JOBS.fullmatch(request.path):
            return self._job(match[1], match[2], match[3], request)
        if request.path == f"/bigquery/v2/projects/{PROJECT}/queries":
            return self._query(request.json())
        return self.storage.answer(request)

    def _job(self, project: str, region: str, number: str | None, request: Request) -> Response:
        if request.method == "POST":
            assert request.headers["authorization"] == "Bearer fake"
            job = request.json()
            self.jobs.append(job)
            state = {"id": f"2026-01-01_00_00_00-{len(self.jobs)}", "currentState": "JOB_STATE_PENDING", **_TIMES}
            return answer({"name": job["name"], "projectId": project, "location": region, **state})
        if number is None:
            return answer({"jobs": []})
        return answer({"id": number, "projectId": project, "location": region, "currentState": "JOB_STATE_RUNNING"})

    def _query(self, body: dict[str, Any]) -> Response:
        """Answer every statement with no rows: a dataset that nothing was noted in yet."""
        self.statements.append(body["query"])
        job = {"projectId": PROJECT, "jobId": f"j-{len(self.statements)}", "location": "EU"}
        fields = [{"name": "name", "type": "STRING"}, {"name": "value", "type": "STRING"}]
        return answer({"jobComplete": True, "jobReference": job, "schema": {"fields": fields}, "totalRows": "0"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    google: FakeGoogle

    def log_message(self, *_: Any) -> None:
        """Say nothing on standard error."""

    def _serve(self) -> None:
        url = urlsplit(self.path)  # an absolute one where this is a proxy
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            self.command, unquote(url.path), dict(parse_qsl(url.query, keep_blank_values=True)), headers, self._body()
        )
        try:
            response = self.google.answer(request)
        except Exception as error:  # noqa: BLE001 - a fault of the fake is to fail the launch, not to hang it
            response = refuse(501, f"{type(error).__name__}: {error}")
        if response.status in (404, 501):
            self.google.refused.append(f"{request.method} {self.path}: {response.body.decode()[:200]}")
        self.send_response(response.status)
        for name, value in (*response.headers, ("Content-Type", response.content_type)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - names of the base class

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)


def service_account(token_uri: str) -> dict[str, str]:
    """Make the file of a service account, with a key of its own: what is signed with it is really signed."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_id": "1",
        "client_email": f"launcher@{PROJECT}.iam.gserviceaccount.com",
        "token_uri": token_uri,
    }
