"""A BigQuery emulator: bqemulator, on DuckDB."""

import os
from collections.abc import Mapping

from pipeline.local_cloud.server import HOST, Server, free_port
from pipeline.local_cloud.tools import python_home


class BigQuery(Server):
    """BigQuery: what it holds lies in its folder, and is there again after a restart."""

    name = "the BigQuery emulator"
    variable = "BIGQUERY_EMULATOR_HOST"

    @property
    def address(self) -> str:
        """Give the URL."""
        return f"http://{HOST}:{self.port}"

    def command(self) -> list[str]:
        """Start it, with its other interface, which nobody uses, out of the way."""
        ports = ["--rest-port", str(self.port), "--grpc-port", str(free_port())]
        hosts = ["--rest-host", HOST, "--grpc-host", HOST]
        data = ["--persistent", "--data-dir", str(self._folder / "bigquery")]
        return [str(python_home() / "bin" / "bqemulator"), "start", *hosts, *ports, *data, "--log-level", "warning"]

    def environment(self) -> Mapping[str, str]:
        """Let it find DuckDB's extensions, and send no traces."""
        return os.environ | {"HOME": str(python_home()), "OTEL_SDK_DISABLED": "true"}
