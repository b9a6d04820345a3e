"""The image: what goes into it is pinned, and nothing is installed when a job starts."""

import re
from fnmatch import fnmatch

import apache_beam as beam
import pytest

from templates.generate import FOLDER
from tests.architecture.sources import ROOMS, ROOT

DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [
    line for line in re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines() if line.strip() and not line.startswith("#")
]
ARGUMENTS = dict(line.removeprefix("ARG ").split("=", 1) for line in INSTRUCTIONS if line.startswith("ARG "))


def of_kind(word: str) -> list[str]:
    return [line.removeprefix(word).strip() for line in INSTRUCTIONS if line.startswith(f"{word} ")]


def variables() -> dict[str, str]:
    return dict(line.split("=", 1) for line in of_kind("ENV"))


def test_the_launcher_is_told_of_one_file_only() -> None:
    told = {name: value for name, value in variables().items() if name.startswith("FLEX_TEMPLATE_")}
    assert told == {"FLEX_TEMPLATE_PYTHON_PY_FILE": "/template/main.py"}
    assert "templates/main.py /template/main.py" in of_kind("COPY")


def test_workers_start_as_beam_starts_them() -> None:
    assert of_kind("ENTRYPOINT") == ['["/opt/apache/beam/boot"]']
    assert variables()["RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT"] == "1"


def test_the_image_is_of_the_beam_that_is_locked() -> None:
    assert ARGUMENTS["BEAM"] == beam.__version__


def test_base_images_are_pinned() -> None:
    stages: set[str] = set()
    for line in of_kind("FROM"):
        image, _, name = line.partition(" AS ")
        assert image in stages or re.search(r":\$?[\w{][\w.${}-]+$", image), line
        assert not image.endswith(":latest")
        stages.add(name)
    assert {"launcher", "beam"} <= stages


@pytest.mark.parametrize(
    "line", [part for line in of_kind("RUN") for part in line.split("&&") if "pip install" in part]
)
def test_pip_installs_what_is_locked_or_built_here(line: str) -> None:
    assert "--no-deps" in line
    assert "--require-hashes" in line or "--no-index" in line


def test_pip_is_asked_whether_all_fits() -> None:
    assert any("pip check" in line for line in of_kind("RUN"))


def copied() -> list[str]:
    """What is copied from the folder of the repository."""
    lines = [line.split() for line in of_kind("COPY") if not line.startswith("--from")]
    return [word for words in lines for word in words[:-1]]


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    allowed = [
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    ]
    assert {*ROOMS, "setup.py", "requirements.lock", "templates"} <= {*copied()}
    for path in copied():
        assert (ROOT / path).exists(), path
        assert any(fnmatch(path, pattern) or path.startswith(f"{pattern}/") for pattern in allowed), path


def test_what_the_distribution_is_described_with_is_copied() -> None:
    manifest = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
    named = re.findall(r"^include (\S+)", manifest, re.MULTILINE)
    assert {*named, "LICENSE", "NOTICE", "pyproject.toml"} <= {*copied()}
