"""Files in a folder of Cloud Storage: written whole or not at all, and waited for while it is away."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from google.api_core import exceptions as api
from google.cloud import storage  # type: ignore[attr-defined]  # has no annotations

from pipeline.endpoints.cloud_errors import Home, open_client

UPLOAD_SECONDS = 120.0
_SCHEME = "gs://"


class Folder:
    """A folder of Cloud Storage.

    Args:
        path: gs://BUCKET/FOLDER/
        is_live: whether the run is; it then waits for ever.

    Raises:
        StoreError: there are no credentials.
    """

    def __init__(self, path: str, *, is_live: bool) -> None:
        bucket, _, self._below = path.removeprefix(_SCHEME).partition("/")
        self._path = path
        self._home = Home(f"Cloud Storage {path}", is_live)
        self._client: Any = open_client("Cloud Storage", storage.Client)
        self._bucket = self._client.bucket(bucket)

    def put(self, name: str, content: bytes, content_type: str) -> str:
        """Write a file that is named by its content, and give its path; one that is there already stays as it is.

        An upload is atomic: no reader sees a part, and nothing is left behind by one that was cut off.

        Raises:
            StoreError: Cloud Storage is away for too long, or refuses the file.
        """
        blob = self._bucket.blob(self._below + name)

        def upload() -> None:
            try:
                blob.upload_from_string(
                    content, content_type, if_generation_match=0, timeout=UPLOAD_SECONDS, retry=None
                )
            except api.PreconditionFailed:
                return  # it is there: written before, by this bundle or by another run

        self._home.write(upload)
        return self._path + name

    def names(self, below: str) -> Iterator[str]:
        """Give the names of the files whose names begin like this."""
        for blob in self._client.list_blobs(self._bucket, prefix=self._below + below):
            yield blob.name.removeprefix(self._below)

    def get(self, name: str) -> bytes:
        """Read a file."""
        content: bytes = self._bucket.blob(self._below + name).download_as_bytes()
        return content

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is none."""
        with suppress(api.NotFound):
            self._bucket.blob(self._below + name).delete()

    def close(self) -> None:
        """Close the client."""
        self._client.close()
