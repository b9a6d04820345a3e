"""Cloud Storage's JSON API as far as a launch uses it: uploads of all three kinds, reading, listing, removing."""

import base64
import hashlib
import re
import uuid
from threading import Lock
from typing import Any
from urllib.parse import quote

import google_crc32c

from tests.launch.exchange import Request, Response, answer, refuse

_WHEN = "2026-01-01T00:00:00Z"
_OBJECT = re.compile(r"(?:/download)?/storage/v1/b/([^/]+)/o/(.+)", re.DOTALL)
_LIST = re.compile(r"/storage/v1/b/([^/]+)/o")
_BUCKET = re.compile(r"/storage/v1/b/([^/]+)")
_UPLOAD = re.compile(r"/(?:upload|resumable/upload)/storage/v1/b/([^/]+)/o")


class FakeStorage:
    """Objects by (bucket, name). Every bucket is there."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self._uploads: dict[str, tuple[str, str, bytearray]] = {}
        self._lock = Lock()

    def read(self, url: str) -> bytes:
        """Give an object by gs://BUCKET/NAME."""
        bucket, _, name = url.removeprefix("gs://").partition("/")
        return self.objects[bucket, name]

    def put(self, bucket: str, name: str, data: bytes) -> dict[str, Any]:
        self.objects[bucket, name] = data
        return self._metadata(bucket, name)

    def answer(self, request: Request) -> Response:
        with self._lock:
            if match := _UPLOAD.fullmatch(request.path):
                return self._upload(match[1], request)
            if match := _OBJECT.fullmatch(request.path):
                return self._object(match[1], match[2], request)
            if match := _LIST.fullmatch(request.path):
                names = [name for bucket, name in sorted(self.objects) if bucket == match[1]]
                prefix = request.query.get("prefix", "")
                return answer({"items": [self._metadata(match[1], name) for name in names if name.startswith(prefix)]})
            if match := _BUCKET.fullmatch(request.path):
                return answer({"kind": "storage#bucket", "name": match[1], "id": match[1], "location": "EU"})
        return refuse(404, f"no such path: {request.path}")

    def _object(self, bucket: str, name: str, request: Request) -> Response:
        if (bucket, name) not in self.objects:
            return refuse(404, f"No such object: {bucket}/{name}", "notFound")
        if request.method == "DELETE":
            del self.objects[bucket, name]
            return Response(204)
        if request.query.get("alt") == "media":
            return Response(200, self.objects[bucket, name], "application/octet-stream")
        return answer(self._metadata(bucket, name))

    def _upload(self, bucket: str, request: Request) -> Response:
        if number := request.query.get("upload_id"):
            return self._go_on(number, request)
        kind = request.query["uploadType"]
        if kind == "resumable":
            number = uuid.uuid4().hex
            name = request.json().get("name") or request.query["name"]
            self._uploads[number] = (bucket, name, bytearray())
            place = f"http://{request.headers['host']}/upload/storage/v1/b/{quote(bucket)}/o"
            return answer({}, ("Location", f"{place}?uploadType=resumable&upload_id={number}"))
        if kind == "multipart":
            return self._upload_parts(bucket, request)
        return answer(self.put(bucket, request.query["name"], request.body))

    def _upload_parts(self, bucket: str, request: Request) -> Response:
        """Take metadata and data apart; one of Google's clients puts the boundary into single quotes."""
        found = re.search(r"boundary=[\"']?([^\"';]+)", request.headers["content-type"])
        assert found, request.headers
        _, first, second, _ = request.body.split(b"--" + found[1].encode())
        (described, data) = (re.split(rb"\r?\n\r?\n", part, maxsplit=1)[1] for part in (first, second))
        metadata = request._replace(body=described).json()
        return answer(self.put(bucket, metadata.get("name") or request.query["name"], re.sub(rb"\r?\n\Z", b"", data)))

    def _go_on(self, number: str, request: Request) -> Response:
        bucket, name, data = self._uploads[number]
        data += request.body
        if request.headers.get("content-range", "").endswith("/*"):
            return Response(308, headers=(("Range", f"bytes=0-{len(data) - 1}"),))
        return answer(self.put(bucket, name, bytes(data)))

    def _metadata(self, bucket: str, name: str) -> dict[str, Any]:
        """Describe an object; clients compare both sums with what they sent."""
        data = self.objects[bucket, name]
        return {
            "kind": "storage#object",
            "id": f"{bucket}/{name}/1",
            "bucket": bucket,
            "name": name,
            "size": str(len(data)),
            "generation": "1",
            "metageneration": "1",
            "timeCreated": _WHEN,
            "updated": _WHEN,
            "crc32c": base64.b64encode(google_crc32c.Checksum(data).digest()).decode(),
            "md5Hash": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode(),
        }
