"""What a worker does first: it loads every pickled object of a staged pipeline. Run as a program, alone.

``python worker.py pipeline.pb`` prints a line for each object that cannot be loaded, then how many could.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from apache_beam.internal import pickler
from apache_beam.portability.api import beam_runner_api_pb2 as beam_proto
from apache_beam.runners.pipeline_context import PipelineContext

Loading = tuple[str, Callable[[], Any]]


def loadings(proto: Any) -> Iterator[Loading]:
    """Give what each step, coder and window function is loaded by."""
    context = PipelineContext(proto.components)
    for step in proto.components.transforms.values():
        if step.spec.urn == "beam:transform:pardo:v1":
            payload = beam_proto.ParDoPayload.FromString(step.spec.payload).do_fn.payload
            yield step.unique_name, partial(pickler.loads, payload)
    for name in proto.components.coders:
        yield f"coder {name}", partial(context.coders.get_by_id, name)
    for name in proto.components.windowing_strategies:
        yield f"windows {name}", partial(context.windowing_strategies.get_by_id, name)


def main(path: str) -> int:
    """Load all; gives the exit status."""
    pickler.set_library("cloudpickle")
    failures = loaded = 0
    for what, load in loadings(beam_proto.Pipeline.FromString(Path(path).read_bytes())):
        try:
            load()
            loaded += 1
        except Exception as error:  # noqa: BLE001 - whatever keeps it from being loaded is what is asked for
            failures += 1
            print(f"{what}: {type(error).__name__}: {error}")  # noqa: T201
    print(f"loaded {loaded}")  # noqa: T201
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
