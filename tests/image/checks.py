"""The image, built by a real builder: what is in it, and that it launches and works. ``make check-image`` runs this."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.endpoints.prism import prism_path
from tests.architecture.sources import ROOT
from tests.image.building import IMAGE, Buildah, Container, build_stand_ins, whole_name
from tests.launch.fake_google import FakeGoogle
from tests.launch.launching import JOB_OBJECT, OF_BEAM, PARAMETERS, launched
from tests.launch.steps import STEPS, described
from tests.templates.dockerfile import DOCKERFILE, base_images, variables

LAUNCHER = "/opt/google/dataflow/python_template_launcher"
BOOT = "/opt/apache/beam/boot"
MOST_ADDED_MB = 1_000
_NAME = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class Built(NamedTuple):
    """The image in a container, beside one of the base image; ``shared`` is a folder that is in them, too."""

    buildah: Buildah
    image: Container
    base: Container
    shared: Path

    def run(self, *words: str, **environment: str) -> str:
        """Run a program in the image; give what it wrote."""
        done = self.buildah.run(self.image, *words, **environment)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def added(self) -> set[str]:
        """Give the files that the image has and its base image has not."""
        return files(self.image.root) - files(self.base.root)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


def canonical(name: str) -> str:
    """Spell a package's name as indices do: a dot, an underscore and a dash are the same."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("image")
    shared = folder / "shared"
    shared.mkdir()
    buildah = Buildah(folder, shared)
    try:
        build_stand_ins(buildah, folder / "stand_ins")
        buildah.build(DOCKERFILE, IMAGE, ROOT)
        yield Built(buildah, buildah.container(IMAGE), buildah.container(whole_name(base_images()["locked"])), shared)
    finally:
        buildah.remove()


def test_nothing_is_installed_but_what_is_locked(built: Built) -> None:
    assert "No broken requirements found" in built.run("pip", "check")
    locked = _NAME.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    held = [one["name"] for one in json.loads(built.run("pip", "list", "--format=json"))]
    assert {*map(canonical, held)} - {*map(canonical, locked)} == {"millrace", "pip"}


def test_nothing_is_left_behind(built: Built) -> None:
    """No sources, wheels or caches of the build: beside packages and their programs, these folders are all there is."""
    kept = ("usr/local/lib/python3.11/site-packages/", "usr/local/bin/", "opt/apache/beam/", "template/")
    assert {path for path in built.added() if not path.startswith(kept)} == {LAUNCHER.removeprefix("/")}
    in_template = {path for path in built.added() if path.startswith("template/")}
    assert {"template/main.py", "template/requirements.lock", "template/templates/spec.py"} <= in_template
    assert not [path for path in in_template if "__pycache__" in path or path.endswith(".tfvars")]


def test_its_size(built: Built) -> None:
    added = sum((built.image.root / path).stat().st_size for path in built.added()) / 1e6
    print(f"\nThe image adds {added:.0f} MB to its base image.")  # noqa: T201 - a figure for a person
    assert added < MOST_ADDED_MB


def test_what_it_names_is_there(built: Built) -> None:
    assert (built.image.root / variables()["FLEX_TEMPLATE_PYTHON_PY_FILE"].removeprefix("/")).is_file()
    told = built.run("sh", "-c", f"test -x {LAUNCHER} && test -x {BOOT} && env")
    assert variables().items() <= dict(line.split("=", 1) for line in told.splitlines()).items()


def test_the_command_answers_from_any_folder_with_all_its_data(built: Built) -> None:
    here = subprocess.run([sys.executable, "-m", "pipeline", "--help"], capture_output=True, text=True, check=True)
    assert built.run("python", "-m", "pipeline", "--help") == here.stdout
    assert "The sum adds up." in built.run("millrace", "--output", str(built.shared / "sample"))


def test_the_spec_file_is_written_from_it(built: Built) -> None:
    """As the last step of cloudbuild.yaml does."""
    target = built.shared / "spec.json"
    words = ("-m", "templates.spec", "--image", IMAGE, "--output", str(target))
    built.run("sh", "-c", f"cd /template && python {' '.join(words)}")
    assert json.loads(target.read_text(encoding="utf-8"))["image"] == IMAGE


def test_it_launches_the_job_and_its_workers_load_everything(built: Built) -> None:
    """The program that the image names, started by the launcher's stand-in, against a fake of Google's services."""
    with FakeGoogle() as google:
        environment = {**google.environment(built.shared), **google.proxy()}
        parameters = [f"--{name}={value}" for name, value in PARAMETERS.items()]
        to_launch = [
            LAUNCHER,
            *OF_BEAM,
            *parameters,
            f"--template_location={JOB_OBJECT}",
            "--sdk_container_image=x/y:1",
        ]
        done = built.buildah.run(built.image, *to_launch, **environment)
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        made = launched(google, done, JOB_OBJECT)
        assert described(made.graph) == json.loads(STEPS.read_text(encoding="utf-8"))
        assert made.staged().keys() == {"submission_environment_dependencies.txt"}
        (built.shared / "pipeline.pb").write_bytes(made.pipeline)
    shutil.copy(ROOT / "tests/launch/worker.py", built.shared)
    assert "loaded" in built.run("python", "-P", f"{built.shared}/worker.py", f"{built.shared}/pipeline.pb")


def test_its_workers_run_the_pipeline(built: Built) -> None:
    """Beam's own boot starts them, in the image, for Prism. Where there is no Go, boot and Prism cannot be built."""
    if not shutil.which("go"):
        print("\nGo is not installed: no worker was started in the image.")  # noqa: T201 - for a person
        return
    shutil.copytree(ROOT / "pipeline/sample/data", built.shared / "data")
    worker = {"command": str(worker_program(built))}
    command = [sys.executable, "-m", "pipeline", "--runner=PrismRunner", f"--prism_location={prism_path()}"]
    command += [f"--input={built.shared}/data/*", f"--output={built.shared}/out"]
    command += ["--environment_type=PROCESS", f"--environment_config={json.dumps(worker)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:] + log_of(built)
    assert "The sum adds up." in done.stdout
    assert "runner_version" in log_of(built)


def worker_program(built: Built) -> Path:
    """Write the program that Prism starts a worker with. Prism quotes the worker's id, and boot does not take that."""
    inside = " ".join(built.buildah.inside(built.image, {}))
    program = built.shared / "worker.sh"
    lines = ("#!/bin/sh", 'id=$(printf %s "$1" | tr -d "\'")', "shift")
    last = f'exec {inside} {BOOT} "$id" "$@" >> {built.shared}/worker.log 2>&1'
    program.write_text("\n".join([*lines, last, ""]), encoding="utf-8")
    program.chmod(0o755)
    return program


def log_of(built: Built) -> str:
    path = built.shared / "worker.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""
