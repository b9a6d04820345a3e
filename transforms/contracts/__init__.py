"""The bundled contracts, as package data: a JSON Schema (draft 2020-12) for the data of each event type.

A file's name is the contract's name and ``.json``. Patterns are plain (no look-around, no back-reference) and schemas
refer to nothing outside themselves, so that a contract is judged in linear time and without a network.
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
