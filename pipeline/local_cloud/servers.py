"""All servers of the cloud on this machine, together."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.local_cloud.bigquery import BigQuery
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.local_cloud.pubsub import PubSub
from pipeline.local_cloud.server import Server
from pipeline.local_cloud.storage import CloudStorage
from pipeline.report.printing import print_text


@contextmanager
def whole_cloud(room: Path, bucket: str) -> Iterator[Sequence[Server]]:
    """Start all servers at once, wait until all answer, and let every process that is started find them.

    Raises:
        MillraceError: one is not installed, or does not start; says why.
    """
    servers = [PubSub(room), Bigtable(room), BigQuery(room), CloudStorage(room, bucket=bucket)]
    print_text("Starting the emulators of Pub/Sub, Bigtable, BigQuery and Cloud Storage.", sys.stderr)
    try:
        for server in servers:
            server.launch()
        for server in servers:
            os.environ[server.variable] = server.wait()
        yield servers
    finally:
        for server in servers:
            server.stop()
            os.environ.pop(server.variable, None)
