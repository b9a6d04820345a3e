"""``python -m pipeline.local_cloud``: installs the emulators that can be installed, and names what is missing."""

import sys
import tempfile
from pathlib import Path

from pipeline.local_cloud.bigquery import BigQuery
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.local_cloud.pubsub import PubSub
from pipeline.local_cloud.server import Server
from pipeline.local_cloud.storage import CloudStorage
from pipeline.local_cloud.tools import MissingToolError
from pipeline.report.printing import print_text

SERVERS: tuple[type[Server], ...] = (PubSub, Bigtable, BigQuery, CloudStorage)


def main() -> int:
    """Look for each emulator; gives 1 where one is missing, else 0."""
    missing = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in SERVERS:
            try:
                program = kind(Path(folder)).command()
            except MissingToolError as error:
                missing = 1
                print_text(f"{kind.name} is missing: {error}", sys.stderr)
            else:
                print_text(f"{kind.name}: {' '.join(program[:4]) if 'java' in program[0] else program[0]}", sys.stdout)
    return missing


if __name__ == "__main__":
    sys.exit(main())
