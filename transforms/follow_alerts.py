"""FollowAlerts: rows and changes of fraud alerts, where no database settles them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import apache_beam as beam
import numpy as np
from apache_beam.coders import FastPrimitivesCoder
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    ReadModifyWriteRuntimeState,
    ReadModifyWriteStateSpec,
    RuntimeTimer,
    TimerSpec,
    on_timer,
)
from apache_beam.typehints.decorators import no_annotations
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from transforms.core.fraud.evidence import unpack
from transforms.core.fraud.flagging import ALERTED
from transforms.core.fraud.following import Judged, Remembered, Sources, Told, follow, last_of, spread
from transforms.core.fraud.reviews import Review
from transforms.core.fraud.settling import AlertRow, Change
from transforms.core.times import DAY, FIRST, format_exact_time
from transforms.flag_fraud import Flagged
from transforms.gather_evidence import KEPT, LIVE_SLOTS
from transforms.metrics import ALERT_CHANGES
from transforms.panes import FINAL, Panes
from transforms.windows import in_global_window

SETTLED_AFTER = KEPT - 2 * DAY
"""Alerts that began longer ago than this stay as they are: an episode lasts a day, and evidence for it is being
forgotten, which is no reason to withdraw it."""
_CHANGES: Literal["changes"] = "changes"


class Followed(NamedTuple):
    """What alerts follow from."""

    flagged: beam.PCollection[Flagged]
    reviews: beam.PCollection[Review]


class Alerts(NamedTuple):
    """Rows that changed, each in place of the one before of its alert, and what is told of them."""

    rows: beam.PCollection[AlertRow]
    changes: beam.PCollection[Change]


class FollowAlerts(beam.PTransform):
    """Settle alerts per entity: opened, raised, moved or withdrawn, and kept quiet by reviews.

    Input: Followed, under any windowing. What is open at the end does not depend on the order of input; a repeat
    changes nothing. ``updated_at`` of an alert's rows only grows, so the last row is the greatest. Live runs forget an
    entity KEPT after its last alert or review.

    Args:
        panes: when results come; of live ones only that they are.
    """

    def __init__(self, panes: Panes = FINAL) -> None:
        super().__init__()
        self._is_live = panes.interval is not None

    @no_annotations  # NamedTuples of collections
    def expand(self, followed: Followed) -> Alerts:
        """Bring what is found of an entity, from whatever source, together with its reviews."""
        kept = SETTLED_AFTER if self._is_live else None
        found = (
            in_global_window(followed.flagged)
            | "Judged" >> beam.ParDo(_Judge(is_live=self._is_live)).with_output_types(tuple[int, Judged])
            | "Tell" >> beam.ParDo(_Spread(kept)).with_output_types(tuple[str, Told])
        )
        reviews = in_global_window(followed.reviews) | "Reviews" >> beam.ParDo(_Tell()).with_output_types(
            tuple[str, Told]
        )
        outputs = (
            (found, reviews)
            | "Of entities" >> beam.Flatten()
            | "Follow" >> beam.ParDo(_Follow()).with_outputs(_CHANGES, main="rows")
        )
        return Alerts(outputs.rows, outputs[_CHANGES])


class _Judge(beam.DoFn):
    """Gives what is found by slot of its sources; in live runs with all sources, for some may have nothing any more."""

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live

    def process(self, flagged: Flagged) -> Iterator[tuple[int, Judged]]:
        found = [(one.source, AlertRow.of(one.alert)) for one in flagged.found if one.outcome == ALERTED]
        sources, newest = {source for source, _ in found}, FIRST
        if self._is_live:
            rows = unpack(flagged.evidence).rows
            sources |= set(np.unique(rows["entity"]).tolist())
            newest = int(rows["time"].max()) if len(rows) else FIRST
        slots: dict[int, tuple[list[int], list[tuple[int, AlertRow]]]] = {}
        for source in sources:
            slots.setdefault(source % LIVE_SLOTS, ([], []))[0].append(source)
        for source, row in found:
            slots[source % LIVE_SLOTS][1].append((source, row))
        for slot, judged in slots.items():
            yield slot, Judged(*judged, newest)


class _Spread(beam.DoFn):
    SOURCES = ReadModifyWriteStateSpec("sources", FastPrimitivesCoder())

    def __init__(self, kept: int | None) -> None:
        self._kept = kept

    def process(
        self,
        judged: tuple[int, Judged],
        sources: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(SOURCES),  # noqa: B008 - Beam's way to declare parameters
    ) -> Iterator[tuple[str, Told]]:
        before = Sources(*(sources.read() or ()))
        after, messages = spread(before, judged[1], self._kept)
        if after != before:
            sources.write(tuple(after))
        yield from messages


class _Tell(beam.DoFn):
    def process(self, review: Review) -> Iterator[tuple[str, Told]]:
        yield review.case_key, Told(review=review)


class _Follow(beam.DoFn):
    ENTITY = ReadModifyWriteStateSpec("entity", FastPrimitivesCoder())
    EXPIRY = TimerSpec("expiry", TimeDomain.WATERMARK)

    def process(
        self,
        told: tuple[str, Told],
        entity: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(ENTITY),  # noqa: B008
        expiry: RuntimeTimer = beam.DoFn.TimerParam(EXPIRY),  # noqa: B008
    ) -> Iterator[AlertRow | TaggedOutput[Literal["changes"], Change]]:
        before, written = _read(entity.read())
        written = max(written + 1, time.time_ns() // 1000)
        after, settled = follow(before, told[1], format_exact_time(written))
        if after != before:
            entity.write((*after, written))
            expiry.set(min(Timestamp(micros=last_of(after) + KEPT), MAX_TIMESTAMP))
        yield from settled.rows
        ALERT_CHANGES.inc(len(settled.changes))
        for change in settled.changes:
            yield TaggedOutput(_CHANGES, change)

    @on_timer(EXPIRY)
    def at_expiry(
        self,
        entity: ReadModifyWriteRuntimeState = beam.DoFn.StateParam(ENTITY),  # noqa: B008
    ) -> Iterable[AlertRow]:
        """Forget the entity: what began so long ago is settled."""
        entity.clear()
        return ()


def _read(state: Sequence[Any] | None) -> tuple[Remembered, int]:
    return (Remembered(*state[:3]), state[3]) if state else (Remembered(), 0)
