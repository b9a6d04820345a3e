"""The bundled contracts and fraud rules, as package data.

A contract is a JSON Schema (draft 2020-12) for the data of an event type; a file's name is the contract's name and
``.json``. Patterns are plain (no look-around, no back-reference) and schemas refer to nothing outside themselves, so
that a contract is judged in linear time and without a network.
"""

from importlib import resources

_SUFFIX = ".json"


def bundled_contracts() -> dict[str, str]:
    """Read the contracts that ship with this package: name to JSON text."""
    return {
        item.name.removesuffix(_SUFFIX): item.read_text(encoding="utf-8")
        for item in resources.files(__name__).iterdir()
        if item.name.endswith(_SUFFIX)
    }


def bundled_fraud_rules() -> str:
    """Read the default fraud rules that ship with this package: YAML text."""
    return (resources.files(__name__) / "fraud_rules.yaml").read_text(encoding="utf-8")
