"""Applying one transform in a pipeline of its own, and seeing all that it gives."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.transforms.window import BoundedWindow, FixedWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

TEN_SECONDS = FixedWindows(10)


class Seen(NamedTuple):
    """An element of an output: its value, its timestamp in microseconds, and its window in words."""

    value: Any
    timestamp: int
    window: str


def elements(values: Iterable[Any], windows: Any, kind: type) -> beam.PTransform:
    """Make elements whose timestamps are 7, 14, 21 ... seconds, in windows of ten seconds or in others."""
    stamped = [TimestampedValue(value, 7 * number) for number, value in enumerate(values, 1)]
    return _Elements(stamped, windows, kind)


class _Elements(beam.PTransform):
    def __init__(self, stamped: list[TimestampedValue], windows: Any, kind: type) -> None:
        super().__init__()
        self._stamped = stamped
        self._windows = windows
        self._kind = kind

    def expand(self, root):
        return (
            root
            | "Make" >> beam.Create(self._stamped)
            | "Typed" >> beam.ParDo(_Same()).with_output_types(self._kind)
            | "Windows" >> beam.WindowInto(self._windows)
        )


class _Same(beam.DoFn):
    def process(self, element: Any) -> Iterator[Any]:
        yield element


def outputs_of(wire: Callable[[beam.Pipeline], Any], folder: Path) -> dict[str, list[Seen]]:
    """Run a pipeline and give each of its outputs, named as in the NamedTuple that ``wire`` returns, else ``main``."""
    with beam.Pipeline(runner=FnApiRunner()) as root:
        wired = wire(root)
        named: dict[str, Any] = wired._asdict() if hasattr(wired, "_asdict") else {"main": wired}
        for name, output in named.items():
            output | f"Write {name}" >> beam.ParDo(Write(folder / name))
    return {name: list(read_seen(folder / name)) for name in named}


def values_of(seen: list[Seen]) -> list[Any]:
    return [element.value for element in seen]


class Write(beam.DoFn):
    def __init__(self, path: Path) -> None:
        self._path = path

    def process(
        self,
        element: Any,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
        window: BoundedWindow = beam.DoFn.WindowParam,
    ) -> None:
        with self._path.open("ab") as file:
            pickle.dump(Seen(element, timestamp.micros, repr(window)), file)


def read_seen(path: Path) -> Iterator[Seen]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 - written by this test
