"""Places to launch from and to work in: environments that hold a wheel or what was staged, and nothing else of ours."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.architecture.sources import ROOMS, ROOT, repository_files

_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_OURS = ("--no-deps", "--no-build-isolation", "--no-index")
SECONDS = 240


def copy_of_the_repository(folder: Path) -> Path:
    """Copy what the repository holds; builds write beside setup.py."""
    for path in repository_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def build_wheel(checkout: Path) -> Path:
    """Build the wheel, as the image does."""
    _run([sys.executable, *_PIP, "wheel", *_OURS, "--wheel-dir", "dist", "."], checkout)
    return next((checkout / "dist").glob("*.whl"))


def environment(folder: Path, package: Path) -> Path:
    """Make an environment with one package of ours beside the dependencies that are installed here; give its Python.

    The dependencies are lent, not installed: a folder that a .pth file names has no .pth files of its own read, so
    the checkout that is installed here in editable form is not in it.
    """
    venv.EnvBuilder(with_pip=False).create(folder)
    python = folder / "bin" / "python"
    place = next(folder.glob("lib/python*/site-packages"))
    lent = [path for path in sys.path if path.endswith("site-packages")]
    (place / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    absent = f"from importlib.util import find_spec; assert not any(map(find_spec, {ROOMS}))"
    _run([str(python), "-c", absent], folder)
    _run(
        [sys.executable, *_PIP, "install", *_OURS, "--no-warn-conflicts", "--target", str(place), str(package)], folder
    )
    return python


def run(command: list[str], folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a program in a folder; of this process's environment it gets what finds programs and certificates."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "SSL_CERT_FILE") if name in os.environ}
    given = {**kept, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=SECONDS)


def _run(command: list[str], folder: Path) -> None:
    done = run(command, folder, {})
    assert done.returncode == 0, done.stderr[-2000:]
