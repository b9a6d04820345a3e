"""Contracts: a versioned JSON Schema for the data of each event type."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import jsonschema_rs

from transforms.core.reasons import Reason
from transforms.core.records import Violation
from transforms.core.rejects import EventRejected

MAX_SHOWN = 1000  # longer than what a reject keeps of a text: that is masked first, and cut then
PAGE_VIEW = "web.page_view.v1"
HTTP_REQUEST = "http.request.v1"


class Judge(NamedTuple):
    """A contract's name, and the function that tells whether data keeps it."""

    name: str
    accepts: Callable[[Any], bool]


class BadContractError(ValueError):
    """A schema file that is no contract: not JSON, not a valid schema, or misnamed."""


class Contracts:
    """Compiled contracts. Not picklable: build in ``setup`` from the plain texts.

    Args:
        texts: contract name (``web.page_view.v1``) to the text of its JSON Schema, draft 2020-12.

    Raises:
        BadContractError: a text is not a valid schema; the message names the contract.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._validators = {name: compile_contract(name, text) for name, text in texts.items()}
        self._reach = 1 + max(map(len, self._validators), default=0)
        self._judge_of = lru_cache(maxsize=4096)(self._find)

    def find(self, event_type: str) -> "Judge | None":
        """Find the contract of an event type: the longest suffix of it, at a dot, that names one."""
        # Only as much of a type is looked at, and remembered, as the longest name is long: types may be hostile.
        return self._judge_of(event_type[-self._reach :])

    def explain(self, event_type: str, data: Any) -> EventRejected:
        """Say why data is refused: its type names no contract, or all violations, each with its JSON pointer."""
        judge = self.find(event_type)
        if judge is None:
            known = ", ".join(sorted(self._validators))
            return EventRejected(
                Reason.UNKNOWN_CONTRACT,
                f"type {event_type[:MAX_SHOWN]!r} names no contract; known are {known}",
                [Violation("/type", "names no contract")],
            )
        violations = sorted(_violations(self._validators[judge.name].iter_errors(data)))
        return EventRejected(Reason.CONTRACT_VIOLATED, _headline(judge.name, violations), violations)

    def _find(self, tail: str) -> "Judge | None":
        name = named_contract(tail, self._validators)
        return Judge(name, self._validators[name].is_valid) if name else None


def compile_contract(name: str, text: str) -> Any:
    """Compile one contract; formats are checked.

    Raises:
        BadContractError: the text is not JSON or not a valid schema of draft 2020-12.
    """
    try:
        schema = json.loads(text)
        return jsonschema_rs.Draft202012Validator(
            schema, validate_formats=True, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (ValueError, RecursionError) as error:  # ValidationError of jsonschema-rs is a ValueError
        raise BadContractError(f"contract {name}: {str(error).splitlines()[0]}") from error


def fields_of(text: str) -> frozenset[str]:
    """Give the names of the fields that a contract describes."""
    schema = json.loads(text)
    return frozenset(schema.get("properties", ()) if isinstance(schema, dict) else ())


def named_contract(event_type: str, names: Collection[str]) -> str:
    """Find the contract that the longest suffix of a type, at a dot, names; "" where there is none."""
    name = event_type
    while name and name not in names:
        name = name.partition(".")[2]
    return name


def _violations(errors: Iterable[Any]) -> Iterable[Violation]:
    """Turn a validator's errors into violations; pointers start at the event, so they begin with /data."""
    for error in errors:
        yield Violation("/data" + pointer(error.instance_path), error.message)


def pointer(path: Iterable[str | int]) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _headline(name: str, violations: list[Violation]) -> str:
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return f"{name}: {first.pointer}: {first.message}{more}"
