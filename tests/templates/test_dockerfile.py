"""The image: what goes into it is pinned, and nothing is installed when a job starts."""

import re
from fnmatch import fnmatch

import apache_beam as beam
import pytest

from tests.architecture.sources import ROOMS, ROOT
from tests.templates.dockerfile import ARGUMENTS, base_images, of_kind, variables


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
    images = base_images()
    assert images.keys() == {"launcher", "beam", "locked"}
    for image in images.values():
        assert re.search(r":[\w.-]*\d[\w.-]*$", image), image


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
