"""The page's own files, read once and kept in memory: no reader of the store can keep them waiting."""

import gzip
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "LICENSE": "text/plain; charset=utf-8",
}


class Assets:
    """Answers with the files below ``static``; ``/`` is ``index.html``."""

    def __init__(self) -> None:
        self._files = dict(_below(files("dashboard") / "static", ""))
        self._files["/"] = self._files["/index.html"]

    def paths(self) -> list[str]:
        """Give the addresses of all files."""
        return sorted(self._files)

    async def answer(self, request: Request) -> Response:
        """Give a file, compressed where the browser takes it; 304 where it has it already."""
        content_type, plain, packed, tag = self._files[request.url.path]
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, media_type=content_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(plain, media_type=content_type, headers=headers)


def _below(folder: Traversable, address: str) -> "list[tuple[str, tuple[str, bytes, bytes, str]]]":
    found = []
    for entry in folder.iterdir():
        path = f"{address}/{entry.name}"
        if entry.is_dir():
            found += _below(entry, path)
        elif (kind := entry.name.rpartition(".")[2]) in _TYPES:
            content = entry.read_bytes()
            tag = f'"{sha256(content).hexdigest()[:20]}"'
            found.append((path, (_TYPES[kind], content, gzip.compress(content, mtime=0), tag)))
    return found
