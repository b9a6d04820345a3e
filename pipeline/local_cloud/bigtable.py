"""The Bigtable emulator, of the Google Cloud SDK or built with Go."""

import logging
import os
import shutil
import subprocess

from pipeline.local_cloud.server import HOST, Server
from pipeline.local_cloud.tools import MissingToolError, cache_folder, sdk_file

LOG = logging.getLogger(__name__)
VERSION = "v1.58.0"
_MODULE = f"cloud.google.com/go/bigtable/cmd/emulator@{VERSION}"


class Bigtable(Server):
    """Bigtable: tables are in its memory; rules of collection are stored and not followed."""

    name = "the Bigtable emulator"
    variable = "BIGTABLE_EMULATOR_HOST"

    def command(self) -> list[str]:
        """Start the SDK's program; where there is none, one that is built once with Go, into the cache folder."""
        return [_program(), "-host", HOST, "-port", str(self.port)]


def _program() -> str:
    if found := shutil.which("cbtemulator"):
        return found
    try:
        return str(sdk_file("platform/bigtable-emulator/cbtemulator", "bigtable-emulator"))
    except MissingToolError as error:
        return _built(error)


def _built(missing: MissingToolError) -> str:
    folder = cache_folder() / f"bigtable-emulator-{VERSION}"
    program = folder / "emulator"
    go = shutil.which("go")
    if not program.exists():
        if not go:
            raise MissingToolError(
                f"{missing}\nor, with Go (https://go.dev/dl):\n  GOBIN={folder} go install {_MODULE}"
            )
        LOG.warning("building the Bigtable emulator into %s, once: some minutes", folder)
        place = os.environ | {"GOBIN": str(folder)}
        done = subprocess.run([go, "install", _MODULE], env=place, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise MissingToolError(f"cannot build the Bigtable emulator:\n{done.stderr[-2000:]}")
    return str(program)
