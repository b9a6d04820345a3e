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
    return ParsedEvent(event_id, source, mapping.event_type, time, _renamed(content, mapping.rename))


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


def _renamed(content: dict[str, Any], rename: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    if not rename:
        return content
    renamed = {name: _lookup(content, path) for path, name in rename}
    moved = {path for path, _ in rename}
    kept = {name: value for name, value in content.items() if name not in moved}
    return kept | {name: value for name, value in renamed.items() if value is not None}


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")
