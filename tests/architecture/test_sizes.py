"""Sizes: what fits on a screen gets read."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, sources

FLOW = "pipeline/flow.py"
MODULE_LINES = 250
FUNCTION_LINES = 40
FLOW_LINES = 25
DECISIONS = (ast.If, ast.IfExp, ast.Match)


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(source: Source) -> Iterator[str]:
    """The module, and each function in it, that is longer than a reader holds in mind."""
    lines = len(source.text.splitlines())
    if lines > MODULE_LINES:
        yield f"{source.path}: {lines} lines, at most {MODULE_LINES}"
    for function in functions(source):
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > FUNCTION_LINES:
            yield f"{source.path}:{function.lineno}: {function.name}: {lines} lines, at most {FUNCTION_LINES}"


def not_a_flow(source: Source) -> Iterator[str]:
    """What a function of the flow holds beyond steps: too many lines, a lambda, a decision."""
    for function in functions(source):
        lines = len(statement_lines(source, function))
        if lines > FLOW_LINES:
            yield f"{source.path}: {function.name}: {lines} lines of statements, at most {FLOW_LINES}"
        for node in ast.walk(function):
            if isinstance(node, ast.Lambda):
                yield f"{source.path}:{node.lineno}: a lambda in the flow"
            if isinstance(node, DECISIONS) or (isinstance(node, ast.comprehension) and node.ifs):
                yield f"{source.path}: {function.name}: a decision in the flow"


def statement_lines(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The lines of a body without its docstring, comments and blank lines."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    lines = source.text.splitlines()[body[0].lineno - 1 : function.end_lineno] if body else []
    return [line for line in lines if line.strip() and not line.strip().startswith("#")]


def function_of(lines: int) -> str:
    return "def wire(root):\n" + "    root | step\n" * (lines - 1)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\n" * 251, "251 lines, at most 250"),
        (function_of(41), "wire: 41 lines"),
        ("class Step:\n    async def run(self):\n" + "        x = 1\n" * 40, "run: 41 lines"),
    ],
)
def test_sizes_can_be_exceeded(text: str, fault: str) -> None:
    assert [line for line in too_long(Source("transforms/x.py", text)) if fault in line]


def test_sizes_allowed() -> None:
    assert not list(too_long(Source("transforms/x.py", function_of(40) + "x = 1\n" * 210)))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (function_of(27), "26 lines of statements"),
        ("def wire(root):\n    root | beam.Map(lambda x: x)\n", "a lambda"),
        ("def wire(root):\n    if root:\n        root | step\n", "a decision"),
        ("def wire(root):\n    root | (step if root else other)\n", "a decision"),
        ("def wire(root):\n    return [root | step for step in steps if step]\n", "a decision"),
    ],
)
def test_a_flow_can_be_spoilt(text: str, fault: str) -> None:
    assert [line for line in not_a_flow(Source(FLOW, text)) if fault in line]


def test_a_flow_may_be_explained() -> None:
    text = 'def wire(root):\n    """Wire.\n\n    Long.\n    """\n    # why\n\n' + "    root | step\n" * 25
    assert not list(not_a_flow(Source(FLOW, text)))


def test_sizes() -> None:
    faults = [line for source in sources() for line in too_long(source)]
    assert not faults, "\n".join(faults)


def test_the_flow_is_a_list_of_steps() -> None:
    flow = next(source for source in sources() if source.path == FLOW)
    assert list(functions(flow))
    faults = list(not_a_flow(flow))
    assert not faults, "\n".join(faults)
