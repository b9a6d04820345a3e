"""The Bigtable emulator, of the Google Cloud SDK or built with Go."""

import shutil

from pipeline.local_cloud.server import HOST, Server
from pipeline.local_cloud.tools import MissingToolError, cache_folder, sdk_file

_BUILD = "go install cloud.google.com/go/bigtable/cmd/emulator@latest"


class Bigtable(Server):
    """Bigtable: tables are in its memory; rules of collection are stored and not followed."""

    name = "the Bigtable emulator"
    variable = "BIGTABLE_EMULATOR_HOST"

    def command(self) -> list[str]:
        """Start the SDK's program, or the one that Go built, in the cache folder or on the PATH."""
        return [_program(), "-host", HOST, "-port", str(self.port)]


def _program() -> str:
    built = cache_folder() / "bin" / "emulator"
    found = shutil.which("cbtemulator") or (str(built) if built.exists() else None)
    if found:
        return found
    try:
        return str(sdk_file("platform/bigtable-emulator/cbtemulator", "bigtable-emulator"))
    except MissingToolError as error:
        raise MissingToolError(f"{error}\nor, with Go:\n  GOBIN={built.parent} {_BUILD}") from error
