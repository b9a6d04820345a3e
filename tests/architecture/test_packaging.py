"""What is shipped, how it is named, and that the repository speaks of the project alone."""

import ast
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from tests.architecture.sources import ROOMS, ROOT, Source, repository_files, sources

SAYS_NOTHING = ("transform", "source", "sink", "reader", "writer")
# Written so that no pattern matches itself, nor this file.
FOREIGN = {
    "a path of some machine": re.compile(r"(?<![\w.~-])/(?:work|root|home|Users)/"),
    "the address of a package index": re.compile(
        r"pypi[.]org/simple|files[.]pythonhosted[.]org|--(extra-)?index-url|--find[-]links"
        r"|registry[.]npmjs[.]org|repo1?[.]maven[.](apache[.])?org|proxy[.]golang[.]org"
    ),
}


def public_transforms(source: Source) -> list[str]:
    """The public PTransforms that a module defines, also by way of a base class of its own."""
    found = {"PTransform"}
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
            found |= {node.name} if bases & found else set()
    return sorted(name for name in found - {"PTransform"} if not name.startswith("_"))


def misnamed(source: Source) -> Iterator[str]:
    """PTransforms whose name says nothing, or that do not have a file of their name to themselves."""
    names = public_transforms(source)
    for name in names:
        for word in SAYS_NOTHING:
            if word in name.lower():
                yield f"{source.path}: {name}: {word!r} says nothing; name it by what it does"
    path = PurePosixPath(source.path)
    if path.parent.name == "transforms" and names:
        if len(names) > 1:
            yield f"{source.path}: one PTransform a file, not {', '.join(names)}"
        elif path.stem != re.sub(r"(?<!^)(?=[A-Z])", "_", names[0]).lower():
            yield f"{source.path}: the file of {names[0]} is named by it, in snake case"


def foreign(path: str, text: str) -> Iterator[str]:
    """What a text says of the machine that it was written on."""
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in FOREIGN.items():
            if match := pattern.search(line):
                yield f"{path}:{number}: {match.group()}: {what}"


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("transforms/kafka_source.py", "class KafkaSource(beam.PTransform): ...", "'source' says nothing"),
        ("pipeline/endpoints/x.py", "class RowWriter(PTransform): ...", "'writer' says nothing"),
        ("transforms/views.py", "class CountPageViews(beam.PTransform[A, B]): ...", "named by it"),
        ("transforms/a.py", "class A(beam.PTransform): ...\nclass B(A): ...", "one PTransform a file"),
    ],
)
def test_a_name_can_be_bad(path: str, text: str, fault: str) -> None:
    assert [line for line in misnamed(Source(path, text)) if fault in line]


def test_names_allowed() -> None:
    text = "class CountPageViews(beam.PTransform): ...\nclass _Sink(beam.PTransform): ...\nclass RowSource: ..."
    assert not list(misnamed(Source("transforms/count_page_views.py", text)))


def test_transforms_are_named_by_what_they_do() -> None:
    faults = [line for source in sources() for line in misnamed(source)]
    assert not faults, "\n".join(faults)
    assert "CountPageViews" in [name for source in sources() for name in public_transforms(source)]


@pytest.mark.parametrize(
    "text", [f"see /{'work'}/notes", f"HOME=/{'root'}/x", f"--{'index-url'} x", f"https://pypi.{'org/simple'}/x"]
)
def test_foreign_words_are_found(text: str) -> None:
    assert list(foreign("x.md", text))


@pytest.mark.parametrize("text", ["https://example.com/home/page", "pip install millrace", "docs/work/x", "--no-index"])
def test_words_allowed(text: str) -> None:
    assert not list(foreign("x.md", text))


def test_the_repository_speaks_of_the_project_alone() -> None:
    texts = {path: (ROOT / path).read_bytes() for path in repository_files()}
    assert "setup.py" in texts
    faults = [
        fault
        for path, data in texts.items()
        if b"\0" not in data
        for fault in foreign(path, data.decode(errors="replace"))
    ]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, and the sdist that Dataflow's --setup_file makes; both write beside setup.py."""
    checkout = tmp_path_factory.mktemp("checkout")
    for path in repository_files():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, checkout / path)
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    for command in (["-m", "pip", "wheel", *flags, "--wheel-dir", "dist", "."], ["setup.py", "--quiet", "sdist"]):
        subprocess.run([sys.executable, *command], cwd=checkout, check=True)
    return checkout / "dist"


def files_of_the_rooms() -> set[str]:
    return {path for path in repository_files() if path.startswith(tuple(f"{room}/" for room in ROOMS))}


def test_the_wheel_holds_the_rooms_whole_and_nothing_else(built: Path) -> None:
    with ZipFile(next(built.glob("*.whl"))) as archive:
        content = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert content == files_of_the_rooms()
    assert {"transforms/contracts/web.page_view.v1.json", "transforms/py.typed", "pipeline/py.typed"} <= content
    assert [name for name in content if name.startswith("pipeline/sample/data/")]
    assert {
        "dashboard/static/index.html",
        "dashboard/static/js/app.js",
        "dashboard/static/vendor/uPlot.LICENSE",
    } <= content


def test_what_is_staged_for_dataflow_holds_them_too(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        content = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert files_of_the_rooms() | {"setup.py", "pyproject.toml", "LICENSE", "NOTICE"} <= content
    assert not [name for name in content if name.startswith(("tests/", "benchmarks/", "docs/"))]


def test_the_wheel_says_what_it_is(built: Path) -> None:
    wheel = next(built.glob("*.whl"))
    package = (ROOT / "pipeline/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', package, re.MULTILINE)
    assert version
    assert wheel.name == f"millrace-{version[1]}-py3-none-any.whl"
    with ZipFile(wheel) as archive:
        information = {
            PurePosixPath(name).name: archive.read(name).decode() for name in archive.namelist() if "-info/" in name
        }
    for line in ("License-Expression: Apache-2.0", "License-File: LICENSE", "Requires-Python: >=3.11,<3.14"):
        assert line in information["METADATA"].splitlines()
    assert "millrace = pipeline.__main__:main" in information["entry_points.txt"]
    assert "millrace-dashboard = dashboard.__main__:main" in information["entry_points.txt"]
    assert "Provides-Extra: dashboard" in information["METADATA"].splitlines()
