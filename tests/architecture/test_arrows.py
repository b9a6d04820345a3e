"""The arrows: main -> options, endpoints, flow -> transforms -> core. Never back."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.architecture.sources import Source, sources

PROJECT = ("pipeline", "transforms", "options", "dashboard", "tests", "benchmarks")
CLOCKS = ("time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today")
INPUT_AND_OUTPUT = (
    *("builtins.open", "builtins.print", "builtins.input", "io.open", "io.FileIO", "codecs.open", "gzip.open"),
    *("os", "pathlib", "glob", "shutil", "tempfile", "fileinput", "mmap", "importlib.resources", "logging"),
    *("socket", "ssl", "select", "asyncio", "subprocess", "multiprocessing", "requests", "http.client", "http.server"),
    *("urllib.request", "sqlite3", "google", "sys.stdin", "sys.stdout", "sys.stderr"),
)


class Arrow(NamedTuple):
    """What the modules under ``where`` must not use; prefixes of dotted names, ``but`` takes some out."""

    where: tuple[str, ...]
    never: tuple[str, ...]
    but: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()


ARROWS = {
    "core knows nothing of the project above it": Arrow(("transforms.core",), PROJECT, but=("transforms.core",)),
    "core is pure Python: no Beam": Arrow(("transforms.core",), ("apache_beam",)),
    "core reads no clock": Arrow(("transforms.core",), CLOCKS),
    "core does no I/O": Arrow(
        ("transforms.core",), INPUT_AND_OUTPUT, but=("pathlib.PurePath", "pathlib.PurePosixPath")
    ),
    "transforms know neither pipeline nor options": Arrow(("transforms",), PROJECT, but=("transforms",)),
    "options know no pipeline": Arrow(("options",), PROJECT, but=("options", "transforms")),
    # A mapping may lie on gs://, which Beam's file systems open.
    "options know of Beam its options and file systems only": Arrow(
        ("options",), ("apache_beam",), but=("apache_beam.options", "apache_beam.io.filesystems")
    ),
    "the flow knows transforms only": Arrow(("pipeline.flow",), PROJECT, but=("transforms", "pipeline.flow")),
    "endpoints know no command, sample or simulator": Arrow(
        ("pipeline.endpoints",),
        ("pipeline", "dashboard"),
        but=("pipeline.endpoints", "pipeline.flow", "pipeline.__version__", "pipeline.errors", "pipeline.progress"),
    ),
    "of the endpoints, resolve alone knows the settings": Arrow(
        ("pipeline.endpoints",), ("options",), not_in=("pipeline.endpoints.resolve",)
    ),
    "pipeline/endpoints/resolve.py alone knows runners": Arrow(
        PROJECT, ("apache_beam.runners",), not_in=("pipeline.endpoints.resolve", "benchmarks.live_probe")
    ),
    "the simulator knows the core's rules only": Arrow(
        ("pipeline.simulator",), (*PROJECT, "apache_beam"), but=("pipeline.simulator", "transforms.core")
    ),
    "the simulator knows nothing of the fraud rules that are judged by it": Arrow(
        ("pipeline.simulator",), ("transforms.core.fraud",)
    ),
    "the simulator reads no clock and does no I/O": Arrow(("pipeline.simulator",), CLOCKS + INPUT_AND_OUTPUT),
    "nothing that ships knows the dashboard": Arrow(("pipeline", "transforms", "options"), ("dashboard",)),
    "the dashboard knows the local store's reading and writing, the core, and how commands speak": Arrow(
        ("dashboard",),
        (*PROJECT, "apache_beam"),
        but=(
            *(
                "dashboard",
                "transforms.core",
                "options.dashboard",
                "options.demo",
                "options.faults",
                "options.help_page",
            ),
            *("pipeline.__version__", "pipeline.errors", "pipeline.distribution", "pipeline.report"),
            *("pipeline.endpoints.sqlite_access", "pipeline.endpoints.sqlite_schema"),
            *("pipeline.endpoints.sqlite_reviews", "pipeline.endpoints.review_log"),
        ),
    ),
    "of the dashboard, the local store alone knows SQLite": Arrow(
        ("dashboard",), ("sqlite3", "pipeline.endpoints"), not_in=("dashboard.local",)
    ),
    "of the dashboard, its start alone knows which store it shows": Arrow(
        ("dashboard",), ("dashboard.local",), not_in=("dashboard.local", "dashboard.__main__")
    ),
    "the rules of the dashboard read no clock and do no I/O": Arrow(
        ("dashboard.casework", "dashboard.alarms", "dashboard.playing", "dashboard.local.spans"),
        CLOCKS + INPUT_AND_OUTPUT,
    ),
    "nobody imports the main module": Arrow(PROJECT, ("pipeline.__main__",), not_in=("pipeline.__main__",)),
    "what ships knows neither tests nor benchmarks": Arrow(PROJECT, ("tests", "benchmarks")),
}


def under(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def broken(source: Source) -> Iterator[str]:
    """Each use that goes against an arrow, as a line for a person."""
    for rule, arrow in ARROWS.items():
        if under(source.module, arrow.where) and not under(source.module, arrow.not_in):
            for line, name in source.names_used():
                if under(name, arrow.never) and not under(name, arrow.but):
                    yield f"{source.path}:{line}: {name}: {rule}"


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("transforms/core/x.py", "from transforms.parse_events import ParseEvents", "above it"),
        ("transforms/core/x.py", "from ..parse_events import ParseEvents", "above it"),
        ("transforms/core/__init__.py", "from .. import parse_events", "above it"),
        ("transforms/core/x.py", "def f():\n    import options", "above it"),
        ("transforms/core/x.py", "import apache_beam as beam", "no Beam"),
        ("transforms/core/x.py", "import time", "no clock"),
        ("transforms/core/x.py", "from time import monotonic", "no clock"),
        ("transforms/core/x.py", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)", "no clock"),
        ("transforms/core/x.py", "from datetime import datetime\nnow = datetime.utcnow()", "no clock"),
        ("transforms/core/x.py", "from datetime import date\nread_clock = date.today", "no clock"),
        ("transforms/core/x.py", "text = open('x').read()", "no I/O"),
        ("transforms/core/x.py", "from pathlib import Path", "no I/O"),
        ("transforms/core/x.py", "import pathlib\npathlib.Path('x').read_text()", "no I/O"),
        ("transforms/core/x.py", "import os.path", "no I/O"),
        ("transforms/core/x.py", "from urllib.request import urlopen", "no I/O"),
        ("transforms/core/x.py", "import sys\nsys.stdout.write('x')", "no I/O"),
        ("transforms/x.py", "from pipeline.flow import build", "neither pipeline nor options"),
        ("transforms/x.py", "from pipeline import __version__", "neither pipeline nor options"),
        ("transforms/x.py", "if TYPE_CHECKING:\n    from options.settings import Settings", "nor options"),
        ("options/x.py", "import pipeline.flow", "no pipeline"),
        ("options/x.py", "import apache_beam as beam", "file systems only"),
        ("options/x.py", "from apache_beam.transforms import window", "file systems only"),
        ("pipeline/flow.py", "from pipeline.endpoints.files import ReadFiles", "transforms only"),
        ("pipeline/flow.py", "from options.settings import Settings", "transforms only"),
        ("pipeline/endpoints/x.py", "from pipeline.sample import generate", "no command"),
        ("pipeline/endpoints/x.py", "from options.settings import Settings", "resolve alone"),
        ("pipeline/x.py", "from apache_beam.runners.direct import DirectRunner", "alone knows runners"),
        ("pipeline/__main__.py", "from apache_beam import runners", "alone knows runners"),
        ("transforms/x.py", "import apache_beam as beam\nbeam.runners.DirectRunner()", "alone knows runners"),
        ("pipeline/simulator/x.py", "from options.settings import Settings", "core's rules only"),
        ("pipeline/simulator/x.py", "from transforms.parse_events import ParseEvents", "core's rules only"),
        ("pipeline/simulator/x.py", "from transforms.core.fraud.rules import Rule", "judged by it"),
        ("pipeline/simulator/x.py", "import time\ntime.time()", "no clock"),
        ("pipeline/simulator/x.py", "open('x')", "no I/O"),
        ("pipeline/commands/x.py", "from pipeline.__main__ import main", "the main module"),
        ("pipeline/x.py", "from dashboard.store import Store", "nothing that ships"),
        ("dashboard/x.py", "from pipeline.flow import build", "how commands speak"),
        ("dashboard/local/x.py", "from pipeline.endpoints.sqlite import StoreRows", "how commands speak"),
        ("dashboard/routes/x.py", "import sqlite3", "alone knows SQLite"),
        ("dashboard/app.py", "from dashboard.local.store import LocalStore", "its start alone"),
        ("dashboard/casework.py", "import time", "no clock"),
        ("pipeline/x.py", "from tests.builders import event", "neither tests nor benchmarks"),
    ],
)
def test_each_arrow_can_break(path: str, text: str, rule: str) -> None:
    assert any(rule in line for line in broken(Source(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("transforms/core/x.py", "from datetime import UTC, datetime\ndatetime.fromtimestamp(0, UTC)"),
        ("transforms/core/x.py", "from pathlib import PurePosixPath\nimport msgspec"),
        ("transforms/core/x.py", "from transforms.core.times import parse_time\nopener.open(message)"),
        ("transforms/x.py", "import time\nimport apache_beam as beam\nfrom transforms.core import records"),
        ("options/x.py", "from apache_beam.options.pipeline_options import PipelineOptions\nimport transforms"),
        ("pipeline/flow.py", "from transforms.parse_events import ParseEvents\nimport apache_beam as beam"),
        ("pipeline/endpoints/resolve.py", "from apache_beam.runners.portability.fn_api_runner import FnApiRunner"),
        ("pipeline/endpoints/resolve.py", "from options.settings import Settings\nfrom pipeline.flow import Endpoints"),
        ("pipeline/endpoints/x.py", "from pipeline import __version__\nfrom pipeline.errors import InputError"),
        ("pipeline/__main__.py", "from options.settings import Settings\nfrom pipeline import endpoints, flow"),
    ],
)
def test_what_the_arrows_allow(path: str, text: str) -> None:
    assert not list(broken(Source(path, text)))


def test_the_walk_sees_the_rooms() -> None:
    modules = {source.module for source in sources()}
    assert {"pipeline", "pipeline.flow", "pipeline.endpoints", "transforms.core.records", "options"} <= modules


def test_arrows() -> None:
    faults = [line for source in sources() for line in broken(source)]
    assert not faults, "\n".join(faults)
