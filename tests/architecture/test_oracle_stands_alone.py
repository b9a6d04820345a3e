"""The oracle is a second opinion only if it has nothing of the first: it imports the standard library and itself."""

import sys
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, Source
from tests.architecture.test_sizes import too_long

PACKAGE = "tests.oracle"


def foreign(source: Source) -> Iterator[str]:
    """What a module of the oracle imports from elsewhere."""
    for line, name in source.imports():
        is_ours = name == PACKAGE or name.startswith(f"{PACKAGE}.")
        if not is_ours and name.partition(".")[0] not in sys.stdlib_module_names:
            yield f"{source.path}:{line}: {name}: the oracle stands alone"


def modules() -> list[Source]:
    paths = (path for path in (ROOT / "tests/oracle").glob("*.py") if not path.name.startswith("test_"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in sorted(paths)]


@pytest.mark.parametrize(
    "text",
    [
        "import msgspec",
        "from transforms.core import urls",
        "def f():\n    import pipeline.flow",
        "from tests.program import run_here",
        "from ..histories import clock",
        "import jsonschema_rs as json",
    ],
)
def test_an_import_can_be_foreign(text: str) -> None:
    assert list(foreign(Source("tests/oracle/x.py", text)))


def test_imports_allowed() -> None:
    text = "import json\nfrom urllib.parse import urlsplit\nfrom tests.oracle import times\nfrom . import cards"
    assert not list(foreign(Source("tests/oracle/x.py", text)))


def test_the_oracle_stands_alone_and_is_small() -> None:
    assert "tests/oracle/judging.py" in [source.path for source in modules()]
    faults = [line for source in modules() for line in (*foreign(source), *too_long(source))]
    assert not faults, "\n".join(faults)
