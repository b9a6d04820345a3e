"""A Cloud Storage emulator: gcp-storage-emulator."""

from pathlib import Path

from pipeline.local_cloud.server import HOST, Server
from pipeline.local_cloud.tools import python_home


class CloudStorage(Server):
    """Cloud Storage, with one bucket; objects are in its memory.

    Args:
        folder: as of Server.
        port: as of Server.
        bucket: the bucket.
    """

    name = "the Cloud Storage emulator"
    variable = "STORAGE_EMULATOR_HOST"

    def __init__(self, folder: Path, port: int = 0, bucket: str = "millrace") -> None:
        super().__init__(folder, port)
        self._bucket = bucket

    @property
    def address(self) -> str:
        """Give the URL."""
        return f"http://{HOST}:{self.port}"

    def command(self) -> list[str]:
        """Start it."""
        place = ["--host", HOST, "--port", str(self.port)]
        return [
            str(python_home() / "bin" / "gcp-storage-emulator"),
            "start",
            *place,
            "--in-memory",
            f"--default-bucket={self._bucket}",
        ]
