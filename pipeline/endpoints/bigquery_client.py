"""Getting at BigQuery: Google's own, or an emulator."""

import os
from typing import Any

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from pipeline.endpoints.cloud_errors import open_client

EMULATOR = "BIGQUERY_EMULATOR_HOST"
"""The URL of an emulator, in the environment: http://127.0.0.1:9050."""
REQUEST_SECONDS = 30.0


def connect(project: str) -> bigquery.Client:
    """Make a client; the caller closes it.

    Raises:
        StoreError: there are no credentials.
    """
    if url := os.environ.get(EMULATOR):
        return bigquery.Client(project, AnonymousCredentials(), client_options=ClientOptions(api_endpoint=url))  # type: ignore[no-untyped-call]
    return open_client("BigQuery", lambda: bigquery.Client(project))


def once(seconds: float = REQUEST_SECONDS) -> dict[str, Any]:
    """Give the arguments of a request that is tried once: who waits, and how long, is decided in one place."""
    return {"retry": None, "timeout": seconds}
