"""The bucket of the archive: looked for, since who may read it, and how long it keeps, is not ours to say."""

from collections.abc import Iterator
from typing import Any

from google.cloud import storage  # type: ignore[attr-defined]  # has no annotations

from pipeline.provisioning.findings import Act, Finding


def provision_bucket(folder: str) -> Iterator[Finding]:
    """Tell whether the bucket of a folder, gs://BUCKET/FOLDER/, is missing."""
    name = folder.removeprefix("gs://").partition("/")[0]
    client: Any = storage.Client()
    if client.lookup_bucket(name, timeout=30, retry=None) is None:
        made_by = f"gcloud storage buckets create gs://{name} --uniform-bucket-level-access --public-access-prevention"
        yield Finding(Act.DRIFT, f"bucket gs://{name}", f"missing; make it: {made_by}")
