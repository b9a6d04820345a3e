"""Building the image with Buildah, which needs no daemon, over stand-ins of the base images that lie in registries."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.templates.dockerfile import ARGUMENTS, base_images

STAND_INS = Path(__file__).with_name("stand_ins")
DEBIAN = {"3.11": "bookworm"}
"""The release of Debian whose own Python is of a version."""
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BOOT = f"github.com/apache/beam/sdks/v2/python/container@v{ARGUMENTS['BEAM']}"
IMAGE = "localhost/millrace:checked"
SECONDS = 590


class Container(NamedTuple):
    """A container of an image: its name and the folder that shows its files."""

    name: str
    root: Path


class Buildah:
    """Buildah with a store of its own, that no other image is in.

    Args:
        folder: holds the store.
        shared: a folder that containers have, too, under the same path.
    """

    def __init__(self, folder: Path, shared: Path) -> None:
        self.command = ["buildah", "--root", str(folder / "store"), "--runroot", str(folder / "run")]
        self._shared = shared

    def build(self, dockerfile: Path, tag: str, context: Path) -> str:
        """Build an image, of images that are in the store only; give what was told."""
        options = ["--isolation", "chroot", "--pull-never", "--file", str(dockerfile), "--tag", tag]
        return self._told([*self.command, "build", *options, str(context)])

    def container(self, image: str) -> Container:
        """Make a container."""
        name = self._told([*self.command, "from", "--pull-never", image]).strip()
        return Container(name, Path(self._told([*self.command, "mount", name]).strip()))

    def inside(self, container: Container, environment: Mapping[str, str], folder: str = "/tmp") -> list[str]:  # noqa: S108 - a place that is not the image's own
        """Give the words to which those of a program within a container are added."""
        # No bytecode: what a program leaves behind would be taken for a part of the image.
        given = [f"--env={name}={value}" for name, value in {**environment, "PYTHONDONTWRITEBYTECODE": "1"}.items()]
        shared = f"--volume={self._shared}:{self._shared}"
        return [
            *self.command,
            "run",
            "--isolation=chroot",
            shared,
            f"--workingdir={folder}",
            *given,
            container.name,
            "--",
        ]

    def run(self, container: Container, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a program within a container, in a folder that is not the image's own."""
        command = [*self.inside(container, environment), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)

    def remove(self) -> None:
        """Remove all containers and images, which are mounted, so that the folder can go."""
        for words in (["rm", "--all"], ["rmi", "--all", "--force"]):
            with suppress(subprocess.CalledProcessError):
                self._told([*self.command, *words])

    @staticmethod
    def _told(command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout


def build_stand_ins(buildah: Buildah, folder: Path) -> None:
    """Build what stands in for the base images, under their names."""
    shutil.copytree(STAND_INS, folder)
    make_root(folder / "root.tar")
    shutil.copy(CERTIFICATES, folder)
    make_boot(folder)
    by_file = {"locked": "python", "beam": "beam", "launcher": "launcher"}
    for stage, image in base_images().items():
        buildah.build(folder / f"{by_file[stage]}.Dockerfile", whole_name(image), folder)


def whole_name(image: str) -> str:
    """Name an image with its registry."""
    registry, slash, _ = image.partition("/")
    if not slash:
        return f"docker.io/library/{image}"
    return image if "." in registry else f"docker.io/{image}"


def make_root(path: Path) -> None:
    """Make the files of a Debian with the image's Python."""
    words = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include=python{ARGUMENTS['PYTHON']}-venv"]
    subprocess.run([*words, DEBIAN[ARGUMENTS["PYTHON"]], str(path)], check=True, timeout=SECONDS)


def make_boot(folder: Path) -> None:
    """Build Beam's own program that starts a worker; without Go, one that starts none stands in for it."""
    if not shutil.which("go"):
        (folder / "boot").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (folder / "boot").chmod(0o755)
        return
    subprocess.run(["go", "install", BOOT], env={**os.environ, "GOBIN": str(folder)}, check=True, timeout=SECONDS)
    (folder / "container").rename(folder / "boot")
