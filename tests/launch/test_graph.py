"""The judge of graphs finds what Dataflow would accept at launch and do wrongly later, or not at all."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.coders import StrUtf8Coder, VarIntCoder
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing import test_stream as streams
from apache_beam.transforms.userstate import (
    BagStateSpec,
    OrderedListStateSpec,
    ReadModifyWriteStateSpec,
    SetStateSpec,
)
from apache_beam.transforms.window import Sessions

from tests.architecture.sources import ROOT
from tests.launch.graph import Graph
from tests.launch.steps import described, fingerprint

Wiring = Callable[[beam.Pipeline], Any]


def graph_of(wire: Wiring) -> Graph:
    root = beam.Pipeline(options=PipelineOptions([]))
    wire(root)
    return Graph(root.to_runner_api())


BAG = BagStateSpec("kept", VarIntCoder())


def keeping(spec: Any) -> beam.DoFn:
    class Keep(beam.DoFn):
        def process(self, keyed: Any, state: Any = beam.DoFn.StateParam(spec)) -> Iterator[Any]:  # noqa: B008 - Beam's way
            yield keyed

    return Keep()


def keyed(root: beam.Pipeline) -> Any:
    words = root | beam.Impulse() | "Words" >> beam.FlatMap(_words)
    return words | "Key" >> beam.Map(_by_word).with_output_types(tuple[str, int])


def _words(_: bytes) -> list[str]:
    return ["a", "b"]


def _by_word(word: str) -> tuple[str, int]:
    return word, 1


def _by_dict(word: str) -> tuple[dict[str, str], int]:
    return {"word": word}, 1


def grouped(root: beam.Pipeline) -> None:
    kept = keyed(root) | "Keep" >> beam.ParDo(keeping(BAG)).with_output_types(tuple[str, int])
    kept | beam.GroupByKey()


def dict_keys(root: beam.Pipeline) -> None:
    keys = (
        root | beam.Impulse() | beam.FlatMap(_words) | beam.Map(_by_dict).with_output_types(tuple[dict[str, str], int])
    )
    keys | beam.GroupByKey()


def object_keys(root: beam.Pipeline) -> None:
    keys = root | beam.Impulse() | beam.FlatMap(_words) | beam.Map(_by_word).with_output_types(tuple[Any, int])
    keys | "Keep" >> beam.ParDo(keeping(BAG))


def stream(root: beam.Pipeline) -> None:
    root | streams.TestStream().add_elements([1]).advance_watermark_to_infinity()


@pytest.mark.parametrize(
    ("wire", "refusal"),
    [
        (dict_keys, "is not deterministic"),
        (object_keys, "is not deterministic"),
        (stream, "teststream"),
        (lambda root: keyed(root) | beam.ParDo(keeping(OrderedListStateSpec("kept", VarIntCoder()))), "ordered_list"),
        (lambda root: keyed(root) | beam.ParDo(keeping(SetStateSpec("kept", VarIntCoder()))), "set_spec"),
        (lambda root: keyed(root) | beam.WindowInto(Sessions(60)) | beam.GroupByKey(), "session_windows"),
    ],
    ids=["dict keys", "object keys", "TestStream", "ordered list", "set", "sessions"],
)
def test_refused(wire: Wiring, refusal: str) -> None:
    assert any(refusal in found for found in graph_of(wire).refusals())


def test_not_refused() -> None:
    assert list(graph_of(grouped).refusals()) == []


def test_a_lambda_of_the_main_module_is_refused(tmp_path: Path) -> None:
    """A function of __main__ travels by value, and what it names is not there on a worker."""
    program = tmp_path / "main.py"
    program.write_text(
        "import sys\n"
        "import apache_beam as beam\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.launch.graph import Graph\n"
        "root = beam.Pipeline()\n"
        "root | beam.Impulse() | 'Length' >> beam.Map(lambda data: len(data) + OFFSET)\n"
        "OFFSET = 1\n"
        "print(*Graph(root.to_runner_api()).refusals(), sep='\\n')\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    assert "Length: something of the main module, which workers do not have" in done.stdout.splitlines()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: keyed(root) | "Keep it" >> beam.ParDo(keeping(BAG)),
        lambda root: keyed(root) | "Keep" >> beam.ParDo(keeping(BagStateSpec("kept", StrUtf8Coder()))),
        lambda root: keyed(root) | "Keep" >> beam.ParDo(keeping(BagStateSpec("held", VarIntCoder()))),
        lambda root: keyed(root) | "Keep" >> beam.ParDo(keeping(ReadModifyWriteStateSpec("kept", VarIntCoder()))),
    ],
    ids=["name of the step", "coder of the state", "name of the state", "kind of the state"],
)
def test_a_change_that_breaks_running_jobs_has_another_fingerprint(change: Wiring) -> None:
    before = described(graph_of(lambda root: keyed(root) | "Keep" >> beam.ParDo(keeping(BAG))))
    assert fingerprint(described(graph_of(change))) != fingerprint(before)
