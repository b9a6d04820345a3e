"""Plain JSON: making an event of any JSON object, as a mapping says."""

from typing import Any

from transforms.core.decoding import bad_time, kind_of, not_an_event
from transforms.core.mapping import FieldMapping
from transforms.core.records import ParsedEvent, Violation

DEFAULT_PLAIN_SOURCE = "plain"


def plain_event(content: Any, mapping: FieldMapping, fallback_id: str, publish_time: int | None) -> ParsedEvent:
    """Make an event of a plain JSON object, as the mapping says.

    Raises:
        EventRejected: not_an_event.
    """
    if not isinstance(content, dict):
        raise not_an_event([Violation("", f"expected an object, got {kind_of(content)}")])
    event_id = fallback_id if mapping.id_field is None else _plain_id(content, mapping.id_field)
    time = publish_time if mapping.time_field is None else _plain_time(content, mapping.time_field)
    source = mapping.source or DEFAULT_PLAIN_SOURCE
    return ParsedEvent(event_id, source, mapping.event_type, time, _data(content, mapping))


def _plain_id(content: dict[str, Any], path: str) -> str:
    value = _lookup(content, path)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise not_an_event([Violation(_pointer(path), "the id field is missing or no string or integer")])
    return str(value)


def _plain_time(content: dict[str, Any], path: str) -> str:
    value = _lookup(content, path)
    if not isinstance(value, str):
        raise bad_time(f"expected an RFC 3339 time, got {kind_of(value)}", _pointer(path))
    return value


def _lookup(content: Any, path: str) -> Any:
    """Follow a dotted path; a key that itself holds dots is found first."""
    if not isinstance(content, dict):
        return None
    if path in content:
        return content[path]
    head, dot, rest = path.partition(".")
    return _lookup(content.get(head), rest) if dot else None


def _data(content: dict[str, Any], mapping: FieldMapping) -> dict[str, Any]:
    """Give what is left of an object when the fields that the mapping uses are taken out, with the renamed ones in."""
    renamed = {name: value for path, name in mapping.rename if (value := _lookup(content, path)) is not None}
    rest = content
    for path in mapping.used:
        rest = _without(rest, path)
    return rest | renamed


def _without(content: dict[str, Any], path: str) -> dict[str, Any]:
    """Take a field out, as ``_lookup`` finds it, and with the last field of an object the object."""
    if path in content:
        return {name: value for name, value in content.items() if name != path}
    head, _, rest = path.partition(".")
    inner = content.get(head)
    if not rest or not isinstance(inner, dict):
        return content
    left = _without(inner, rest)
    if left is inner:
        return content
    return content | {head: left} if left else _without(content, head)


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")
