"""The YAML file of --mapping: where the fields of plain JSON are, as the command line could say it too."""

from textwrap import shorten
from typing import Any

import yaml
from apache_beam.io.filesystems import FileSystems

from options.faults import Fault, UsageError, closest

Pairs = tuple[tuple[str, str], ...]

EXAMPLES = {
    "event_type": "event_type: web.page_view.v1",
    "id_field": "id_field: meta.id",
    "time_field": "time_field: meta.time",
    "source": "source: shop",
    "rename": "rename: {page: url}",
}
"""Every key of the file, and a line of YAML that shows it."""

_KEYS = ", ".join(EXAMPLES)


def read_mapping_file(path: str) -> dict[str, Any]:
    """Read a mapping file, local or gs://: option name to value, with ``rename`` as pairs.

    Raises:
        UsageError: with all faults of the file.
    """
    entries = _load(path)
    faults = [_explain(path, key, value) for key, value in entries.items() if not _is_sound(key, value)]
    if faults:
        raise UsageError(faults)
    return entries | {"rename": tuple(entries.get("rename", {}).items())}


def merge_pairs(ours: Pairs, theirs: Pairs) -> Pairs:
    """Join pairs; of theirs remain those that name no field, on either side, that one of ours names."""
    before, after = {pair[0] for pair in ours}, {pair[1] for pair in ours}
    return ours + tuple(pair for pair in theirs if pair[0] not in before and pair[1] not in after)


def _load(path: str) -> dict[Any, Any]:
    try:
        with FileSystems.open(path) as file:
            text = file.read()
    except Exception as error:  # each store's client raises its own, and all mean the same here
        raise _unusable(path, f"a YAML file that can be read ({shorten(str(error), 200)})") from error
    try:
        entries = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise _unusable(path, f"valid YAML ({shorten(str(error), 200)})") from error
    if not isinstance(entries, dict):
        raise _unusable(path, f"a YAML file with the keys {_KEYS}")
    return entries


def _unusable(path: str, expected: str) -> UsageError:
    return UsageError([Fault("--mapping", path, expected, "--mapping mapping.yaml")])


def _is_sound(key: Any, value: Any) -> bool:
    if key == "rename":
        return isinstance(value, dict) and all(_is_name(part) for pair in value.items() for part in pair)
    return key in EXAMPLES and _is_name(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _explain(path: str, key: Any, value: Any) -> Fault:
    given = f"{key}: {value!r}, in {path}"
    if key == "rename":
        return Fault("--mapping", given, "pairs of the input's field and the contract's name, as text", EXAMPLES[key])
    if key in EXAMPLES:
        return Fault("--mapping", given, "text that is not empty", EXAMPLES[key])
    meant = closest(str(key), EXAMPLES)
    expected = f"a known key; did you mean {meant}?" if meant else f"only the keys {_KEYS}"
    return Fault("--mapping", given, expected, EXAMPLES[meant or "event_type"])
