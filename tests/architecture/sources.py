"""The walk over the project's files, shared by the tests of this folder. The rules stand in the tests."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("pipeline", "transforms", "options", "dashboard")
BUILT = {"build", "dist", "out", "__pycache__"}


class Source:
    """A Python module: its dotted name, its text, and the names that it uses."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.is_package = path.endswith("__init__.py")
        self.module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def names_used(self) -> Iterator[tuple[int, str]]:
        """Every imported name, every attribute reached through one, and bare builtins, dotted in full with their line.

        ``import datetime as dt; dt.datetime.now()`` uses ``datetime`` and ``datetime.datetime.now`` among others.
        """
        bound: dict[str, str] = {}
        for line, name, alias in self._imports():
            bound[alias or name.partition(".")[0]] = name if alias else name.partition(".")[0]
            yield line, name
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Name):
                root, *rest = ast.unparse(node).split(".")
                yield node.lineno, ".".join([bound.get(root, f"builtins.{root}"), *rest])

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every imported name, dotted in full, with its line."""
        return ((line, name) for line, name, _ in self._imports())

    def _imports(self) -> Iterator[tuple[int, str, str]]:
        """Lines and names of imports, and what the name is here if it is not the first part of itself."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, alias.name, alias.asname or ""
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node.lineno, f"{self._origin(node)}.{alias.name}", alias.asname or alias.name

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        up = node.level - 1 if self.is_package else node.level
        package = self.module.rsplit(".", up)[0] if up else self.module
        return f"{package}.{node.module}" if node.module else package


def sources() -> list[Source]:
    """Every module of the rooms that ship."""
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    ]


def repository_files() -> list[str]:
    """What the repository holds, tracked or about to be; without git, what lies in the folder and was not built."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [path for path in (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")) if not_built(path)]
    return sorted(path for path in listed if path and (ROOT / path).is_file())


def not_built(path: str) -> bool:
    top, *inner = path.split("/")
    hidden = top.startswith(".") and inner and top != ".ci"
    return not hidden and not top.endswith(".egg-info") and not BUILT & {top, *inner}
