"""Validation: contract and time policy; what passes is an admitted event."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from transforms.core.contracts import MAX_SHOWN, Contracts
from transforms.core.decoding import bad_time
from transforms.core.reasons import Reason, Stage
from transforms.core.records import Event, EventBatch, ParsedEvent, ParsedEvents, Reject, Violation
from transforms.core.rejects import EventRejected, Known, Place, make_reject, place_in, without
from transforms.core.time_columns import parse_times
from transforms.core.times import HOUR, MINUTE, SECOND, format_time, parse_time, window_start


class TimePolicy(NamedTuple):
    """How far an event's time may be from its message's publish time, in microseconds.

    Decided from the event and its message alone, never from a clock, so that a replay decides the same.
    """

    allowed_lateness: int = HOUR
    max_clock_skew: int = 5 * MINUTE

    def span(self, publish_time: int | None) -> tuple[float, float]:
        """Give the earliest and the latest time allowed; without a publish time (plain files) any time is."""
        if publish_time is None:
            return -inf, inf
        return publish_time - self.allowed_lateness, publish_time + self.max_clock_skew

    def refusal(self, time: int, publish_time: int) -> EventRejected:
        """Say why a time outside the span is refused: too_late or in_future."""
        late = time < publish_time
        bound = (self.allowed_lateness if late else self.max_clock_skew) // SECOND
        text = (
            f"{format_time(time)} is {abs(publish_time - time) / SECOND:.6f} s {'late' if late else 'in the future'}"
            f" (published {format_time(publish_time)}; {bound} s are allowed)"
        )
        return EventRejected(Reason.TOO_LATE if late else Reason.IN_FUTURE, text, [Violation("/time", text)])


class Validator:
    """Judges the parsed events of a message: column by column, and one by one only those that are refused."""

    def __init__(self, contracts: Contracts, policy: TimePolicy) -> None:
        self._contracts = contracts
        self._policy = policy

    def admit(self, batch: ParsedEvents) -> tuple[EventBatch, list[Reject]]:
        """Split a batch into admitted events and rejects, both in order."""
        events, (earliest, latest) = batch.events, self._policy.span(batch.origin.publish_time)
        names, times = self._contracts_kept(events), _times(events)
        admitted = [
            Event(event.id, event.source, name, time, event.data, occurrence)
            for event, name, time, occurrence in zip(events, names, times, batch.occurrences, strict=True)
            if name is not None and time is not None and earliest <= time <= latest
        ]
        for event in admitted if batch.masked else ():
            event.masked = event.occurrence in batch.masked
        if len(admitted) == len(events):
            return EventBatch(batch.origin, admitted, batch.raws, batch.positions), []
        refused = [
            index
            for index, (name, time) in enumerate(zip(names, times, strict=True))
            if name is None or time is None or not earliest <= time <= latest
        ]
        kept = without(batch, frozenset(refused))
        rejects = [self._reject(events[index], place_in(batch, index)) for index in refused]
        return EventBatch(batch.origin, admitted, kept.raws, kept.positions), rejects

    def _contracts_kept(self, events: Sequence[ParsedEvent]) -> Sequence[str | None]:
        """Name the contract that each event keeps; None where it breaks it, or its type names none."""
        judges = {kind: self._contracts.find(kind) for kind in {event.type for event in events}}
        if len(judges) == 1 and (judge := judges[events[0].type]):
            verdicts = map(judge.accepts, [event.data for event in events])
            return [judge.name if verdict else None for verdict in verdicts]
        return [
            judge.name if (judge := judges[event.type]) and judge.accepts(event.data) else None for event in events
        ]

    def _refusal(self, parsed: ParsedEvent, publish_time: int | None) -> EventRejected:
        """Say why an event is refused: unknown_contract, contract_violated, bad_time, too_late, in_future."""
        try:
            contract, accepts = self._contracts.judge_of(parsed.type)
            if not accepts(parsed.data):
                return self._all_violations(contract, parsed)
            time = time_of(parsed)
        except EventRejected as fault:
            return fault
        earliest, _ = self._policy.span(publish_time)
        return self._policy.refusal(time, int(earliest) + self._policy.allowed_lateness)

    def _all_violations(self, contract: str, parsed: ParsedEvent) -> EventRejected:
        fault = self._contracts.explain(contract, parsed.data)
        try:
            time_of(parsed)
        except EventRejected as late:
            return EventRejected(fault.reason, fault.message, [*fault.violations, *late.violations])
        return fault

    def _reject(self, parsed: ParsedEvent, place: Place) -> Reject:
        """Make a reject with what is known of the event; outside the time policy nothing is believed."""
        fault = self._refusal(parsed, place.origin.publish_time)
        known = Known(parsed.type)
        if fault.reason in (Reason.CONTRACT_VIOLATED, Reason.BAD_TIME):
            known = Known(parsed.type, self._contracts.judge_of(parsed.type).name, self._minute(parsed, place))
        return make_reject(Stage.VALIDATE, fault, place, known)

    def _minute(self, parsed: ParsedEvent, place: Place) -> int | None:
        try:
            time = time_of(parsed)
        except EventRejected:
            return None
        earliest, latest = self._policy.span(place.origin.publish_time)
        return window_start(time, MINUTE) if earliest <= time <= latest else None


def _times(events: Sequence[ParsedEvent]) -> Sequence[int | None]:
    """Give the events' times in microseconds; None where there is none or it is none."""
    times = [event.time for event in events]
    if set(map(type, times)) == {str}:
        return parse_times(times)  # type: ignore[arg-type] - all are texts
    return [
        time if isinstance(time, int) else None if time is None else parse_times([time])[0] for time in times
    ]


def time_of(parsed: ParsedEvent) -> int:
    """Give an event's time in microseconds.

    Raises:
        EventRejected: bad_time.
    """
    time = parsed.time
    if isinstance(time, int):
        return time
    if time is None:
        raise bad_time("the event has no time")
    try:
        return parse_time(time)
    except ValueError as error:
        raise bad_time(f"{time[:MAX_SHOWN]!r}: {error}") from None
