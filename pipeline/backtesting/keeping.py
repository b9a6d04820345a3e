"""Keeping results in a folder that goes with the run: what was read, and what each set of rules finds."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import apache_beam as beam
import msgspec
from apache_beam.typehints.decorators import no_annotations

from pipeline.backtesting import findings
from pipeline.backtesting.comparing import Read, unite
from pipeline.backtesting.findings import Finding
from pipeline.backtesting.judging import Truth
from pipeline.backtesting.timing import Timer
from pipeline.errors import StoreError
from transforms.core.fraud.evidence import unpack
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.gathering import TYPES
from transforms.core.fraud.rules import FraudRules
from transforms.core.records import EventBatch, Rejects
from transforms.flag_fraud import Flagged
from transforms.outputs import Refused


class Admitted(NamedTuple):
    """What KeepRead takes: batches of admitted events, and what was refused."""

    batches: beam.PCollection[EventBatch]
    refused: Refused


class KeepRead(beam.PTransform):
    """Keep how much was read, and of which time; nothing where nothing was."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @no_annotations  # the input is a NamedTuple of collections
    def expand(self, admitted: Admitted) -> beam.PCollection[None]:
        """Add up what each batch and each refusal says."""
        batches = admitted.batches | "Events" >> beam.Map(_of_batch).with_output_types(Read)
        refusals = [
            refused | f"Refused {number}" >> beam.Map(_of_rejects).with_output_types(Read)
            for number, refused in enumerate(admitted.refused)
        ]
        return (
            (batches, *refusals)
            | "Both" >> beam.Flatten()
            | "Add up" >> beam.CombineGlobally(unite).without_defaults().with_output_types(Read)
            | "Keep" >> beam.Map(partial(_keep_read, self._path)).with_output_types(None)
        )


class KeepFindings(beam.PTransform):
    """Keep what a set of rules finds: a file for each slot, so that one written again is the same.

    Args:
        folder: a folder that is there.
        rules: the rules that the findings are of.
        fraud_from: as of FlagFraud.
        truth: of alerts about its attacks it is found out when they would have been known.
    """

    def __init__(self, folder: Path, rules: FraudRules, fraud_from: int | None, truth: Truth) -> None:
        super().__init__()
        self._keep = _Keep(folder, partial(Timer, rules, fraud_from), truth)

    def expand(self, flagged: beam.PCollection[Flagged]) -> beam.PCollection[None]:
        """Write what each slot has."""
        return flagged | "Keep" >> beam.ParDo(self._keep).with_output_types(None)


class _Keep(beam.DoFn):
    def __init__(self, folder: Path, make_timer: Callable[[], Timer], truth: Truth) -> None:
        self._folder = folder
        self._make_timer = make_timer
        self._truth = truth

    def setup(self) -> None:
        self._timer = self._make_timer()

    def process(self, flagged: Flagged) -> None:
        found = [Finding(one.alert, one.outcome) for one in flagged.found]
        timed = [one.outcome == ALERTED and self._truth.is_about_attack(one.alert) for one in found]
        if any(timed):  # each is judged some more times
            evidence = unpack(flagged.evidence)
            for number in (number for number, is_timed in enumerate(timed) if is_timed):
                known_at = self._timer.known_at(evidence, flagged.found[number])
                found[number] = found[number]._replace(known_at=known_at)
        _write(self._folder / str(flagged.slot), findings.pack(found))


def read_findings(folder: Path) -> list[Finding]:
    """Read what KeepFindings kept: each alert once, in order of time."""
    return findings.distinct(one for path in folder.iterdir() for one in findings.unpack(path.read_bytes()))


def read_read(path: Path) -> Read:
    """Read what KeepRead kept."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Read) if path.exists() else Read()


def _of_batch(batch: EventBatch) -> Read:
    times = [event.time for event in batch.events if event.type in TYPES]
    return Read(len(times), min(times), max(times)) if times else Read()


def _of_rejects(rejects: Rejects) -> Read:
    return Read(refused=len(rejects))


def _keep_read(path: Path, read: Read) -> None:
    _write(path, msgspec.msgpack.encode(read))


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(f"cannot keep results in {path.parent}: {error.strerror or error}") from error
