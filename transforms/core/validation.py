"""Validation: contract and time policy; what passes is an admitted event."""

from math import inf
from typing import NamedTuple

from transforms.core.contracts import MAX_SHOWN, Contracts
from transforms.core.decoding import bad_time
from transforms.core.reasons import Reason, Stage
from transforms.core.records import Event, EventBatch, ParsedEvent, ParsedEvents, Reject, Violation
from transforms.core.rejects import EventRejected, Known, Place, make_reject, place_in, without
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
    """Judges the parsed events of a message, one after another."""

    def __init__(self, contracts: Contracts, policy: TimePolicy) -> None:
        self._contracts = contracts
        self._policy = policy

    def admit(self, batch: ParsedEvents) -> tuple[EventBatch, list[Reject]]:
        """Split a batch into admitted events and rejects, both in order."""
        events: list[Event] = []
        refused: dict[int, EventRejected] = {}
        span = self._policy.span(batch.origin.publish_time)
        for index, parsed in enumerate(batch.events):
            try:
                events.append(self.judge(parsed, span, batch.occurrences[index]))
            except EventRejected as fault:
                refused[index] = fault
        for event in events if batch.masked else ():
            event.masked = event.occurrence in batch.masked
        if not refused:
            return EventBatch(batch.origin, events, batch.raws, batch.positions), []
        kept = without(batch, refused)
        rejects = [self._reject(batch.events[i], fault, place_in(batch, i)) for i, fault in refused.items()]
        return EventBatch(batch.origin, events, kept.raws, kept.positions), rejects

    def judge(self, parsed: ParsedEvent, span: tuple[float, float], occurrence: int) -> Event:
        """Judge one event: its type names a contract, its data keeps it, its time is within the span.

        Raises:
            EventRejected: unknown_contract, contract_violated, bad_time, too_late, in_future.
        """
        contract, accepts = self._contracts.judge_of(parsed.type)
        if not accepts(parsed.data):
            raise self._all_violations(contract, parsed)
        time = time_of(parsed)
        if not span[0] <= time <= span[1]:
            raise self._policy.refusal(time, int(span[0]) + self._policy.allowed_lateness)
        return Event(parsed.id, parsed.source, contract, time, parsed.data, occurrence)

    def _all_violations(self, contract: str, parsed: ParsedEvent) -> EventRejected:
        fault = self._contracts.explain(contract, parsed.data)
        try:
            time_of(parsed)
        except EventRejected as late:
            return EventRejected(fault.reason, fault.message, [*fault.violations, *late.violations])
        return fault

    def _reject(self, parsed: ParsedEvent, fault: EventRejected, place: Place) -> Reject:
        """Make a reject with what is known of the event; outside the time policy nothing is believed."""
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
