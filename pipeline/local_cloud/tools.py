"""Where the emulators are on this machine, and what installs those that are not."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

from pipeline.errors import MillraceError

LOG = logging.getLogger(__name__)
_LOCK = "requirements.lock"
_SPATIAL = "from duckdb_extensions import import_extension; import_extension('spatial')"


class MissingToolError(MillraceError):
    """A tool is not on this machine; the text says what installs it."""


def cache_folder() -> Path:
    """Give the folder for tools that are built or installed once, beside no checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "millrace")


def sdk_file(pattern: str, component: str) -> Path:
    """Find a file of the Google Cloud SDK, by a pattern below its root.

    Raises:
        MissingToolError: there is no SDK, or it lacks the component.
    """
    for root in _sdk_roots():
        if found := sorted(root.glob(pattern)):
            return found[-1]
    raise MissingToolError(
        f"the {component} of the Google Cloud SDK is not here. With the SDK (https://cloud.google.com/sdk/docs/install):\n"
        f"  gcloud components install {component}\n"
        f"or, where the SDK came from Debian's packages:\n  apt-get install google-cloud-cli-{component}"
    )


def _sdk_roots() -> list[Path]:
    given = os.environ.get("CLOUDSDK_ROOT") or os.environ.get("CLOUDSDK_ROOT_DIR")
    gcloud = shutil.which("gcloud")
    return [Path(given)] if given else [Path(gcloud).resolve().parents[1]] if gcloud else []


def java() -> str:
    """Find Java.

    Raises:
        MissingToolError: there is none.
    """
    if found := shutil.which("java"):
        return found
    raise MissingToolError("the Pub/Sub emulator needs Java:\n  apt-get install default-jre-headless")


def python_home() -> Path:
    """Give the locked Python environment of emulators, which is made when it is not there (0.6 GB).

    DuckDB looks for its extensions below the home folder, so this is one, too.

    Raises:
        MissingToolError: the environment cannot be made.
    """
    folder = _environment_folder()
    if not folder.exists():
        _make_environment(folder)
    return folder


def _environment_folder() -> Path:
    lock = files(__package__).joinpath(_LOCK).read_bytes()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache_folder() / f"emulator-tools-{version}-{sha256(lock).hexdigest()[:12]}"


def _make_environment(folder: Path) -> None:
    """Make it under another name and rename it: one that was interrupted is no environment."""
    LOG.warning("installing the emulators of BigQuery and Cloud Storage into %s, once", folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work, as_file(files(__package__).joinpath(_LOCK)) as lock:
        made = Path(work, "made")
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", str(lock)]
        _run([sys.executable, "-m", "venv", str(made)])
        _run([str(made / "bin" / "python"), *install])
        _run([str(made / "bin" / "python"), "-c", _SPATIAL], home=made)
        _moved(made, folder)


def _moved(made: Path, folder: Path) -> None:
    """Move an environment, whose programs name its place in their first line; another process may have been first."""
    for program in (made / "bin").iterdir():
        if program.is_file() and not program.is_symlink():
            text = program.read_bytes()
            program.write_bytes(text.replace(bytes(made), bytes(folder)))
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def _run(command: list[str], home: Path | None = None) -> None:
    environment = os.environ | {"HOME": str(home or Path.home())}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise MissingToolError(f"cannot install the emulators: {' '.join(command)}\n{done.stderr[-2000:]}")
