"""A file system of Beam in memory, as ``mem://``: what stands for gs:// without a network."""

import io
from collections.abc import Iterator
from typing import Any

from apache_beam.io.filesystem import BeamIOError, CompressionTypes, FileMetadata, FileSystem

FILES: dict[str, bytes] = {}
"""Path to content. Beam finds the class by its scheme, so that there is one of it in a process."""


class MemoryFiles(FileSystem):
    """Flat as the object stores are: a folder is a prefix."""

    @classmethod
    def scheme(cls) -> str:
        return "mem"

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        for path, content in FILES.items():
            if path.startswith(dir_or_prefix):
                yield FileMetadata(path, len(content), 1_700_000_000.0)

    def open(
        self,
        path: str,
        mime_type: str = "application/octet-stream",
        compression_type: str = CompressionTypes.AUTO,
    ) -> io.BytesIO:
        if FILES.get(path) == b"SECRET":
            raise BeamIOError("Open failed", {path: PermissionError("403 Forbidden")})
        return io.BytesIO(FILES[path])

    def exists(self, path: str) -> bool:
        return path in FILES

    def metadata(self, path: str) -> FileMetadata:
        return FileMetadata(path, len(FILES[path]), 1_700_000_000.0)

    def size(self, path: str) -> int:
        return len(FILES[path])

    def last_updated(self, path: str) -> float:
        return 1_700_000_000.0

    def has_dirs(self) -> bool:
        return False

    def join(self, basepath: str, *paths: str) -> str:
        return "/".join((basepath.rstrip("/"), *paths))

    def split(self, path: str) -> tuple[str, str]:
        head, _, tail = path.rpartition("/")
        return head, tail

    def _unneeded(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    create = mkdirs = copy = rename = delete = checksum = _unneeded
