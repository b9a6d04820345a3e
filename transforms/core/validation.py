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


_BELIEVED = (Reason.CONTRACT_VIOLATED, Reason.BAD_TIME)


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
        refused = {
            index: (name, time)
            for index, (name, time) in enumerate(zip(names, times, strict=True))
            if name is None or time is None or not earliest <= time <= latest
        }
        kept = without(batch, refused)
        rejects = [self._reject(events[index], place_in(batch, index), *found) for index, found in refused.items()]
        return EventBatch(batch.origin, admitted, kept.raws, kept.positions), rejects

    def _contracts_kept(self, events: Sequence[ParsedEvent]) -> Sequence[str | None]:
        """Name the contract that each event keeps; None where it breaks it, or its type names none."""
        judges = {kind: self._contracts.find(kind) for kind in {event.type for event in events}}
        if len(judges) == 1 and (judge := judges[events[0].type]):
            name, verdicts = judge.name, map(judge.accepts, [event.data for event in events])
            return [name if verdict else None for verdict in verdicts]
        return [judge.name if (judge := judges[event.type]) and judge.accepts(event.data) else None for event in events]

    def _reject(self, parsed: ParsedEvent, place: Place, name: str | None, time: int | None) -> Reject:
        """Make a reject with what is known of the event; outside the time policy nothing is believed.

        Args:
            parsed: the event.
            place: where it stood.
            name: the contract that it keeps, None for none.
            time: its time, None for none.
        """
        fault = self._refusal(parsed, place.origin.publish_time, name, time)
        known = Known(parsed.type)
        if fault.reason in _BELIEVED and (judge := self._contracts.find(parsed.type)):
            earliest, latest = self._policy.span(place.origin.publish_time)
            if time is None:
                known = Known(parsed.type, judge.name)
            elif earliest <= time <= latest:
                known = Known(parsed.type, judge.name, window_start(time, MINUTE))
        return make_reject(Stage.VALIDATE, fault, place, known)

    def _refusal(
        self, parsed: ParsedEvent, publish_time: int | None, name: str | None, time: int | None
    ) -> EventRejected:
        """Say why: unknown_contract, contract_violated, bad_time, too_late, in_future."""
        if name is None:
            fault = self._contracts.explain(parsed.type, parsed.data)
            if fault.reason is Reason.CONTRACT_VIOLATED and time is None:
                fault.violations = [*fault.violations, *_no_time(parsed.time).violations]
            return fault
        if time is None:
            return _no_time(parsed.time)
        earliest, _ = self._policy.span(publish_time)
        return self._policy.refusal(time, int(earliest) + self._policy.allowed_lateness)


def _times(events: Sequence[ParsedEvent]) -> Sequence[int | None]:
    """Give the events' times in microseconds; None where there is none or it is none."""
    times = [event.time for event in events]
    if set(map(type, times)) == {str}:
        return parse_times(times)  # type: ignore[arg-type]  # all are texts
    return [parse_times([time])[0] if isinstance(time, str) else time for time in times]


def _no_time(given: str | int | None) -> EventRejected:
    """Say why what is given is no time."""
    if not isinstance(given, str):
        return bad_time("the event has no time")
    try:
        parse_time(given)
    except ValueError as error:
        return bad_time(f"{given[:MAX_SHOWN]!r}: {error}")
    raise AssertionError(given)
