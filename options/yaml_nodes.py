"""YAML as nodes that know their line, and records read from them, with all that is wrong in them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from options.faults import closest

LONGEST_SHOWN = 60
_ALIAS = "!alias"
_TAG = "tag:yaml.org,2002:"


class Misfit(NamedTuple):
    """What does not fit: in which line, under which keys (``review.value``), what stands there and what should.

    ``example`` is a line of YAML that fits, or "" where whoever reads the key around it knows one.
    """

    line: int
    path: str
    given: str
    expected: str
    example: str = ""


class UnfitError(ValueError):
    """A node that is not what is expected, with everything in it that is not."""

    def __init__(self, *misfits: Misfit) -> None:
        super().__init__(misfits)
        self.misfits = misfits


class Field(NamedTuple):
    """A key of a record: how its value is read, by a function that raises UnfitError, and a line that shows it."""

    read: Callable[[Node], Any]
    example: str = ""
    required: bool = True


class Record(NamedTuple):
    """What a mapping says, as far as it fits, the line of each key, and the nodes of all values."""

    values: dict[str, Any]
    lines: dict[str, int]
    nodes: dict[str, Node]

    def lined(self, key: str) -> list[tuple[Any, int]]:
        """Give the items of a list that fits, each with its line."""
        values = self.values.get(key)
        return list(zip(values, map(line_of, self.nodes[key].value), strict=True)) if values else []


Explain = Callable[[str], tuple[str, str]]
"""What to expect in place of an unknown key, and an example."""


def compose(text: str) -> Node:
    """Parse one document; aliases stay unresolved, so that nothing can grow.

    Raises:
        UnfitError: the text is not YAML, or empty.
    """
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        raise _not_yaml(line, f"the character {chr(error.character)!r} is not allowed") from error
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _not_yaml(mark.line if mark else loader.line, error.problem or error.context or "no YAML") from error
    except RecursionError as error:
        raise _not_yaml(loader.line, "nested too deep") from error
    except (ValueError, OverflowError) as error:  # of escapes that are no characters
        raise _not_yaml(loader.line, str(error)) from error
    return node or ScalarNode(f"{_TAG}null", "", yaml.Mark("", 0, 0, 0, None, 0))


def line_of(node: Node) -> int:
    """Give the line in which a node begins, counted from 1."""
    return int(node.start_mark.line) + 1


def misfit(node: Node, expected: str, given: str = "") -> Misfit:
    """Say what is expected in place of a node."""
    if node.tag == _ALIAS:
        expected = "the value itself: aliases are not taken"
    return Misfit(line_of(node), "", given or shown(node), expected)


def shown(node: Node) -> str:
    """Show a node in a few words."""
    if not isinstance(node, ScalarNode):
        return "a list" if isinstance(node, SequenceNode) else "a mapping"
    text = node.value if node.value.isprintable() else repr(node.value)
    return (text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} ...") or "nothing"


def scalar(node: Node, types: tuple[str, ...], expected: str) -> str:
    """Give the text of a scalar that YAML takes for one of some types (``str``, ``int`` ...).

    Raises:
        UnfitError: the node is none.
    """
    if not isinstance(node, ScalarNode) or node.tag not in [_TAG + name for name in types]:
        raise UnfitError(misfit(node, expected))
    return str(node.value)


def items(node: Node, expected: str) -> list[Node]:
    """Give the items of a list.

    Raises:
        UnfitError: the node is none.
    """
    if not isinstance(node, SequenceNode):
        raise UnfitError(misfit(node, expected))
    return list(node.value)


def read_record(
    node: Node, fields: Mapping[str, Field], what: str, found: list[Misfit], explain: Explain | None = None
) -> Record:
    """Read a mapping; what does not fit is added to ``found``, and left out. ``what`` names the record for people."""
    record = Record({}, {}, {})
    if not isinstance(node, MappingNode):
        example = next(iter(fields.values())).example
        found.append(misfit(node, f"{what}: a mapping with the keys {', '.join(fields)}")._replace(example=example))
        return record
    for key_node, value in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else shown(key_node)
        if key in record.lines:
            expected = f"each key once; the first is in line {record.lines[key]}"
            found.append(Misfit(line_of(key_node), key, shown(value), expected, fields[key].example))
        elif field := fields.get(key):
            record.lines[key], record.nodes[key] = line_of(key_node), value
            _read_field(key, field, value, record, found)
        else:
            expected, example = (explain or _explain(fields, what))(key)
            found.append(Misfit(line_of(key_node), shown(key_node), shown(value), expected, example))
    for key, field in fields.items():
        if field.required and key not in record.lines:
            found.append(Misfit(line_of(node), "", f"no {key}", f"{key}, which {what} has", field.example))
    return record


def suggest(key: str, names: Mapping[str, Field], otherwise: str) -> tuple[str, str]:
    """Say which key was probably meant, or else what to expect instead, and an example."""
    meant = closest(key[:LONGEST_SHOWN], names)
    if meant:
        return f"a known key; did you mean {meant}?", names[meant].example
    return otherwise, next(iter(names.values())).example


def _explain(fields: Mapping[str, Field], what: str) -> Explain:
    return lambda key: suggest(key, fields, f"only the keys of {what}: {', '.join(fields)}")


def _read_field(key: str, field: Field, value: Node, record: Record, found: list[Misfit]) -> None:
    try:
        record.values[key] = field.read(value)
    except UnfitError as error:
        for fault in error.misfits:
            path = f"{key}.{fault.path}" if fault.path else key
            found.append(fault._replace(path=path, example=fault.example or field.example))


def _not_yaml(line: int, problem: str) -> UnfitError:
    return UnfitError(Misfit(line + 1, "", "not YAML", f"valid YAML ({problem})", 'version: "1"'))


class _Loader(yaml.SafeLoader):
    """Composes nodes; an alias becomes a scalar that fits nowhere."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.get_event()  # type: ignore[no-untyped-call]
            return ScalarNode(_ALIAS, f"*{event.anchor}", event.start_mark, event.end_mark)
        return super().compose_node(parent, index)
