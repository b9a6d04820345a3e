"""Parsing: from the raw bytes of an event to its envelope, in each form that events come in."""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from transforms.core.access_log import AccessLine, parse_access_line
from transforms.core.contracts import HTTP_REQUEST, PAGE_VIEW
from transforms.core.decoding import bad_time, decode_json, kind_of, not_an_event
from transforms.core.identity import line_hash
from transforms.core.mapping import FieldMapping
from transforms.core.plain_json import plain_event
from transforms.core.reasons import Reason, Stage
from transforms.core.records import Form, Origin, ParsedEvent, ParsedEvents, RawEvents, Reject, Violation
from transforms.core.rejects import EventRejected, make_reject, place_in, without
from transforms.core.splitting import is_binary_mode

DEFAULT_LOG_SOURCE = "access_log"


_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Envelope(ParsedEvent, gc=False, kw_only=True):
    """A CloudEvent as it is decoded: a ParsedEvent at once; other members are passed over, and so is their content."""

    id: _Text
    source: _Text
    type: _Text
    time: str | None = None
    data_base64: str | None = None
    specversion: str | None = None


_envelope = msgspec.json.Decoder(_Envelope).decode
_REQUIRED = ("id", "source", "type")

Parse = Callable[[bytes, int], ParsedEvent]
"""Parses one raw event, given its position; raises EventRejected."""


class Parser:
    """Chooses, once a message, how its events are parsed.

    Args:
        mapping: how plain JSON is read; None takes CloudEvents only.
        log_source: the source of access-log events, to tell apart hosts whose logs begin alike.
    """

    def __init__(self, mapping: FieldMapping | None = None, log_source: str = "") -> None:
        self._mapping = mapping
        self._log_source = log_source or DEFAULT_LOG_SOURCE

    def parse(self, batch: RawEvents) -> tuple[ParsedEvents, list[Reject]]:
        """Parse a batch; what is no event is set aside."""
        parse = self.for_origin(batch.origin)
        structured = parse is parse_structured
        events: list[ParsedEvent | None] = _decoded_all(batch.raws) if structured else [None] * len(batch.raws)
        refused: dict[int, EventRejected] = {}
        for index in [index for index, event in enumerate(events) if event is None] if None in events else ():
            try:
                events[index] = parse(batch.raws[index], batch.positions[index])
            except EventRejected as fault:
                refused[index] = fault
        parsed = [event for event in events if event is not None]
        if not refused:
            return ParsedEvents(*batch, parsed), []
        rejects = [make_reject(Stage.PARSE, fault, place_in(batch, index)) for index, fault in refused.items()]
        return ParsedEvents(*without(batch, refused), parsed), rejects

    def for_origin(self, origin: Origin) -> Parse:
        """Give the function that parses the events of one message."""
        if origin.form is Form.ACCESS_LOG:
            return self._access_log(origin)
        if is_binary_mode(origin.attributes):
            return lambda raw, _: parse_binary(raw, origin.attributes)
        if self._mapping:
            return self._plain(origin, self._mapping)
        return parse_structured

    def _access_log(self, origin: Origin) -> Parse:
        source, file_id = self._log_source, origin.message_id

        def parse(raw: bytes, position: int) -> ParsedEvent:
            return log_event(_log_line(raw), f"{file_id}:{position}:{line_hash(raw)}", source)

        return parse

    def _plain(self, origin: Origin, mapping: FieldMapping) -> Parse:
        def parse(raw: bytes, position: int) -> ParsedEvent:
            content = decode_json(raw)
            if isinstance(content, dict) and "specversion" in content:
                return parse_structured(raw, position)
            identity = f"{origin.message_id}-{line_hash(raw)}" if origin.by_line else origin.message_id
            return plain_event(content, mapping, f"{identity}:{origin.prefix}{position}", origin.publish_time)

        return parse


def _decoded_all(raws: Sequence[bytes]) -> list[ParsedEvent | None]:
    """Decode events in structured mode; None for those that need a closer look."""
    events: Iterable[_Envelope | None]
    try:
        events = list(map(_envelope, raws))
    except (ValueError, RecursionError):
        events = map(_decoded, raws)
    return [event if event and event.data_base64 is None else None for event in events]


def _decoded(raw: bytes) -> _Envelope | None:
    try:
        return _envelope(raw)
    except (ValueError, RecursionError):
        return None


def parse_structured(raw: bytes, _position: int = 0) -> ParsedEvent:
    """Parse a CloudEvent in structured mode.

    Raises:
        EventRejected: not_an_event, or as decode_json.
    """
    try:
        event = _envelope(raw)
    except (ValueError, RecursionError):
        raise _explain(raw) from None
    if event.data_base64 is not None:
        event.data = _from_base64(event.data_base64)
    return event


def parse_binary(raw: bytes, attributes: Mapping[str, str]) -> ParsedEvent:
    """Parse a CloudEvent in binary mode: ``ce-`` attributes and the data alone in the body.

    Raises:
        EventRejected: not_an_event, or as decode_json.
    """
    missing = [
        Violation(f"/attributes/ce-{name}", "is required") for name in _REQUIRED if not attributes.get(f"ce-{name}")
    ]
    if missing:
        raise not_an_event(missing)
    return ParsedEvent(
        attributes["ce-id"],
        attributes["ce-source"],
        attributes["ce-type"],
        attributes.get("ce-time"),
        decode_json(raw) if raw.strip() else None,
    )


def log_event(line: AccessLine, event_id: str, source: str) -> ParsedEvent:
    """Make a page view of a page that was served, and a plain request of any other line."""
    data: dict[str, Any] = {
        "url": line.url,
        "ip": line.host,
        "referrer": line.referrer,
        "user_agent": line.user_agent,
    }
    if line.is_page:
        return ParsedEvent(event_id, source, PAGE_VIEW, line.time, data)
    data |= {"method": line.method, "status": line.status, "bytes": line.size}
    return ParsedEvent(event_id, source, HTTP_REQUEST, line.time, data)


def _log_line(raw: bytes) -> AccessLine:
    try:
        return parse_access_line(raw.decode())
    except ValueError as error:
        raise EventRejected(Reason.BAD_LOG_LINE, str(error)) from None


def _explain(raw: bytes) -> EventRejected:
    """Say why a text is not an event: the slow path, taken only for refused text."""
    try:
        content = decode_json(raw)
    except EventRejected as fault:
        return fault
    if not isinstance(content, dict):
        return not_an_event([Violation("", f"expected an object, got {kind_of(content)}")])
    violations = [
        Violation(
            f"/{name}",
            "is required" if content.get(name) in (None, "") else f"expected a string, got {kind_of(content[name])}",
        )
        for name in _REQUIRED
        if not isinstance(content.get(name), str) or not content[name]
    ]
    if not violations and not isinstance(content.get("time"), str | None):
        return bad_time(f"expected a string, got {kind_of(content['time'])}")
    optional = ("time", "data_base64", "specversion")
    violations += [
        Violation(f"/{name}", f"expected a string, got {kind_of(content[name])}")
        for name in optional
        if not isinstance(content.get(name), str | None)
    ]
    twice = Violation("", "a member stands twice, once with a wrong type")
    return not_an_event(violations or [twice])


def _from_base64(text: str) -> Any:
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        raise not_an_event([Violation("/data_base64", "not base64")]) from None
    return decode_json(data)
