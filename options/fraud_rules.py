"""The YAML file of --fraud_rules: read whole, or refused with all its faults, each with its line."""

import json
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import PurePosixPath
from textwrap import shorten
from typing import Any

from apache_beam.io.filesystems import FileSystems

from options.faults import Fault, UsageError
from options.fraud_document import read_document
from options.yaml_nodes import Misfit, UnfitError, compose
from transforms.contracts import bundled_fraud_rules
from transforms.core.fraud.rules import FraudRules

MAX_BYTES = 1 << 20
MOST_TOLD = 100
"""Faults that are told in full; a file of another kind may have one in each of its lines."""

_OPTION = "--fraud_rules"


def read_fraud_rules(path: str, option: str = _OPTION) -> FraudRules:
    """Read the rules of a file, local or gs://, or the default ones where there is none ("").

    ``option`` is the one that names the file, in faults.

    Raises:
        UsageError: with all faults of the file.
    """
    if not path:
        return default_fraud_rules()
    try:
        with FileSystems.open(path) as file:
            data = file.read(MAX_BYTES + 1)
    except Exception as error:  # each store's client raises its own, and all mean the same here
        raise _unusable(option, path, f"a YAML file that can be read ({shorten(str(error), 200)})") from error
    if len(data) > MAX_BYTES:
        raise _too_large(option, path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _unusable(option, f"{PurePosixPath(path).name}, line {line}: not UTF-8", "text in UTF-8") from error
    return parse_fraud_rules(text, PurePosixPath(path).name, option)


@cache
def default_fraud_rules() -> FraudRules:
    """Read the rules that ship with the package."""
    return parse_fraud_rules(bundled_fraud_rules(), "fraud_rules.yaml")


def parse_fraud_rules(text: str, name: str, option: str = _OPTION) -> FraudRules:
    """Read the text of a rules file; ``name`` and ``option`` stand for the file in faults.

    Raises:
        UsageError: with all faults, in the order of their lines; of very many the first.
    """
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise _too_large(option, name)
    try:
        rules = read_document(compose(text))
    except UnfitError as error:
        told, more = error.misfits[:MOST_TOLD], len(error.misfits) - MOST_TOLD
        faults = [_fault(option, name, misfit) for misfit in told]
        if more > 0:
            faults.append(Fault(option, f"{name}: {more} more faults", "a file without them", _example(option)))
        raise UsageError(faults) from None
    return rules._replace(digest=digest_of(rules))


def digest_of(rules: FraudRules) -> str:
    """Hash what rules say, sources and reasons included: SHA-256, in hexadecimal.

    The same for every layout of a file; the order of rules, of entries and within lists of names says nothing either.
    """
    content = {
        "version": rules.version,
        "rules": sorted((_plain(rule._asdict()) for rule in rules.rules), key=_written),
        "allow": sorted((_plain(entry._asdict()) for entry in rules.allow), key=_written),
        "block": sorted((_plain(entry._asdict()) for entry in rules.block), key=_written),
    }
    return sha256(_written(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Write a value so that equal ones look alike: 1.00 is 1."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return sorted(value)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _fault(option: str, name: str, misfit: Misfit) -> Fault:
    place = f"{name}, line {misfit.line}"
    given = f"{misfit.path}: {misfit.given}" if misfit.path else misfit.given
    return Fault(option, f"{place}: {given}", misfit.expected, misfit.example)


def _too_large(option: str, name: str) -> UsageError:
    return _unusable(option, name, f"a file of at most {MAX_BYTES // 2**20} MiB")


def _unusable(option: str, given: str, expected: str) -> UsageError:
    return UsageError([Fault(option, given, expected, _example(option))])


def _example(option: str) -> str:
    return f"{option} fraud_rules.yaml"
