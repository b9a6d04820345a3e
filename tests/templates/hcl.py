"""Terraform's files as plain Python: resources with their attributes, quotes taken off."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import hcl2

from templates.generate import FOLDER

TERRAFORM = FOLDER / "terraform"
_OF_THE_PARSER = ("__is_block__", "__comments__", "__inline_comments__")


class Resource(NamedTuple):
    """A resource: its type, its name, its attributes and blocks; ``path`` is the file's."""

    kind: str
    name: str
    body: dict[str, Any]
    path: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}.{self.name}"


def plain(value: Any) -> Any:
    """Take off quotes, and what the parser says of the form."""
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items() if key not in _OF_THE_PARSER}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        return value.removeprefix('"').removesuffix('"')
    return value


def parsed() -> dict[str, dict[str, Any]]:
    """Every file, by its path below the folder."""
    paths = sorted(TERRAFORM.rglob("*.tf"))
    return {
        path.relative_to(TERRAFORM).as_posix(): plain(hcl2.loads(path.read_text(encoding="utf-8"))) for path in paths
    }


def blocks(kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, label and content of every block with one label: ``module``, ``variable``, ``output``."""
    for path, content in parsed().items():
        for block in content.get(kind, ()):
            for label, body in block.items():
                yield path, label, body


def resources() -> list[Resource]:
    found = []
    for path, kind, named in blocks("resource"):
        found += [Resource(kind, name, body, path) for name, body in named.items()]
    return found
