"""Events: from text to id, source, type, time and data, in each form that they come in."""

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Any

from tests.oracle import times
from tests.oracle.access_lines import logged
from tests.oracle.contracts import contract_of, fields_of
from tests.oracle.records import Event, Mapping, Options, Raw, Refused
from tests.oracle.texts import decoded

REQUIRED = ("id", "source", "type")
OPTIONAL = ("time", "data_base64", "specversion")


def parsed(raw: Raw, options: Options) -> Event:
    """Read one event.

    Raises:
        Refused: not_json, not_utf8, not_an_event, bad_time, bad_log_line.
    """
    if raw.carrier.is_log:
        return logged(raw.text.decode(), own_id(raw), options.source or "access_log")
    if "ce-specversion" in raw.carrier.attributes:
        return _binary(raw)
    content = decoded(raw.text)
    if options.mapping and not (isinstance(content, dict) and "specversion" in content):
        return _mapped(content, raw, options.mapping, options.source or "plain")
    return _structured(content)


def own_id(raw: Raw) -> str:
    """Make an id of where an event stood, for an event that has none."""
    return repr((raw.carrier.identity, raw.position))


def _structured(content: Any) -> Event:
    """Read a CloudEvent whose envelope is in the text."""
    if not isinstance(content, dict):
        raise Refused("not_an_event", "")
    faults = [name for name in REQUIRED if not isinstance(content.get(name), str) or not content[name]]
    if not faults and not isinstance(content.get("time"), str | None):
        raise Refused("bad_time", "/time")
    faults += [name for name in OPTIONAL if not isinstance(content.get(name), str | None)]
    if faults:
        raise Refused("not_an_event", *(f"/{name}" for name in faults))
    data = content.get("data")
    if content.get("data_base64") is not None:
        try:
            data = decoded(b64decode(content["data_base64"], validate=True))
        except (binascii.Error, ValueError):
            raise Refused("not_an_event", "/data_base64") from None
    return Event(content["id"], content["source"], content["type"], content.get("time"), data)


def _binary(raw: Raw) -> Event:
    """Read a CloudEvent whose envelope is in the message's attributes."""
    attributes = raw.carrier.attributes
    faults = [f"/attributes/ce-{name}" for name in REQUIRED if not attributes.get(f"ce-{name}")]
    if faults:
        raise Refused("not_an_event", *faults)
    data = decoded(raw.text) if raw.text.strip() else None
    event_id, source, kind = (attributes[f"ce-{name}"] for name in REQUIRED)
    return Event(event_id, source, kind, attributes.get("ce-time"), data)


def _mapped(content: Any, raw: Raw, mapping: Mapping, source: str) -> Event:
    """Read plain JSON."""
    if not isinstance(content, dict):
        raise Refused("not_an_event", "")
    event_id = own_id(raw)
    if mapping.id_field:
        given = _at(content, mapping.id_field)
        if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
            raise Refused("not_an_event", _pointer(mapping.id_field))
        event_id = str(given)
    time: Any = raw.carrier.published
    if mapping.time_field:
        time = _at(content, mapping.time_field)
        if not isinstance(time, str):
            raise Refused("bad_time", _pointer(mapping.time_field))
    return Event(event_id, source, mapping.event_type, time, _left(content, mapping))


def _left(content: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    """Give the data: what the mapping does not use, or the contract has under that very name; and what it renames."""
    renamed = {name: _at(content, path) for path, name in mapping.rename}
    identifying = {mapping.id_field, mapping.time_field} - set(fields_of(contract_of(mapping.event_type)))
    left = content
    for path in [*(path for path, _ in mapping.rename), *identifying]:
        left = _without(left, path)
    return left | {name: value for name, value in renamed.items() if value is not None}


def _without(content: dict[str, Any], path: str) -> dict[str, Any]:
    """Take a field out, where ``_at`` finds it, and the object that it leaves empty."""
    if path in content:
        return {name: value for name, value in content.items() if name != path}
    head, dot, rest = path.partition(".")
    inner = content.get(head)
    if not dot or not isinstance(inner, dict) or _at(inner, rest) is None:
        return content
    left = _without(inner, rest)
    return content | {head: left} if left else _without(content, head)


def _at(content: Any, path: str) -> Any:
    """Follow a dotted path; a key that holds dots itself is found first."""
    if not isinstance(content, dict) or path in content:
        return content[path] if isinstance(content, dict) else None
    head, dot, rest = path.partition(".")
    return _at(content.get(head), rest) if dot else None


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")


def time_of(event: Event) -> datetime:
    """Give the time of an event.

    Raises:
        Refused: bad_time.
    """
    time = times.parsed(event.time) if isinstance(event.time, str) else event.time
    if time is None:
        raise Refused("bad_time", "/time")
    return time
